"""The door: a file or bytes become a checked ``Document``, or one clear error.

The order of checks, each before the work that the next would do on hostile
input (T14): an ordinary file; its size; gzip, unpacked under a cap; the
encoding; depth and number of values; JSON; FHIR R4. For CDA: the encoding; no
document type declaration; depth and number of elements; XML. For DICOM: the
structure to its last byte; the header; the pixels' length; the file's SHA-256.
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
from chartkey.records.cda import cda_elements, is_cda, read_cda
from chartkey.records.charset import decode
from chartkey.records.dicom import PREAMBLE, is_dicom
from chartkey.records.document import CDA, DICOM, FHIR, Document, FileContent, pack
from chartkey.records.fhir import moment_of, printable, title_of, validate
from chartkey.records.fhirjson import elements, parse
from chartkey.records.imaging import image_elements, inspect
from chartkey.records.inflate import gunzip
from chartkey.records.kinds import kind_of
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.series import read_series

__all__ = ["read_document"]

_FOREIGN = {
    b"<": "it is XML, but no CDA document; export the record as FHIR R4 in JSON",
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
    encoding: str | None = None,
    limits: Limits = LIMITS,
) -> Document:
    """Check one record and describe it; nothing is stored.

    ``source`` is a path (text or ``Path``), the record's bytes, or FHIR JSON as
    a dict. FHIR R4 in JSON and CDA in XML, plain or gzip, and DICOM files are
    recognised by their first bytes, not their names. ``kind`` and ``title`` (at
    most 200 characters) replace what is read from the record. ``encoding`` is
    what text is written in, ``utf-8``, ``gb18030`` or ``gbk``; without it a byte
    order mark, the XML declaration or strict decoding decides
    (``chartkey.records.charset``). FHIR is stored as UTF-8, a CDA as it stands,
    because it may be signed. Both are held in memory; a DICOM file is not,
    whatever its size. A path to a folder is a DICOM series, one record of all
    its files.

    Raises:
        RecordInvalid: no such file, neither FHIR R4 nor CDA nor DICOM, cut short, or
            not valid; the problem names a path in the record, never its content.
        RecordTooLarge: over a cap of ``limits``.
        ExtraMissing: fhir.resources, defusedxml or pydicom is needed and not installed.
    """
    if isinstance(source, Mapping):
        source = _dumped(source)
    if isinstance(source, bytes):
        document = _read(io.BytesIO(source), _UNNAMED, None, encoding, limits)
    else:
        document = _read_path(Path(source), encoding, limits)
    if title is not None:
        document = replace(document, title=printable(title)[:_LONGEST_TITLE])
    return document if kind is None else document.as_kind(kind)


def _dumped(source: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(source), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        problem = "the dict holds something that JSON has no form for"
        raise RecordInvalid(source=_UNNAMED, problem=problem) from None


def _read_path(path: Path, encoding: str | None, limits: Limits) -> Document:
    if path.is_dir():
        return read_series(path, limits=limits)
    return _read_file(path, encoding, limits)


def _read_file(path: Path, encoding: str | None, limits: Limits) -> Document:
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
    stream: BinaryIO, name: str, content: FileContent | None, encoding: str | None, limits: Limits
) -> Document:
    start = stream.read(PREAMBLE)
    stream.seek(0)
    if not start:
        raise RecordInvalid(source=name, problem="it is empty")
    if is_dicom(start):
        return _read_dicom(stream, name, content, limits)
    data = _read_text(stream, start, name, limits)
    if is_cda(data):
        return _read_cda(data, name, encoding, limits)
    lead = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for mark, problem in _FOREIGN.items():
        if lead.startswith(mark):
            raise RecordInvalid(source=name, problem=problem)
    text, charset = decode(data, source=name, encoding=encoding)
    if charset == "utf-16":
        # RFC 8259 section 8.1: JSON between systems is UTF-8.
        raise RecordInvalid(source=name, problem="it is UTF-16; save it as UTF-8")
    return replace(_read_fhir(text.encode(), name, limits), charset=charset)


def _read_text(stream: BinaryIO, start: bytes, name: str, limits: Limits) -> bytes:
    if start.startswith(b"\x1f\x8b"):
        text = gunzip(stream, cap=limits.fhir_bytes, limits=limits, source=name)
        if is_dicom(text) or text.startswith(b"\x1f\x8b"):
            raise RecordInvalid(source=name, problem="it is compressed; unpack it first")
    else:
        text = stream.read(limits.fhir_bytes + 1)
    if len(text) > limits.fhir_bytes:
        raise RecordTooLarge(source=name, limit=f"{limits.fhir_bytes:,} bytes of text")
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


def _read_cda(data: bytes, name: str, encoding: str | None, limits: Limits) -> Document:
    cda = read_cda(data, source=name, encoding=encoding, limits=limits)
    stored, packed = pack(data)
    return Document(
        media_type=CDA,
        kind=cda.kind,
        title=cda.label,
        moment=cda.moment,
        filename=_filename(name, "xml"),
        elements=cda_elements(data, cda),
        encoding=stored,
        length=len(data),
        encoded_length=len(packed),
        content=packed,
        charset=decode(data, source=name, encoding=encoding).encoding,
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
