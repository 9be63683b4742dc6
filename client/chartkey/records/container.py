"""The plaintext that gets encrypted: what a record is, then the record.

A payload or a draft, once opened, holds one container (version 1). Integers
are unsigned and big-endian, lengths in bytes:

====== ====== ==========================================================
offset length field
====== ====== ==========================================================
0      8      magic, ASCII ``chartrec``
8      1      version, 1
9      3      zero
12     4      n, length of the header, 2 to 65,536
16     n      header: one JSON object in UTF-8 (RFC 8259)
16 + n s      body, exactly as many bytes as the header's ``stored`` says
====== ====== ==========================================================

Members of the header, all required unless marked; others are ignored:

============= ==========================================================
``mediaType`` ``application/fhir+json``, ``application/dicom``,
              ``application/hl7-v3+xml`` (a CDA document) or
              ``application/vnd.chartkey.dicom-series`` (several files)
``encoding``  of the body: ``gzip`` (RFC 1952, not DICOM) or ``identity``
``stored``    length of the body
``length``    length of the content once decoded
``elements``  number of elements that the commitment's leaves hold, ≥ 1
``leafSeed``  64 hexadecimal digits: the 32 bytes that salt the leaves (P05)
``kind``      the coarse kind, as on chain
``title``     at most 200 characters
``moment``    when the event was, ISO 8601 as precise as known; may be null
``filename``  the author's name for the file, without folders
``charset``   what a CDA document is written in, ``utf-8`` if left out
============= ==========================================================

Integrity is the envelope's: nothing here is checked twice. Whoever reads a
container treats its author as hostile all the same (T14): the header is
bounded, the body is inflated under caps and must have the declared length, and
nothing may follow it.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from chartkey.errors import FormatUnknown, RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records.document import CDA, DICOM, FHIR, SERIES, Document, Encoding
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.moment import Moment

__all__ = ["Header", "open_container", "read_header"]

MAGIC = b"chartrec"
VERSION = 1
_PRELUDE = struct.Struct(">8sB3sL")
_SEED_BYTES = 32
_SOURCE = "the opened record"


@dataclass(frozen=True, slots=True)
class Header:
    """What a container says about its body. ``leaf_seed`` is 32 bytes and secret."""

    media_type: str
    encoding: Encoding
    stored: int
    length: int
    elements: int
    leaf_seed: bytes = field(repr=False)
    kind: Kind
    title: str = field(repr=False)
    moment: Moment | None = field(repr=False)
    filename: str = field(repr=False)
    charset: str = "utf-8"


def open_container(document: Document, leaf_seed: bytes) -> BinaryIO:
    """Return the container of a document as a stream, to be sealed.

    ``leaf_seed`` is 32 random bytes made at drafting; it salts the leaves of
    the record's commitment. A DICOM file is read as the stream is, at constant
    memory. Reading raises ``RecordInvalid`` if that file was changed meanwhile.

    Raises:
        RecordInvalid: the leaf seed has another length, or the file is gone.
    """
    if len(leaf_seed) != _SEED_BYTES:
        raise RecordInvalid(source=document.filename, problem="a leaf seed has 32 bytes")
    header = _encode(document, leaf_seed)
    prelude = _PRELUDE.pack(MAGIC, VERSION, bytes(3), len(header))
    return io.BufferedReader(_Joined(prelude + header, document.open_encoded()), 1 << 18)


def _encode(document: Document, leaf_seed: bytes) -> bytes:
    members = {
        "mediaType": document.media_type,
        "encoding": document.encoding,
        "stored": document.encoded_length,
        "length": document.length,
        "elements": len(document.elements),
        "leafSeed": leaf_seed.hex(),
        "kind": int(document.kind),
        "title": document.title,
        "moment": document.moment.text if document.moment else None,
        "filename": document.filename,
    }
    if document.media_type == CDA:
        members["charset"] = document.charset
    return json.dumps(members, ensure_ascii=True, separators=(",", ":")).encode()


class _Joined(io.RawIOBase):
    """The bytes in ``front``, then a stream."""

    def __init__(self, front: bytes, behind: BinaryIO) -> None:
        self._front = memoryview(front)
        self._behind = behind

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if not self._front:
            return self._behind.readinto(view)  # type: ignore[attr-defined,no-any-return]
        count = min(len(view), len(self._front))
        view[:count] = self._front[:count]
        self._front = self._front[count:]
        return count

    def close(self) -> None:
        self._behind.close()
        super().close()


def read_header(stream: BinaryIO, *, limits: Limits = LIMITS) -> Header:
    """Read a container up to its body; ``stream`` then stands at the body.

    At most 64 KiB are read.

    Raises:
        FormatUnknown: another version, or a media type that this release lacks.
        RecordInvalid: not a container, cut short, or an impossible header.
        RecordTooLarge: the header passes its cap.
    """
    prelude = stream.read(_PRELUDE.size)
    if len(prelude) < _PRELUDE.size or not prelude.startswith(MAGIC):
        raise RecordInvalid(source=_SOURCE, problem="what was sealed is not a record")
    _, version, zeros, length = _PRELUDE.unpack(prelude)
    if version != VERSION or any(zeros):
        raise FormatUnknown(what="The record's container", version=version)
    if length > limits.header_bytes:
        raise RecordTooLarge(source=_SOURCE, limit=f"{limits.header_bytes:,} bytes of header")
    raw = stream.read(length)
    if len(raw) < length:
        raise RecordInvalid(source=_SOURCE, problem="it is cut short in its header")
    return _decode(raw)


def _decode(raw: bytes) -> Header:
    try:
        members = json.loads(raw.decode())
        media_type, encoding = members["mediaType"], members["encoding"]
        if media_type not in (FHIR, DICOM, CDA, SERIES) or encoding not in ("gzip", "identity"):
            raise FormatUnknown(what="The record's media type or encoding", version=VERSION)
        header = Header(
            media_type=media_type,
            encoding=encoding,
            stored=_count(members["stored"]),
            length=_count(members["length"]),
            elements=_count(members["elements"]),
            leaf_seed=bytes.fromhex(members["leafSeed"]),
            kind=Kind(members["kind"]),
            title=_line(members["title"]),
            moment=Moment.parse(members["moment"]),
            filename=_line(members["filename"]),
            charset=_line(members.get("charset", "utf-8")),
        )
        if len(header.leaf_seed) != _SEED_BYTES or (
            encoding == "gzip" and media_type in (DICOM, SERIES)
        ):
            raise ValueError
        return header
    except (ValueError, KeyError, TypeError, RecursionError):
        # FormatUnknown is no ValueError and passes; the header itself is plaintext.
        raise RecordInvalid(source=_SOURCE, problem="its header is damaged") from None


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 255:
        raise ValueError
    return value
