"""The door: a file or bytes become a checked ``Document``, or one clear error.

The order of checks, each before the work that the next would do on hostile
input (T14): an ordinary file; its size; gzip, unpacked under a cap; UTF-8;
depth and number of values; JSON; FHIR R4. For DICOM: the structure to its last
byte; the header; the pixels' length; the file's SHA-256.
"""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records.dicom import PREAMBLE, is_dicom
from chartkey.records.document import DICOM, FHIR, Document, FileContent, pack
from chartkey.records.fhir import moment_of, printable, title_of, validate
from chartkey.records.fhirjson import as_utf8, elements, parse
from chartkey.records.imaging import image_elements, inspect
from chartkey.records.inflate import gunzip
from chartkey.records.kinds import kind_of
from chartkey.records.limits import LIMITS, Limits

__all__ = ["read_document"]

_FOREIGN = {
    b"<": "it is XML; export the record as FHIR R4 in JSON",
    b"%PDF": "it is a PDF; wrap it in a FHIR R4 DocumentReference or Binary",
    b"PK\x03\x04": "it is a ZIP archive; unpack it and pass one record at a time",
    b"MSH|": "it is an HL7 version 2 message; export the record as FHIR R4 in JSON",
}
_LONGEST_NAME = 255
_LONGEST_TITLE = 200
_UNNAMED = "the record"


def read_document(
    source: str | os.PathLike[str] | bytes | Mapping[str, Any],
    *,
    kind: Kind | None = None,
    title: str | None = None,
    encoding: str = "utf-8",
    limits: Limits = LIMITS,
) -> Document:
    """Check one record and describe it; nothing is stored.

    ``source`` is a path (text or ``Path``), the record's bytes, or FHIR JSON as
    a dict. FHIR R4 in JSON, plain or gzip, and DICOM files are recognised by
    their first bytes, not their names. ``kind`` and ``title`` (at most 200
    characters) replace what is read from the record. ``encoding`` is what JSON
    text is written in: ``utf-8``, ``gb18030`` or ``gbk``; it is stored as UTF-8.
    FHIR is held in memory; a DICOM file is not, whatever its size.

    Raises:
        RecordInvalid: no such file, neither FHIR R4 nor DICOM, cut short, or
            not valid; the problem names a path in the record, never its content.
        RecordTooLarge: over a cap of ``limits``.
        ExtraMissing: fhir.resources or pydicom is needed and not installed.
    """
    if isinstance(source, Mapping):
        source = _dumped(source)
    if isinstance(source, bytes):
        document = _read(io.BytesIO(source), _UNNAMED, None, encoding, limits)
    else:
        document = _read_file(Path(source), encoding, limits)
    if title is not None:
        document = replace(document, title=printable(title)[:_LONGEST_TITLE])
    return document if kind is None else document.as_kind(kind)


def _dumped(source: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(source), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        problem = "the dict holds something that JSON has no form for"
        raise RecordInvalid(source=_UNNAMED, problem=problem) from None


def _read_file(path: Path, encoding: str, limits: Limits) -> Document:
    try:
        # Without O_NONBLOCK a named pipe would wait for its writer for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as err:
        raise RecordInvalid(source=path.name, problem=_reason(err)) from err
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RecordInvalid(source=path.name, problem="it is not an ordinary file")
    with os.fdopen(handle, "rb") as stream:
        try:
            content = FileContent.of(path.absolute(), stream)
            return _read(stream, path.name, content, encoding, limits)
        except OSError as err:
            raise RecordInvalid(source=path.name, problem="it cannot be read") from err


def _reason(err: OSError) -> str:
    if isinstance(err, FileNotFoundError):
        return "there is no such file"
    if isinstance(err, PermissionError):
        return "you may not read that file"
    return "it cannot be opened"


def _read(
    stream: BinaryIO, name: str, content: FileContent | None, encoding: str, limits: Limits
) -> Document:
    start = stream.read(PREAMBLE)
    stream.seek(0)
    if not start:
        raise RecordInvalid(source=name, problem="it is empty")
    if is_dicom(start):
        return _read_dicom(stream, name, content, limits)
    text = _read_text(stream, start, name, limits)
    return _read_fhir(as_utf8(text, source=name, encoding=encoding), name, limits)


def _read_text(stream: BinaryIO, start: bytes, name: str, limits: Limits) -> bytes:
    if start.startswith(b"\x1f\x8b"):
        text = gunzip(stream, cap=limits.fhir_bytes, limits=limits, source=name)
        if is_dicom(text) or text.startswith(b"\x1f\x8b"):
            raise RecordInvalid(source=name, problem="it is compressed; unpack it first")
    else:
        text = stream.read(limits.fhir_bytes + 1)
    lead = text[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, problem in _FOREIGN.items():
        if lead.startswith(mark):
            raise RecordInvalid(source=name, problem=problem)
    if len(text) > limits.fhir_bytes:
        raise RecordTooLarge(source=name, limit=f"{limits.fhir_bytes:,} bytes of JSON")
    return text


def _read_fhir(text: bytes, name: str, limits: Limits) -> Document:
    parsed = parse(text, source=name, limits=limits, exact=True)
    # Before validation: the library calls half a surrogate pair a malformed field.
    leaves = elements(parsed, source=name)
    validate(parsed, source=name)
    encoding, packed = pack(text)
    return Document(
        media_type=FHIR,
        kind=kind_of(parsed),
        title=title_of(parsed),
        moment=moment_of(parsed),
        filename=_filename(name, "json"),
        elements=leaves,
        encoding=encoding,
        length=len(text),
        encoded_length=len(packed),
        content=packed,
    )


def _read_dicom(
    stream: BinaryIO, name: str, content: FileContent | None, limits: Limits
) -> Document:
    image = inspect(stream, source=name, limits=limits)
    leaves = image_elements(stream, source=name, limits=limits)
    length = stream.tell()
    if content is not None and content.length != length:
        raise RecordInvalid(source=name, problem="it was changed while it was being checked")
    stream.seek(0)
    return Document(
        media_type=DICOM,
        kind=Kind.IMAGING,
        title=image.title,
        moment=image.moment,
        filename=_filename(name, "dcm"),
        elements=leaves,
        encoding="identity",
        length=length,
        encoded_length=length,
        content=content or stream.read(),
    )


def _filename(name: str, ending: str) -> str:
    return f"record.{ending}" if name == _UNNAMED else name[:_LONGEST_NAME]
