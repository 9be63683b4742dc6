"""The stored vectors, as the tests of both readers take them in."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chartkey.crypto import rsa, wrap
from chartkey.crypto.hybrid import HybridPrivateKey
from chartkey.crypto.wrap import PrivateKey
from chartkey.models import RecordContext, Suite
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FOLDER = Path(__file__).parent
_HYBRID = ("hybrid", "hybrid large", "hybrid other", "rsa half", "kem half")


def load(name: str) -> list[dict[str, Any]]:
    """Return the vectors of one file, for example ``payload``."""
    vectors: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return vectors


def named(vector: dict[str, Any]) -> str:
    """Name a vector in a parametrised test."""
    return str(vector["name"])


def private_der(name: str) -> bytes:
    """Return one of the keys that serve these files only, PKCS#8; two of suite 2."""
    return next(bytes.fromhex(k["private"]) for k in load("keys") if k["name"] == name)


@cache
def private_key(name: str) -> RSAPrivateKey:
    """Return the same key of suite 1, loaded once: checking it takes a tenth of a second."""
    return rsa.load_private(private_der(name))


@cache
def hybrid_key(name: str = "hybrid") -> HybridPrivateKey:
    """Return a key of suite 2, loaded once."""
    key = wrap.load_private(private_der(name))
    assert isinstance(key, HybridPrivateKey)
    return key


def any_key(name: str) -> PrivateKey:
    """Return a key of whatever suite it is."""
    return hybrid_key(name) if name in _HYBRID else private_key(name)


def record_context(fields: dict[str, Any]) -> RecordContext:
    """Return the record context whose addresses and ids are hexadecimal in a vector."""
    plain = {n: bytes.fromhex(v) if isinstance(v, str) else v for n, v in fields.items()}
    return RecordContext(**plain | {"suite": Suite(plain["suite"])})
