"""The immutable sealed payload: what lies under a content identifier (P03, P04).

>>> import io
>>> from chartkey.models import RecordContext, Suite
>>> place = RecordContext(Suite.RSA_OAEP_AES_GCM, 1, bytes(20), bytes(32), bytes(32), bytes(20))
>>> blob, sealed = seal_bytes("青霉素过敏".encode(), bytes(32), place)
>>> open_bytes(blob, bytes(32), place).decode()
'青霉素过敏'
"""

from __future__ import annotations

import io
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import BinaryIO, Final

from chartkey.crypto.chunk import (
    TAG_BYTES,
    decrypt_chunk,
    decrypt_stream,
    encrypt_stream,
    read_full,
    write_full,
)
from chartkey.crypto.derivation import KEY_BYTES, derive
from chartkey.crypto.digest import sha256
from chartkey.crypto.field import fixed
from chartkey.crypto.prelude import FORM_PAYLOAD, PRELUDE_BYTES, read_prelude, write_prelude
from chartkey.errors import ContextInvalid, DecryptionFailed, FormatUnknown
from chartkey.models import RecordContext, Suite

__all__ = [
    "CHUNK_LOG2",
    "HEADER_BYTES",
    "Sealed",
    "copy_range",
    "new_dek",
    "open_bytes",
    "open_payload",
    "open_range",
    "seal",
    "seal_bytes",
]

CHUNK_LOG2: Final = 18
CHUNK_LOG2_RANGE: Final = range(10, 21)
SALT_BYTES: Final = 32
COMMITMENT_BYTES: Final = 32
HEADER_BYTES: Final = PRELUDE_BYTES + SALT_BYTES + COMMITMENT_BYTES

_CONTEXT_WIDTHS: Final = {
    "relationship": 20,
    "subject": 32,
    "record": 32,
    "author": 20,
    "parent": 32,
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing produced: the 32-byte key commitment, and sizes in bytes."""

    key_commitment: bytes
    size: int
    plaintext_size: int


@dataclass(frozen=True, slots=True)
class Binding:
    """A context and the purpose under which it enters the key: record or draft.

    ``suite`` is what the header has to name; a draft's context tells none.
    """

    context: bytes
    purpose: str = "payload"
    suite: int | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A header whose key commitment has been checked."""

    key: bytes = field(repr=False)
    chunk: int


def new_dek() -> bytes:
    """Make a random 32-byte data key; every payload gets its own."""
    return secrets.token_bytes(KEY_BYTES)


def seal(source: BinaryIO, target: BinaryIO, dek: bytes, context: RecordContext) -> Sealed:
    """Seal all of ``source`` into ``target`` under a 32-byte data key, at constant memory.

    AES-256-GCM (NIST SP 800-38D) in chunks of 256 KiB under a key made by HKDF (RFC 5869).
    Neither stream is closed.

    Raises:
        FormatUnknown: the context names a suite this release cannot seal.
        ContextInvalid: the data key or a field of the context has a wrong width.
        RecordTooLarge: the source has more than 4 TiB.
        OSError: a stream failed.
    """
    return seal_stream(source, target, dek, record_binding(context), context.suite)


def open_payload(source: BinaryIO, target: BinaryIO, dek: bytes, context: RecordContext) -> int:
    """Open a payload into ``target`` and return the number of bytes; constant memory.

    The key commitment is checked first (T05). Bytes are written in order, each after its chunk
    is authenticated. On failure a target that can seek is cut back to where it stood; one that
    cannot has received a true beginning of the plaintext.

    Raises:
        DecryptionFailed: for every cause alike: another key or context, damage, truncation.
        FormatUnknown: it is not a payload, or of a version or suite this release lacks.
        ContextInvalid: the data key or a field of the context has a wrong width.
        OSError: a stream failed.
    """
    return open_stream(source, target, dek, record_binding(context))


def open_range(source: BinaryIO, start: int, end: int, dek: bytes, context: RecordContext) -> bytes:
    """Return plaintext bytes ``start`` to ``end`` (exclusive) of a payload that can seek.

    Memory grows with the range; the rest is as :func:`copy_range` says.

    Raises:
        DecryptionFailed, FormatUnknown, ContextInvalid, OSError: as :func:`copy_range`.
    """
    target = io.BytesIO()
    copy_range(source, target, start, end, dek, context)
    return target.getvalue()


def copy_range(
    source: BinaryIO,
    target: BinaryIO,
    start: int,
    end: int,
    dek: bytes,
    context: RecordContext,
) -> int:
    """Write plaintext bytes ``start`` to ``end`` (exclusive) of a payload; return how many.

    Only the header and the chunks that hold the range are read of ``source``, which can seek;
    constant memory. Like slicing, a range past the end is cut short, and then the end is
    authenticated. On failure ``target`` may hold a true beginning of the range.

    Raises:
        DecryptionFailed: as :func:`open_payload`, for the chunks that are read.
        FormatUnknown: as :func:`open_payload`.
        ContextInvalid: the range is negative, or as :func:`open_payload`.
        OSError: a stream failed.
    """
    if not 0 <= start <= end:
        raise ContextInvalid(problem="a range starts at 0 or later and does not run backwards")
    base, binding = source.tell(), record_binding(context)
    opened = _open_header(source, dek, binding)
    unit = opened.chunk + TAG_BYTES
    last = max(source.seek(0, io.SEEK_END) - base - HEADER_BYTES - 1, 0) // unit
    first = min(start // opened.chunk, last)
    source.seek(base + HEADER_BYTES + first * unit)
    written = 0
    for i in range(first, min(max(end - 1, start) // opened.chunk, last) + 1):
        sealed = read_full(source, unit)
        plain = decrypt_chunk(opened.key, i, i == last, sealed, binding.context)
        part = plain[max(start - i * opened.chunk, 0) : end - i * opened.chunk]
        write_full(target, part)
        written += len(part)
    return written


def seal_bytes(plaintext: bytes, dek: bytes, context: RecordContext) -> tuple[bytes, Sealed]:
    """Seal bytes in memory; return the payload and what :func:`seal` returns.

    Raises:
        FormatUnknown: as :func:`seal`.
        ContextInvalid: as :func:`seal`.
    """
    target = io.BytesIO()
    sealed = seal(io.BytesIO(plaintext), target, dek, context)
    return target.getvalue(), sealed


def open_bytes(payload: bytes, dek: bytes, context: RecordContext) -> bytes:
    """Open a payload in memory.

    Raises:
        DecryptionFailed: as :func:`open_payload`.
        FormatUnknown: as :func:`open_payload`.
        ContextInvalid: as :func:`open_payload`.
    """
    target = io.BytesIO()
    open_payload(io.BytesIO(payload), target, dek, context)
    return target.getvalue()


def record_binding(context: RecordContext) -> Binding:
    """Return the binding of a record, with every width checked (P04).

    Raises:
        ContextInvalid: a field has a wrong width.
    """
    for name, width in _CONTEXT_WIDTHS.items():
        fixed(name, getattr(context, name), width)
    try:
        return Binding(context.encode(), suite=context.suite)
    except OverflowError as err:
        raise ContextInvalid(problem="suite or chain id is out of range") from err


def seal_stream(
    source: BinaryIO,
    target: BinaryIO,
    dek: bytes,
    binding: Binding,
    suite: int = Suite.RSA_OAEP_AES_GCM,
    *,
    chunk_log2: int = CHUNK_LOG2,
    salt: bytes | None = None,
) -> Sealed:
    """Seal under any binding; ``chunk_log2`` and ``salt`` are set only to reproduce vectors.

    Raises:
        FormatUnknown: the suite is not one this release seals with.
        ContextInvalid: the data key is not 32 bytes.
        RecordTooLarge: more than 2**24 chunks.
        OSError: a stream failed.
    """
    prelude = write_prelude(FORM_PAYLOAD, suite, chunk_log2)
    salt = salt or secrets.token_bytes(SALT_BYTES)
    key, commitment = _payload_keys(dek, binding, prelude, salt)
    write_full(target, prelude + salt + commitment)
    taken, written = encrypt_stream(source, target, key, binding.context, 1 << chunk_log2)
    return Sealed(commitment, HEADER_BYTES + written, taken)


def open_stream(source: BinaryIO, target: BinaryIO, dek: bytes, binding: Binding) -> int:
    """Open under any binding; the rest is as :func:`open_payload` says.

    Raises:
        DecryptionFailed: for every cause alike.
        FormatUnknown: it is not a payload, or of a version or suite this release lacks.
        ContextInvalid: the data key is not 32 bytes.
        OSError: a stream failed.
    """
    opened = _open_header(source, dek, binding)
    start = target.tell() if target.seekable() else None
    try:
        return decrypt_stream(source, target, opened.key, binding.context, opened.chunk)
    except BaseException:
        if start is not None:
            # A beginning of a record must not be taken for the whole.
            with suppress(OSError):
                target.truncate(target.seek(start))
        raise


def _open_header(source: BinaryIO, dek: bytes, binding: Binding) -> _Opened:
    header = read_full(source, HEADER_BYTES)
    prelude, salt = header[:PRELUDE_BYTES], header[PRELUDE_BYTES:-COMMITMENT_BYTES]
    suite, chunk_log2 = read_prelude(prelude, FORM_PAYLOAD)
    if chunk_log2 not in CHUNK_LOG2_RANGE:
        raise FormatUnknown(what="chunk size", version=chunk_log2)
    if len(header) < HEADER_BYTES or binding.suite not in (None, suite):
        raise DecryptionFailed
    key, commitment = _payload_keys(dek, binding, prelude, salt)
    if not compare_digest(commitment, header[-COMMITMENT_BYTES:]):
        raise DecryptionFailed
    return _Opened(key, 1 << chunk_log2)


def _payload_keys(dek: bytes, binding: Binding, prelude: bytes, salt: bytes) -> tuple[bytes, bytes]:
    fields = (prelude, sha256(binding.context))
    okm = derive(dek, binding.purpose, *fields, salt=salt, length=KEY_BYTES + COMMITMENT_BYTES)
    return okm[:KEY_BYTES], okm[KEY_BYTES:]
