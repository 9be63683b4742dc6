"""The file of an owner's index: what one's records are about, closed to whoever finds the device.

Byte layout, version 1 (the client's README repeats it):

====== ====== ==========================================================
offset length field
====== ====== ==========================================================
0      8      magic, ASCII ``chartidx``
8      1      version, 1
9      3      zero
12     32     salt, random at each writing
44     …      AES-256-GCM (NIST SP 800-38D) of the content, tag of 16 last
====== ====== ==========================================================

Key: ``derive(Ethereum key, "index", salt)``, so that each key seals one file; nonce: twelve zero
bytes; associated data: the first 44 bytes ‖ account 20.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.errors import DecryptionFailed, FormatUnknown

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys

__all__ = ["open_index", "seal_index"]

MAGIC: Final = b"chartidx"
VERSION: Final = 1
SALT_BYTES: Final = 32
_PRELUDE: Final = MAGIC + bytes([VERSION, 0, 0, 0])
_HEADER_BYTES: Final = len(_PRELUDE) + SALT_BYTES
_NONCE: Final = bytes(12)


def seal_index(keys: Keys, content: bytes) -> bytes:
    """Return the file's bytes, sealed to the owner of ``keys`` alone. Never the same twice."""
    salt = secrets.token_bytes(SALT_BYTES)
    header = _PRELUDE + salt
    cipher = AESGCM(keys.index_key(salt))
    return header + cipher.encrypt(_NONCE, content, header + keys.address_bytes)


def open_index(keys: Keys, data: bytes) -> bytes:
    """Return the content of an index file.

    Raises:
        FormatUnknown: it is of another version.
        DecryptionFailed: for every other cause alike: it is no index, another's, or changed.
    """
    if data[: len(MAGIC)] != MAGIC or len(data) < _HEADER_BYTES:
        raise DecryptionFailed
    if data[: len(_PRELUDE)] != _PRELUDE:
        raise FormatUnknown(what="The index of your records", version=data[len(MAGIC)])
    header = data[:_HEADER_BYTES]
    cipher = AESGCM(keys.index_key(header[len(_PRELUDE) :]))
    try:
        return cipher.decrypt(_NONCE, data[_HEADER_BYTES:], header + keys.address_bytes)
    except InvalidTag:
        raise DecryptionFailed from None
