"""Encryption keys on their way out of a key file and into another: PKCS#8 under a passphrase."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from chartkey.crypto import rsa
from chartkey.crypto.hybrid import HybridPrivateKey
from chartkey.crypto.ownfile import create, read
from chartkey.crypto.wrap import PrivateKey
from chartkey.errors import KeyUnsuitable, PassphraseWrong

__all__ = ["export_pem", "import_pem"]

_KIND: Final = b"ENCRYPTED PRIVATE KEY"
_BLOCK: Final = re.compile(b"-----BEGIN %s-----.+?-----END %s-----" % (_KIND, _KIND), re.DOTALL)


def export_pem(path: Path, key: PrivateKey, passphrase: str) -> None:
    """Write a private key as encrypted PKCS#8 PEM (RFC 5958, RFC 8018), mode 0600.

    A hybrid key is two of them in one file, ML-KEM-768 and RSA.

    Raises:
        KeyUnsuitable: the passphrase is empty.
        KeyfileExists: there is such a file.
        OSError: it cannot be written.
    """
    if not passphrase:
        raise KeyUnsuitable(problem="a private key does not leave without a passphrase")
    encryption = BestAvailableEncryption(passphrase.encode())
    parts = (key.kem, key.rsa) if isinstance(key, HybridPrivateKey) else (key,)
    form = (Encoding.PEM, PrivateFormat.PKCS8, encryption)
    create(path, b"".join(part.private_bytes(*form) for part in parts))


def import_pem(path: Path, passphrase: str) -> PrivateKey:
    """Read an encrypted PKCS#8 PEM of an RSA key, or of a hybrid key's two halves.

    The RSA key has 3072 or 4096 bits and exponent 65537.

    Raises:
        KeyfileUnsafe: its mode lets others read or write it (T27).
        KeyfileInvalid: it is missing, not a plain file, or over 1 MiB.
        PassphraseWrong: the passphrase does not open it.
        KeyUnsuitable: it is not such a file, or holds other kinds or sizes of key.
    """
    blocks = _BLOCK.findall(read(path))
    if not 1 <= len(blocks) <= 2:
        problem = "it holds no encrypted PKCS#8 in PEM (BEGIN ENCRYPTED PRIVATE KEY)"
        raise KeyUnsuitable(problem=problem)
    parts = [_loaded(path, block, passphrase) for block in blocks]
    inner = [part for part in parts if isinstance(part, RSAPrivateKey)]
    kems = [part for part in parts if isinstance(part, MLKEM768PrivateKey)]
    if len(inner) != 1 or len(inner) + len(kems) != len(parts):
        raise KeyUnsuitable(problem="it is neither one RSA key nor one with an ML-KEM-768 key")
    rsa.load_public(rsa.public_der(inner[0]))
    return HybridPrivateKey(inner[0], kems[0]) if kems else inner[0]


def _loaded(path: Path, block: bytes, passphrase: str) -> object:
    try:
        return load_pem_private_key(block, passphrase.encode())
    except UnsupportedAlgorithm:
        raise KeyUnsuitable(problem="it is encrypted in a way that is not supported") from None
    except (ValueError, TypeError):
        raise PassphraseWrong(path=path) from None
