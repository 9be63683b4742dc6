"""A DICOM series as one record: its files one after the other behind a short head.

Body of a container of media type ``application/vnd.chartkey.dicom-series``; integers are unsigned
and big-endian, lengths in bytes:

======== ======= =======================================================
offset   length  field
======== ======= =======================================================
0        8       magic, ASCII ``chartser``
8        1       version, 1
9        3       zero
12       4       n, number of files, 1 to 10,000
16       4       t, length of the thumbnail, 0 to 262,144
20       8 n     length of each file, u64
…        t       thumbnail, a PNG of at most 128 by 128 pixels; none if t is 0
…        …       the files, in order of their instance numbers, to the end
======== ======= =======================================================

Elements of the commitment (P05): those of the first file's image and patient, ``dicom-thumbnail``,
0, SHA-256 and length of the thumbnail, then ``dicom-file`` of each file; ``imaging`` says more.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Final

from chartkey.errors import FormatUnknown, RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records.document import SERIES, Document, FileContent
from chartkey.records.imaging import Image, image_elements, inspect
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.thumbnail import LARGEST_THUMBNAIL, make_thumbnail

__all__ = ["Layout", "read_layout", "read_series", "series_elements"]

_MAGIC: Final = b"chartser"
_VERSION: Final = 1
_PRELUDE: Final = struct.Struct(">8sB3sLL")
_MOST_FILES: Final = 10_000
_SAME: Final = ("StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files of a series stand in its body, and its thumbnail, empty if there is none."""

    files: tuple[tuple[int, int], ...]
    thumbnail: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Files:
    """The head of a body, and the files on disk that follow it."""

    head: bytes = field(repr=False)
    files: tuple[FileContent, ...]

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return len(self.head) + sum(file.length for file in self.files)

    def open(self) -> BinaryIO:
        """Return a stream of the body; each file refuses to end if it was changed meanwhile."""
        return io.BufferedReader(_Chain(self), 1 << 18)


class _Chain(io.RawIOBase):
    def __init__(self, content: _Files) -> None:
        self._parts = self._opened(content)
        self._part: BinaryIO | None = next(self._parts)

    @staticmethod
    def _opened(content: _Files) -> Generator[BinaryIO]:
        yield io.BytesIO(content.head)
        for file in content.files:
            with file.open() as stream:
                yield stream

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the part at hand, or the next; return how many bytes."""
        while self._part is not None:
            count = self._part.readinto(buffer)  # type: ignore[attr-defined]
            if count:
                return int(count)
            self._part = next(self._parts, None)
        return 0

    def close(self) -> None:
        """Let go of the file that is open."""
        self._parts.close()
        super().close()


def read_series(folder: Path, *, limits: Limits = LIMITS) -> Document:
    """Check every file of a folder as one series and describe it; pixels are passed over.

    Hidden files are left out; files of folders inside are not looked for.

    Raises:
        RecordInvalid: a file is no DICOM, of another series or patient, or there twice.
        RecordTooLarge: over a cap of ``limits``, or more than 10,000 files.
        ExtraMissing: pydicom, numpy or Pillow is not installed.
    """
    try:
        found = _instances(folder, limits)
    except OSError as err:
        raise RecordInvalid(source=folder.name, problem="it cannot be read") from err
    images = [image for image, _ in found]
    _require_one_series(folder.name, images)
    thumbnail = _thumbnail(found[len(found) // 2][1], limits)
    files = tuple(content for _, content in found)
    content = _Files(_head([file.length for file in files], thumbnail), files)
    return Document(
        media_type=SERIES,
        kind=Kind.IMAGING,
        title=f"{images[0].title}, {len(files)} images"[:200],
        moment=images[0].moment,
        filename=folder.name[:255],
        elements=series_elements([file.open for file in files], thumbnail, limits=limits),
        encoding="identity",
        length=content.length,
        encoded_length=content.length,
        content=content,
    )


def series_elements(
    files: Sequence[Callable[[], BinaryIO]], thumbnail: bytes, *, limits: Limits = LIMITS
) -> tuple[bytes, ...]:
    """Return what a commitment's leaves hold for a series; ``files`` are called to open each.

    Raises:
        RecordInvalid: a file is not DICOM, or cut short.
        RecordTooLarge: over a cap of ``limits``.
    """
    found: list[tuple[bytes, ...]] = []
    for file in files:
        with file() as stream:
            found.append(image_elements(stream, source="a file of the series", limits=limits))
    image, patient, _ = found[0]
    digest = hashlib.sha256(thumbnail).digest() + len(thumbnail).to_bytes(8, "big")
    return image, patient, b"dicom-thumbnail\0" + digest, *(whole for _, _, whole in found)


def read_layout(stream: BinaryIO, length: int, *, source: str) -> Layout:
    """Read the head of a body of ``length`` bytes, at which ``stream`` stands.

    At most 342 KiB are read, whatever its author wrote.

    Raises:
        FormatUnknown: it is of another version.
        RecordInvalid: it is no series, or its lengths do not agree.
    """
    prelude = stream.read(_PRELUDE.size)
    if len(prelude) < _PRELUDE.size or not prelude.startswith(_MAGIC):
        raise RecordInvalid(source=source, problem="what was sealed is no series")
    _, version, zeros, count, small = _PRELUDE.unpack(prelude)
    if version != _VERSION or any(zeros):
        raise FormatUnknown(what="The record's series", version=version)
    if not 0 < count <= _MOST_FILES or small > LARGEST_THUMBNAIL:
        raise RecordInvalid(source=source, problem="its head is damaged")
    lengths = struct.unpack(f">{count}Q", stream.read(8 * count).ljust(8 * count, b"\0"))
    thumbnail = stream.read(small)
    start = _PRELUDE.size + 8 * count + small
    if start + sum(lengths) != length or len(thumbnail) != small:
        raise RecordInvalid(source=source, problem="its lengths do not agree")
    starts = accumulate(lengths[:-1], initial=start)
    return Layout(tuple(zip(starts, lengths, strict=True)), thumbnail)


def _instances(folder: Path, limits: Limits) -> list[tuple[Image, FileContent]]:
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not paths:
        raise RecordInvalid(source=folder.name, problem="the folder holds no file of a series")
    if len(paths) > _MOST_FILES:
        raise RecordTooLarge(source=folder.name, limit=f"{_MOST_FILES:,} files in a series")
    found = []
    for path in paths:
        if not path.is_file():
            raise RecordInvalid(source=path.name, problem="it is not an ordinary file")
        with path.open("rb") as stream:
            content = FileContent.of(path.absolute(), stream)
            found.append((inspect(stream, source=path.name, limits=limits), content))
    return sorted(found, key=lambda one: _place(one[0]))


def _place(image: Image) -> tuple[int, str]:
    number, uid = image.notes.get("InstanceNumber", ""), image.image.get("SOPInstanceUID", "")
    return int(number) if number.isascii() and number.isdigit() else 0, uid


def _require_one_series(name: str, images: list[Image]) -> None:
    first = images[0]
    for image in images:
        if any(image.image.get(uid) != first.image.get(uid) for uid in _SAME):
            raise RecordInvalid(source=name, problem="its files are of more than one series")
        if image.patient != first.patient:
            raise RecordInvalid(source=name, problem="its files are of more than one patient")
    ids = [image.image.get("SOPInstanceUID") for image in images]
    if "SeriesInstanceUID" not in first.image or len(set(ids)) != len(ids):
        raise RecordInvalid(source=name, problem="its files are no series, or one is there twice")


def _thumbnail(content: FileContent, limits: Limits) -> bytes:
    with content.path.open("rb") as stream:
        made = make_thumbnail(stream, source=content.path.name, limits=limits)
    return made if len(made) <= LARGEST_THUMBNAIL else b""


def _head(lengths: list[int], thumbnail: bytes) -> bytes:
    prelude = _PRELUDE.pack(_MAGIC, _VERSION, bytes(3), len(lengths), len(thumbnail))
    return prelude + struct.pack(f">{len(lengths)}Q", *lengths) + thumbnail
