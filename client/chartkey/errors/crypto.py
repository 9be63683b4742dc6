"""Cryptographic steps that were refused."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "CommitmentMismatch",
    "CryptoError",
    "DecryptionFailed",
    "FormatUnknown",
    "SignatureInvalid",
]


class CryptoError(ChartkeyError):
    """A cryptographic step was refused."""

    code = "crypto"


class DecryptionFailed(CryptoError):
    """No values: the message never tells which step failed (T08)."""

    code = "decryption-failed"


class FormatUnknown(CryptoError):
    """Values: ``what``, ``version``."""

    code = "format-unknown"


class CommitmentMismatch(CryptoError):
    """Values: ``what`` was committed to."""

    code = "commitment-mismatch"


class SignatureInvalid(CryptoError):
    """Values: ``what`` was signed."""

    code = "signature-invalid"
