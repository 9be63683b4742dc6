"""The stored vectors, as the tests of both readers take them in."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chartkey.crypto import rsa
from chartkey.models import RecordContext, Suite
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FOLDER = Path(__file__).parent


def load(name: str) -> list[dict[str, Any]]:
    """Return the vectors of one file, for example ``payload``."""
    vectors: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return vectors


def named(vector: dict[str, Any]) -> str:
    """Name a vector in a parametrised test."""
    return str(vector["name"])


def private_der(name: str) -> bytes:
    """Return one of the keys that serve these files only, PKCS#8."""
    return next(bytes.fromhex(k["private"]) for k in load("keys") if k["name"] == name)


@cache
def private_key(name: str) -> RSAPrivateKey:
    """Return the same key, loaded once: checking it takes a tenth of a second."""
    return rsa.load_private(private_der(name))


def record_context(fields: dict[str, Any]) -> RecordContext:
    """Return the record context whose addresses and ids are hexadecimal in a vector."""
    plain = {n: bytes.fromhex(v) if isinstance(v, str) else v for n, v in fields.items()}
    return RecordContext(**plain | {"suite": Suite(plain["suite"])})
