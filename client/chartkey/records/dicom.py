"""The structure of a DICOM file, walked at constant memory (DICOM PS3.5, PS3.10).

The walk follows every declared length to the end of the file without reading
values, so it finds a file that was cut short, however large, and collects the
few small elements that say what the file is. It needs no library, and what a
hostile file can make pydicom do afterwards is bounded by it (T14).
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, NoReturn

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.records.inflate import RAW, inflate
from chartkey.records.limits import LIMITS, Limits

__all__ = ["PREAMBLE", "Structure", "is_dicom", "walk"]

PREAMBLE = 132
"""128 bytes of anything and the four letters DICM (PS3.10 section 7.1)."""

_IMPLICIT = "1.2.840.10008.1.2"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_SYNTAX = 0x00020010
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
"""Value representations with a length of 32 bits (PS3.5 table 7.1-1)."""
_WANTED_BYTES = 1024


class _Element(NamedTuple):
    tag: int
    vr: bytes
    length: int


@dataclass(frozen=True, slots=True)
class Structure:
    """What the walk found.

    ``head`` holds the wanted elements of the data set by tag, each exactly as
    it stands in the file; ``pixel_bytes`` is the length of its pixel data, 0 if it has
    none; ``encapsulated`` says whether those are compressed fragments.
    """

    syntax: str
    implicit: bool
    little: bool
    head: dict[int, bytes]
    pixel_bytes: int
    encapsulated: bool

    @property
    def deflated(self) -> bool:
        """Whether the data set is a deflate stream as a whole (PS3.5 A.5)."""
        return self.syntax == _DEFLATED


def is_dicom(start: bytes) -> bool:
    """Return whether a file that starts with these (at least 132) bytes is DICOM."""
    return start[128:PREAMBLE] == b"DICM"


def walk(
    stream: BinaryIO, *, wanted: frozenset[int], source: str, limits: Limits = LIMITS
) -> Structure:
    """Follow a DICOM file from its first byte to its last.

    ``stream`` can seek and stands anywhere. ``wanted`` are the tags (group << 16
    | element) whose elements come back in ``Structure.head`` if they stand at
    the top of the data set and take at most 1,024 bytes. At most 64 KiB are
    held, except for a deflated data set: that is unpacked, under its own cap.

    Raises:
        RecordInvalid: not a DICOM file, or a length leads past its end.
        RecordTooLarge: more elements or nesting than ``limits``, or a bomb.
    """
    return _Walk(stream, wanted, source, limits).run()


class _Walk:
    def __init__(
        self, stream: BinaryIO, wanted: frozenset[int], source: str, limits: Limits
    ) -> None:
        self._wanted = wanted
        self._source = source
        self._limits = limits
        self._count = 0
        self._head: dict[int, bytes] = {}
        self._pixel_bytes = 0
        self._encapsulated = False
        self._use(stream)

    def _use(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        self._pos = stream.seek(0)

    def run(self) -> Structure:
        if not is_dicom(self._take(PREAMBLE)):
            self._refuse("it is not a DICOM file")
        syntax = self._meta()
        implicit, little = syntax == _IMPLICIT, syntax != _BIG_ENDIAN
        if syntax == _DEFLATED:
            self._use(io.BytesIO(self._inflated()))
        if self._pos == self._size:
            self._refuse("it is cut short: nothing follows its file meta information")
        while self._pos < self._size:
            self._top_level(implicit, little)
        pixels = self._pixel_bytes, self._encapsulated
        return Structure(syntax, implicit, little, self._head, *pixels)

    def _inflated(self) -> bytes:
        cap = self._limits.dicom_inflated_bytes
        return inflate(
            self._stream, wbits=RAW, cap=cap, limits=self._limits, source=self._source, stored=None
        )

    def _meta(self) -> str:
        """Read group 0002, which is always explicit and little-endian (PS3.10 7.1)."""
        syntax = b""
        while self._pos + 8 <= self._size:
            start = self._pos
            element = self._element(implicit=False, little=True)
            if element.tag >> 16 != 2:
                self._seek(start)
                break
            self._bound(element)
            if element.tag == _SYNTAX and element.length <= 64:
                syntax = self._take(element.length)
            else:
                self._seek(self._pos + element.length)
        if not syntax:
            self._refuse("it names no transfer syntax, or is cut short before it")
        return syntax.rstrip(b"\0 ").decode("ascii", "replace")

    def _top_level(self, implicit: bool, little: bool) -> None:
        start = self._pos
        element = self._element(implicit, little)
        if element.tag >> 16 == 0xFFFE:
            self._refuse("a sequence delimiter stands outside any sequence")
        if element.tag in _PIXELS:
            self._pixels(element, little)
        elif element.length == _UNDEFINED:
            self._sequence(element, implicit, little, depth=1)
        else:
            self._bound(element)
            end = self._pos + element.length
            if element.tag in self._wanted and end - start <= _WANTED_BYTES:
                self._keep(element.tag, start, end)
            self._seek(end)

    def _keep(self, tag: int, start: int, end: int) -> None:
        if tag in self._head:
            # Readers differ in which of two they show; and repeats would fill memory.
            self._refuse("an element of its header stands there twice")
        self._seek(start)
        self._head[tag] = self._take(end - start)

    def _pixels(self, element: _Element, little: bool) -> None:
        self._encapsulated = element.length == _UNDEFINED
        if not self._encapsulated:
            self._bound(element)
            self._pixel_bytes += element.length
            self._seek(self._pos + element.length)
            return
        while (item := self._item(little)).tag == _ITEM:
            if item.length == _UNDEFINED:
                self._refuse("a fragment of its pixel data has no length")
            self._bound(item)
            self._pixel_bytes += item.length
            self._seek(self._pos + item.length)

    def _sequence(self, element: _Element, implicit: bool, little: bool, depth: int) -> None:
        if depth > self._limits.dicom_depth:
            limit = f"{self._limits.dicom_depth} nested sequences"
            raise RecordTooLarge(source=self._source, limit=limit)
        if element.vr == b"UN":
            # PS3.5 section 6.2.2 note: UN of undefined length is implicit, little-endian.
            implicit, little = True, True
        while (item := self._item(little)).tag == _ITEM:
            if item.length == _UNDEFINED:
                self._item_content(implicit, little, depth)
            else:
                self._bound(item)
                self._seek(self._pos + item.length)

    def _item_content(self, implicit: bool, little: bool, depth: int) -> None:
        while (element := self._element(implicit, little)).tag != _ITEM_END:
            if element.length != _UNDEFINED:
                self._bound(element)
                self._seek(self._pos + element.length)
            elif element.tag in _PIXELS:
                self._icon(little)
            else:
                self._sequence(element, implicit, little, depth + 1)

    def _icon(self, little: bool) -> None:
        """Pass over encapsulated pixel data inside an item, such as an icon's."""
        while (item := self._item(little)).tag == _ITEM:
            self._bound(item)
            self._seek(self._pos + item.length)

    def _item(self, little: bool) -> _Element:
        item = self._element(implicit=True, little=little)
        if item.tag not in (_ITEM, _SEQUENCE_END):
            self._refuse("a sequence holds something that is no item")
        return item

    def _element(self, implicit: bool, little: bool) -> _Element:
        self._count += 1
        if self._count > self._limits.dicom_elements:
            limit = f"{self._limits.dicom_elements:,} data elements"
            raise RecordTooLarge(source=self._source, limit=limit)
        order = "<" if little else ">"
        raw = self._take(8)
        group, number, vr, short = struct.unpack(order + "HH2sH", raw)
        tag = group << 16 | number
        # Some writers fall back to implicit elements inside explicit items.
        if implicit or group == 0xFFFE or not (vr.isalpha() and vr.isupper()):
            return _Element(tag, b"", struct.unpack(order + "L", raw[4:])[0])
        if vr in _LONG:
            return _Element(tag, vr, struct.unpack(order + "L", self._take(4))[0])
        return _Element(tag, vr, short)

    def _bound(self, element: _Element) -> None:
        if element.length > self._size - self._pos:
            name = f"({element.tag >> 16:04X},{element.tag & 0xFFFF:04X})"
            self._refuse(f"it is cut short, or damaged, at element {name}")

    def _take(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._pos += len(data)
        if len(data) < length:
            self._refuse("it is cut short")
        return data

    def _seek(self, position: int) -> None:
        self._pos = self._stream.seek(position)

    def _refuse(self, problem: str) -> NoReturn:
        raise RecordInvalid(source=self._source, problem=problem)
