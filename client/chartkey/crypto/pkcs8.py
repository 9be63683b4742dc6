"""RSA keys on their way out of a key file and into another: PKCS#8 under a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from chartkey.crypto import rsa
from chartkey.crypto.ownfile import create, read
from chartkey.errors import KeyUnsuitable, PassphraseWrong

__all__ = ["export_pem", "import_pem"]

_MARK: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def export_pem(path: Path, key: RSAPrivateKey, passphrase: str) -> None:
    """Write a private key as encrypted PKCS#8 PEM (RFC 5958, RFC 8018), mode 0600.

    Raises:
        KeyUnsuitable: the passphrase is empty.
        KeyfileExists: there is such a file.
        OSError: it cannot be written.
    """
    if not passphrase:
        raise KeyUnsuitable(problem="a private key does not leave without a passphrase")
    encryption = BestAvailableEncryption(passphrase.encode())
    create(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


def import_pem(path: Path, passphrase: str) -> RSAPrivateKey:
    """Read an encrypted PKCS#8 PEM of an RSA key of 3072 or 4096 bits, exponent 65537.

    Raises:
        KeyfileUnsafe: its mode lets others read or write it (T27).
        KeyfileInvalid: it is missing, not a plain file, or over 1 MiB.
        PassphraseWrong: the passphrase does not open it.
        KeyUnsuitable: it is not such a file, or holds another kind or size of key.
    """
    data = read(path)
    if _MARK not in data:
        raise KeyUnsuitable(
            problem="it is no encrypted PKCS#8 in PEM (BEGIN ENCRYPTED PRIVATE KEY)"
        )
    try:
        key = load_pem_private_key(data, passphrase.encode())
    except UnsupportedAlgorithm:
        raise KeyUnsuitable(problem="it is encrypted in a way that is not supported") from None
    except (ValueError, TypeError):
        raise PassphraseWrong(path=path) from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnsuitable(problem="it is not an RSA key")
    rsa.load_public(rsa.public_der(key))
    return key
