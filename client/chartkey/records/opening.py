"""From a decrypted stream to a record: lengths, caps, and where a large body stays."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import BinaryIO

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.records.container import Header, read_header
from chartkey.records.disk import copy_to_scratch
from chartkey.records.document import CDA, FHIR
from chartkey.records.inflate import gunzip
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.opened import Opened

__all__ = ["open_record"]

_SOURCE = "the opened record"
_SHORT = "it has not the length it declares"


def open_record(
    stream: BinaryIO,
    *,
    checks: Iterable[str] = (),
    standing: str | None = None,
    scratch: str | os.PathLike[str] | None = None,
    lent: bool = False,
    limits: Limits = LIMITS,
) -> Opened:
    """Read a decrypted container and return the record in it.

    ``stream`` stands at the container's first byte, ends with it, and belongs to
    the record from here on: it is closed as soon as it is not needed. One that
    can seek is decrypted plaintext, such as a ``scratch_file``, and a DICOM
    record keeps reading from it. Any other is read to its end here, so that
    whoever authenticates it has seen its last byte (T03), and DICOM goes to a
    nameless file in the folder ``scratch``. ``checks`` are the caller's words
    for what it verified before, ``standing`` for whether the patient confirmed
    the record. A ``lent`` stream stays the caller's, who closes it after the record.

    Raises:
        FormatUnknown: a container version or media type that this release lacks.
        RecordInvalid: not a container, cut short, or lengths that do not agree.
        RecordTooLarge: over a cap of ``limits``.
        StoreFull: a copy was needed and the disk has no room.
        StoreReadOnly: the scratch folder may not be written.
        StoreUnavailable: another fault of the scratch folder.
    """
    try:
        header = read_header(stream, limits=limits)
        body, start = _read_body(stream, header, scratch, limits)
    except BaseException:
        if not lent:
            stream.close()
        raise
    if body is not stream and not lent:
        stream.close()
    return Opened(
        header,
        body,
        start=start,
        checks=tuple(checks),
        standing=standing,
        lent=lent and body is stream,
        limits=limits,
    )


def _read_body(
    stream: BinaryIO, header: Header, scratch: str | os.PathLike[str] | None, limits: Limits
) -> tuple[bytes | BinaryIO, int]:
    """Return the body, and where it starts in the stream if it stays there."""
    if header.encoding == "identity" and header.stored != header.length:
        raise RecordInvalid(source=_SOURCE, problem="its lengths do not agree")
    body: bytes | BinaryIO
    start = 0
    if header.media_type in (FHIR, CDA):
        body = _read_text(stream, header, limits)
    elif stream.seekable():
        body, start = stream, stream.tell()
        if stream.seek(0, io.SEEK_END) < start + header.stored:
            raise RecordInvalid(source=_SOURCE, problem=_SHORT)
        stream.seek(start + header.stored)
    else:
        body = copy_to_scratch(stream, header.stored, folder=scratch, source=_SOURCE)
    if stream.read(1):
        raise RecordInvalid(source=_SOURCE, problem="there are bytes after its end")
    return body, start


def _read_text(stream: BinaryIO, header: Header, limits: Limits) -> bytes:
    if max(header.length, header.stored) > limits.fhir_bytes:
        raise RecordTooLarge(source=_SOURCE, limit=f"{limits.fhir_bytes:,} bytes of text")
    if header.encoding == "gzip":
        text = gunzip(
            stream, cap=limits.fhir_bytes, limits=limits, source=_SOURCE, stored=header.stored
        )
    else:
        text = stream.read(header.length)
    if len(text) != header.length:
        raise RecordInvalid(source=_SOURCE, problem=_SHORT)
    return text
