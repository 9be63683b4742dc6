"""The 16 bytes with which every chartkey file begins."""

from __future__ import annotations

from typing import Final, NamedTuple

from chartkey.errors import DecryptionFailed, FormatUnknown
from chartkey.models import Suite

__all__ = [
    "FORM_ATTACHED",
    "FORM_PAYLOAD",
    "MAGIC",
    "PRELUDE_BYTES",
    "VERSION",
    "Prelude",
    "read_prelude",
    "write_prelude",
]

MAGIC: Final = b"chartkey"
VERSION: Final = 1
FORM_PAYLOAD: Final = 1
FORM_ATTACHED: Final = 2
PRELUDE_BYTES: Final = 16

_KNOWN: Final = (Suite.RSA_OAEP_AES_GCM, Suite.RSA_MLKEM_AES_GCM)
"""They differ in their wraps and seal content alike."""


class Prelude(NamedTuple):
    """The suite of what a file holds, and its parameter, byte 11."""

    suite: int
    parameter: int


def write_prelude(form: int, suite: int, parameter: int) -> bytes:
    """Return the 16 bytes with which every chartkey file begins.

    Raises:
        FormatUnknown: the suite is reserved.
    """
    if suite not in _KNOWN:
        raise FormatUnknown(what="suite", version=int(suite))
    fields = MAGIC + bytes([VERSION, form, suite, parameter])
    return fields.ljust(PRELUDE_BYTES, b"\0")


def read_prelude(prelude: bytes, form: int) -> Prelude:
    """Check the first 16 bytes of a file and return what differs from file to file.

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
    return Prelude(suite, parameter)
