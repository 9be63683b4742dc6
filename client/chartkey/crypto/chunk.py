"""A stream cut into AES-256-GCM chunks whose nonces count and mark the last one (T03, T04).

One thread: for a file in memory-backed storage the write costs twice the encryption, and handing
chunks to a second thread in order gained nothing measurable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.errors import DecryptionFailed, RecordTooLarge

__all__ = [
    "MAX_CHUNKS",
    "TAG_BYTES",
    "chunk_nonce",
    "decrypt_chunk",
    "decrypt_gcm",
    "decrypt_stream",
    "encrypt_stream",
    "read_full",
    "write_full",
]

TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
MAX_CHUNKS: Final = 1 << 24


class _ReadsInto(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


def chunk_nonce(index: int, final: bool) -> bytes:
    """Return the 12-byte nonce of a chunk: an 11-byte counter from 0, then the final flag."""
    return index.to_bytes(11, "big") + bytes([final])


def encrypt_stream(
    source: BinaryIO, target: BinaryIO, key: bytes, associated: bytes, chunk: int
) -> tuple[int, int]:
    """Encrypt all of ``source`` in chunks of ``chunk`` bytes; return bytes read and written.

    Raises:
        RecordTooLarge: more than 2**24 chunks; the target then holds a useless beginning.
        OSError: the source or the target failed.
    """
    cipher, out = AESGCM(key), memoryview(bytearray(chunk + TAG_BYTES))
    taken = written = 0
    for index, (plain, final) in enumerate(_units(source, chunk)):
        if index == MAX_CHUNKS:
            raise RecordTooLarge(source="the record", limit=f"{MAX_CHUNKS * chunk} bytes")
        sealed = out[: len(plain) + TAG_BYTES]
        cipher.encrypt_into(chunk_nonce(index, final), plain, associated, sealed)
        write_full(target, sealed)
        taken, written = taken + len(plain), written + len(sealed)
    return taken, written


def decrypt_stream(
    source: BinaryIO, target: BinaryIO, key: bytes, associated: bytes, chunk: int
) -> int:
    """Decrypt all of ``source``; return the number of plaintext bytes.

    A chunk is written only when it and every chunk before it are authenticated.

    Raises:
        DecryptionFailed: a chunk is damaged, out of place, or not the last where the source
            ends; the target then holds the chunks before it.
        OSError: the source or the target failed.
    """
    cipher, out = AESGCM(key), memoryview(bytearray(chunk))
    written = 0
    for index, (sealed, final) in enumerate(_units(source, chunk + TAG_BYTES)):
        size = len(sealed) - TAG_BYTES
        # Only an empty file ends in an empty chunk: one length, one layout.
        if size < 0 or index == MAX_CHUNKS or (size == 0 and index > 0):
            raise DecryptionFailed
        try:
            cipher.decrypt_into(chunk_nonce(index, final), sealed, associated, out[:size])
        except InvalidTag:
            raise DecryptionFailed from None
        write_full(target, out[:size])
        written += size
    return written


def decrypt_chunk(key: bytes, index: int, final: bool, sealed: bytes, associated: bytes) -> bytes:
    """Decrypt one chunk that was found at its place.

    Raises:
        DecryptionFailed: it is damaged, out of place, or wrongly taken for the last or not.
    """
    if index >= MAX_CHUNKS or (index > 0 and len(sealed) == TAG_BYTES):
        raise DecryptionFailed
    return decrypt_gcm(key, chunk_nonce(index, final), sealed, associated)


def decrypt_gcm(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Decrypt AES-256-GCM (NIST SP 800-38D): 32-byte key, 12-byte nonce, 16-byte tag at the end.

    Raises:
        DecryptionFailed: for every cause alike, other widths among them.
    """
    if (len(key), len(nonce)) != (KEY_BYTES, NONCE_BYTES):
        raise DecryptionFailed
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError):
        raise DecryptionFailed from None


def read_full(source: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, or fewer where the source ends, however it splits its answers.

    Raises:
        OSError: the source failed.
    """
    buffer = bytearray(size)
    return bytes(buffer[: _fill(source, memoryview(buffer))])


def write_full(target: BinaryIO, data: bytes | memoryview) -> None:
    """Write all of ``data``: unbuffered files may take a part only, as a disk fills up.

    Raises:
        OSError: the target failed.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[target.write(rest) :]


def _units(source: BinaryIO, unit: int) -> Iterator[tuple[memoryview, bool]]:
    """Yield (bytes, whether they are the last); what was yielded is overwritten later."""
    current, following = memoryview(bytearray(unit)), memoryview(bytearray(unit))
    held = _fill(source, current)
    while True:
        ahead = _fill(source, following) if held == unit else 0
        yield current[:held], ahead == 0
        if ahead == 0:
            return
        current, following, held = following, current, ahead


def _fill(source: BinaryIO, buffer: memoryview) -> int:
    held = 0
    while held < len(buffer) and (got := _read_some(source, buffer[held:])):
        held += got
    return held


def _read_some(source: BinaryIO, room: memoryview) -> int:
    if hasattr(source, "readinto"):
        return cast(_ReadsInto, source).readinto(room) or 0
    data = source.read(len(room))
    room[: len(data)] = data
    return len(data)
