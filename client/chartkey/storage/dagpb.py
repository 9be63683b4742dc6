"""File nodes: the dag-pb and UnixFS wire forms of a file that is more than one block.

A node is a protobuf message ``PBNode`` with links (field 2) and one data field
(field 1) that holds a UnixFS message. Written here is exactly what Kubo's
importer writes: links first, each with its hash, an empty name and its total
size; then type, file size and one block size for each link. What is read may
come from a hostile author, so that every number in it is bounded and checked
against the others: sizes must add up, and no part may be empty, or a small
block could stand for endless work.

Specifications: IPLD "DAG-PB Spec", IPFS "UnixFS" (2025).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from chartkey.errors import CidInvalid
from chartkey.storage.cid import Cid, from_binary

__all__ = ["MAX_LINKS", "FileNode", "Link", "decode", "encode"]

MAX_LINKS: Final = 8192

_RAW_TYPE: Final = 0
_FILE_TYPE: Final = 2
_KINDS: Final = {1: "a directory", 3: "metadata", 4: "a symbolic link", 5: "a sharded directory"}
_VARINT: Final = 0
_BYTES: Final = 2
_MAX_SIZE: Final = 1 << 63


class Link(NamedTuple):
    """A child: its CID, the file bytes below it, and the stored bytes of its whole tree."""

    cid: Cid
    size: int
    total: int


@dataclass(frozen=True, slots=True)
class FileNode:
    """A file, or part of one: bytes of its own, then its children's, in order."""

    data: bytes
    links: tuple[Link, ...]

    @property
    def size(self) -> int:
        """File bytes of this node and everything below it."""
        return len(self.data) + sum(link.size for link in self.links)


def encode(links: Sequence[Link]) -> bytes:
    """Return the block of a file node over ``links`` (1 to ``MAX_LINKS``), as Kubo writes it."""
    written = [_field(2, _encode_link(link)) for link in links]
    return b"".join([*written, _field(1, _encode_unixfs([link.size for link in links]))])


def decode(block: bytes) -> FileNode:
    """Read the block of a file node.

    Raises:
        CidInvalid: The block is no dag-pb file node, or breaks a bound.
    """
    messages: list[bytes] = []
    unixfs: bytes | None = None
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes) and len(messages) < MAX_LINKS:
            messages.append(value)
        elif number == 1 and isinstance(value, bytes) and unixfs is None:
            unixfs = value
        else:
            raise _broken()
    if unixfs is None:
        raise _broken()
    # First, as it tells a directory, whose links are not a file's.
    data, sizes = _decode_unixfs(unixfs)
    if len(sizes) != len(messages):
        raise _broken()
    return FileNode(data, tuple(map(_decode_link, messages, sizes)))


def _encode_link(link: Link) -> bytes:
    return _field(1, link.cid.binary) + _field(2, b"") + b"\x18" + _varint(link.total)


def _encode_unixfs(sizes: Sequence[int]) -> bytes:
    parts = [b"\x08", _varint(_FILE_TYPE), b"\x18", _varint(sum(sizes))]
    for size in sizes:
        parts += [b"\x20", _varint(size)]
    return b"".join(parts)


def _decode_link(message: bytes, size: int) -> Link:
    seen: dict[int, int | bytes] = {}
    for number, value in _fields(message):
        if number in seen:
            raise _broken()
        seen[number] = value
    target, total = seen.pop(1, None), seen.pop(3, 0)
    # A name would make it a directory's entry; a file's parts have none.
    if not isinstance(target, bytes) or not isinstance(total, int) or seen.pop(2, b"") != b"":
        raise _broken()
    if seen:
        raise _broken()
    return Link(from_binary(target), size, total)


def _decode_unixfs(message: bytes) -> tuple[bytes, list[int]]:
    single: dict[int, int | bytes] = {}
    sizes: list[int] = []
    for number, value in _fields(message):
        if number == 4 and isinstance(value, int) and 0 < value < _MAX_SIZE:
            sizes.append(value)
        elif number not in single and number in (1, 2, 3, 7, 8):
            single[number] = value
        elif number in (5, 6):
            raise CidInvalid(problem="it names a sharded directory, not a file")
        else:
            raise _broken()
    data = _file_data(single)
    if single.get(3, len(data)) != len(data) + sum(sizes):
        raise _broken()
    return data, sizes


def _file_data(single: dict[int, int | bytes]) -> bytes:
    kind, data = single.get(1), single.get(2, b"")
    if isinstance(kind, int) and kind in _KINDS:
        raise CidInvalid(problem=f"it names {_KINDS[kind]}, not a file")
    if kind not in (_RAW_TYPE, _FILE_TYPE) or not isinstance(data, bytes):
        raise _broken()
    return data


def _broken() -> CidInvalid:
    return CidInvalid(problem="it names a block that is not a well-formed file node")


def _field(number: int, value: bytes) -> bytes:
    return bytes((number << 3 | _BYTES,)) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield each field's number and value; only varints and byte strings occur here."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        value, at = _read_varint(message, at)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _BYTES and at + value <= len(message):
            yield tag >> 3, message[at : at + value]
            at += value
        else:
            raise _broken()


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 63:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _broken()
