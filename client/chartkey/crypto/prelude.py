"""The 16 bytes with which every chartkey file begins."""

from __future__ import annotations

from typing import Final

from chartkey.errors import DecryptionFailed, FormatUnknown
from chartkey.models import Suite

__all__ = [
    "FORM_ATTACHED",
    "FORM_PAYLOAD",
    "MAGIC",
    "PRELUDE_BYTES",
    "VERSION",
    "read_prelude",
    "write_prelude",
]

MAGIC: Final = b"chartkey"
VERSION: Final = 1
FORM_PAYLOAD: Final = 1
FORM_ATTACHED: Final = 2
PRELUDE_BYTES: Final = 16


def write_prelude(form: int, suite: int, parameter: int) -> bytes:
    """Return the 16 bytes with which every chartkey file begins.

    Raises:
        FormatUnknown: the suite is reserved.
    """
    if suite != Suite.RSA_OAEP_AES_GCM:
        raise FormatUnknown(what="suite", version=int(suite))
    fields = MAGIC + bytes([VERSION, form, suite, parameter])
    return fields.ljust(PRELUDE_BYTES, b"\0")


def read_prelude(prelude: bytes, form: int) -> int:
    """Check the first 16 bytes of a file and return its parameter, byte 11.

    Raises:
        DecryptionFailed: they are cut short.
        FormatUnknown: another kind of file, or a version or suite this release lacks.
    """
    if len(prelude) < PRELUDE_BYTES:
        raise DecryptionFailed
    version, found, suite, parameter = prelude[8:12]
    if not prelude.startswith(MAGIC) or version != VERSION:
        raise FormatUnknown(what="file", version=version if prelude[:8] == MAGIC else "unknown")
    if found != form:
        raise FormatUnknown(what="form", version=found)
    if prelude != write_prelude(form, suite, parameter):
        raise FormatUnknown(what="reserved field", version=prelude[12:].hex())
    return parameter
