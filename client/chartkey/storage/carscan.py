"""What a CAR file says of itself: its roots, and where each block lies.

Specifications: IPLD "CARv1" and "CARv2". Of CBOR only the header's one shape is
read: a reader of all of CBOR would also follow nesting of the sender's choice.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from chartkey.errors import CarInvalid, CidInvalid
from chartkey.storage.cid import Cid, from_binary
from chartkey.storage.unixfs import MAX_BLOCK

__all__ = ["CID_TAG", "MAX_ROOTS", "ROOTS", "VERSION_1", "scan"]

# A map of two: its first key, then an array; tag 42 and a byte string; the second key, 1.
ROOTS: Final = b"\xa2\x65roots"
CID_TAG: Final = b"\xd8\x2a\x58"
VERSION_1: Final = b"\x67version\x01"
MAX_ROOTS: Final = 1 << 16

_PRAGMA: Final = bytes.fromhex("0aa16776657273696f6e02")
_V2_HEADER: Final = 40
_LONGEST_CID: Final = 36
_MAX_HEADER: Final = 64 + MAX_ROOTS * (_LONGEST_CID + 5)

Places = dict[bytes, tuple[int, int]]


def scan(file: BinaryIO, path: Path) -> tuple[list[Cid], Places]:
    """Read an open CAR file's headers; the blocks themselves are skipped.

    Args:
        file: Stands at its start.
        path: What the error calls it.

    Returns:
        The roots, and by digest the offset and length of each block.

    Raises:
        CarInvalid: It is no CAR, of another version, cut short, holds something
            that no store here takes, or has no root.
    """
    return _Scan(file, path).all()


class _Scan:
    """One pass over a file's headers; the blocks themselves are skipped."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        self._end = os.fstat(file.fileno()).st_size

    def all(self) -> tuple[list[Cid], Places]:
        """Return the roots, and where each block lies: offset and length by digest."""
        try:
            roots = self._roots()
            places = dict(self._blocks())
        except CidInvalid as err:
            problem = "it holds an identifier that no store here takes"
            raise CarInvalid(path=self._path, problem=problem) from err
        if not roots:
            raise self._refusal("it names no root")
        return roots, places

    def _roots(self) -> list[Cid]:
        if self._file.read(len(_PRAGMA)) == _PRAGMA:
            self._enter_v2()
        else:
            self._file.seek(0)
        size = self._length()
        if size > _MAX_HEADER:
            raise self._refusal("its header is too large")
        return self._parsed(io.BytesIO(self._exactly(size)))

    def _enter_v2(self) -> None:
        header = self._exactly(_V2_HEADER)
        start, size = (int.from_bytes(header[at : at + 8], "little") for at in (16, 24))
        if start < len(_PRAGMA) + _V2_HEADER or start + size > self._end:
            raise self._refusal("it is cut short")
        self._file.seek(start)
        self._end = start + size

    def _parsed(self, header: BinaryIO) -> list[Cid]:
        if header.read(len(ROOTS)) != ROOTS:
            raise self._refusal("its header is not a CAR's")
        roots = [self._root(header) for _ in range(self._count(header))]
        if header.read() != VERSION_1:
            raise self._refusal("it is of a version that is not read here")
        return roots

    def _root(self, header: BinaryIO) -> Cid:
        start = header.read(len(CID_TAG) + 2)
        if start[: len(CID_TAG)] != CID_TAG or start[-1:] != b"\0":
            raise self._refusal("its header is not a CAR's")
        return from_binary(header.read(start[-2] - 1))

    def _count(self, header: BinaryIO) -> int:
        first = header.read(1)[0:1]
        kind = first[0] if first else 0
        if 0x80 <= kind < 0x98:
            return kind - 0x80
        if kind in (0x98, 0x99):
            return int.from_bytes(header.read(1 << kind - 0x98), "big")
        raise self._refusal("its header is not a CAR's")

    def _blocks(self) -> Iterator[tuple[bytes, tuple[int, int]]]:
        while self._file.tell() < self._end:
            size = self._length()
            start = self._file.tell()
            if size > MAX_BLOCK + _LONGEST_CID or start + size > self._end:
                raise self._refusal("it is cut short, or a block is too large")
            cid = _leading_cid(self._file.read(min(size, _LONGEST_CID)))
            header = len(cid.binary)
            yield cid.digest, (start + header, size - header)
            self._file.seek(start + size)

    def _length(self) -> int:
        value = shift = 0
        while shift < 63:
            byte = self._exactly(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise self._refusal("a length in it does not end")

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size or self._file.tell() > self._end:
            raise self._refusal("it is cut short")
        return data

    def _refusal(self, problem: str) -> CarInvalid:
        return CarInvalid(path=self._path, problem=problem)


def _leading_cid(raw: bytes) -> Cid:
    # Version 0 begins with its hash's code, version 1 with its number.
    return from_binary(raw[:34] if raw[:1] == b"\x12" else raw)
