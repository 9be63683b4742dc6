"""A record on its way in: checked, described, and ready to be streamed out."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from chartkey.errors import RecordInvalid
from chartkey.models import Kind
from chartkey.records.inflate import deflate, gunzip
from chartkey.records.limits import LIMITS
from chartkey.records.moment import Moment

__all__ = ["CDA", "DICOM", "FHIR", "SERIES", "Content", "Document", "Encoding", "FileContent"]

FHIR = "application/fhir+json"
DICOM = "application/dicom"
SERIES = "application/vnd.chartkey.dicom-series"
CDA = "application/hl7-v3+xml"
Encoding = Literal["gzip", "identity"]


class Content(Protocol):
    """What stays on disk until it is sealed."""

    @property
    def length(self) -> int:
        """Bytes that ``open`` gives."""

    def open(self) -> BinaryIO:
        """Return a stream that refuses to end if what is on disk was changed since."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that stays on disk, with what tells whether it was changed since."""

    path: Path
    fingerprint: tuple[int, int, int, int]

    @classmethod
    def of(cls, path: Path, stream: BinaryIO) -> FileContent:
        """Remember the file that ``stream`` has open under ``path``."""
        return cls(path, _fingerprint(stream))

    @property
    def length(self) -> int:
        """Bytes in the file when it was checked."""
        return self.fingerprint[2]

    def open(self) -> BinaryIO:
        """Return a stream of the file that refuses to end if the file was changed.

        The elements of its commitment were computed earlier; sealing other
        bytes than those would make a record that never verifies.

        Raises:
            RecordInvalid: the file is gone or is not the one that was checked.
        """
        try:
            return io.BufferedReader(_Unchanged(self), 1 << 18)
        except OSError as err:
            raise RecordInvalid(source=self.path.name, problem="it can no longer be read") from err


def _fingerprint(stream: BinaryIO | io.FileIO) -> tuple[int, int, int, int]:
    status = os.fstat(stream.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class _Unchanged(io.RawIOBase):
    """A file that is compared with its fingerprint when opened and at its end.

    Not a FileIO: that reads past ``readinto`` when asked for everything.
    """

    def __init__(self, content: FileContent) -> None:
        self._content = content
        self._file = io.FileIO(content.path)
        self._compare()

    def _compare(self) -> None:
        if _fingerprint(self._file) != self._content.fingerprint:
            self.close()
            problem = "it was changed after it was checked"
            raise RecordInvalid(source=self._content.path.name, problem=problem)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int | None:
        count = self._file.readinto(buffer)
        if not count:
            self._compare()
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Document:
    """One record as it will be sealed; ``read_document`` makes it.

    ``media_type`` is one of the four above; ``charset`` is what its text was written in;
    ``kind`` the coarse kind, in clear on chain; ``title``, ``filename`` and
    ``moment`` (when the event was) travel inside the ciphertext. ``elements``
    are the byte strings that the leaves of the record's commitment hold, in
    order (P05). ``length`` and ``encoded_length`` count bytes before and after
    ``encoding``. Its ``repr`` shows nothing of the patient's.
    """

    media_type: str
    kind: Kind
    title: str = field(repr=False)
    moment: Moment | None = field(repr=False)
    filename: str = field(repr=False)
    elements: tuple[bytes, ...] = field(repr=False)
    encoding: Encoding
    length: int
    encoded_length: int
    content: bytes | Content = field(repr=False)
    charset: str = "utf-8"

    def open_encoded(self) -> BinaryIO:
        """Return the content as it is sealed: gzip for FHIR, DICOM as it stands.

        DICOM is not compressed again: its own transfer syntaxes do it better,
        and a plain file can be read from the middle. Each call starts anew.

        Raises:
            RecordInvalid: the file on disk is not the one that was checked.
        """
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        return self.content.open()

    def open(self) -> BinaryIO:
        """Return the content as it was given, but FHIR in UTF-8.

        Raises:
            RecordInvalid: the file on disk is not the one that was checked.
        """
        stream = self.open_encoded()
        if self.encoding == "identity":
            return stream
        return io.BytesIO(gunzip(stream, cap=self.length, limits=LIMITS, source=self.filename))

    def as_kind(self, kind: Kind) -> Document:
        """Return the same document filed under another kind. Never raises."""
        return replace(self, kind=kind)


def pack(text: bytes) -> tuple[Encoding, bytes]:
    """Return FHIR text as it is stored, and how.

    What shrinks more than a reader would unpack (T14) is stored as it stands,
    or its author could seal what nobody can open. Never raises.
    """
    packed = deflate(text)
    too_small = len(text) > LIMITS.inflate_ratio * len(packed) and len(text) > LIMITS.inflate_floor
    if too_small or len(packed) >= len(text):
        return "identity", text
    return "gzip", packed
