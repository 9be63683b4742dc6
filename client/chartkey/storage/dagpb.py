"""Nodes: the dag-pb and UnixFS wire forms of files of several blocks, and of folders.

A node is a protobuf message ``PBNode`` with links (field 2) and one data field
(field 1) that holds a UnixFS message. Written here is exactly what Kubo's
importer writes: links first, each with its hash, its name and its total size;
then the data: type, for a file its own bytes, its size and one block size for
each link. What is read may come from a hostile author, so that every number in
it is bounded and checked against the others: sizes must add up, and no part may
be empty, or a small block could stand for endless work.

Specifications: IPLD "DAG-PB Spec", IPFS "UnixFS" (2025).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from chartkey.errors import CidInvalid
from chartkey.storage.cid import Cid, from_binary
from chartkey.storage.protobuf import broken, field, fields, number, varint

__all__ = [
    "FANOUT",
    "MAX_LINKS",
    "Entry",
    "FileNode",
    "FolderNode",
    "Link",
    "decode",
    "decode_any",
    "encode",
    "encode_folder",
    "encode_leaf",
    "encode_shard",
]

MAX_LINKS: Final = 8192
# Children of a shard of a large folder, in every profile that Kubo publishes.
FANOUT: Final = 256

_RAW_TYPE: Final = 0
_FOLDER_TYPE: Final = 1
_FILE_TYPE: Final = 2
_SHARD_TYPE: Final = 5
_MURMUR3: Final = 0x22
_KINDS: Final = {3: "metadata", 4: "a symbolic link"}
_MAX_SIZE: Final = 1 << 63
# Mode and time of change, which Kubo keeps when asked; read over here.
_IGNORED: Final = frozenset((7, 8))


class Link(NamedTuple):
    """A child: its CID, the file bytes below it, and the stored bytes of its whole tree."""

    cid: Cid
    size: int
    total: int


class Entry(NamedTuple):
    """A name in a folder: where it leads, and the stored bytes of the tree there.

    In a ``FolderNode`` of a sharded folder the name begins with two digits, and a
    name of nothing else leads to a further shard.
    """

    name: str
    cid: Cid
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


@dataclass(frozen=True, slots=True)
class FolderNode:
    """A folder, or one shard of a large one."""

    entries: tuple[Entry, ...]
    is_shard: bool


def encode(links: Sequence[Link]) -> bytes:
    """Return the block of a file node over ``links`` (1 to ``MAX_LINKS``), as Kubo writes it."""
    sizes = [link.size for link in links]
    data = [number(1, _FILE_TYPE), number(3, sum(sizes)), *(number(4, size) for size in sizes)]
    written = [_link(link.cid, b"", link.total) for link in links]
    return b"".join([*written, field(1, b"".join(data))])


def encode_leaf(data: bytes) -> bytes:
    """Return the block of a leaf that is a node, as older profiles have it."""
    own = field(2, data) if data else b""
    return field(1, number(1, _FILE_TYPE) + own + number(3, len(data)))


def encode_folder(entries: Sequence[Entry]) -> bytes:
    """Return the block of a folder; names are sorted by their UTF-8 bytes."""
    return _named(entries) + field(1, number(1, _FOLDER_TYPE))


def encode_shard(entries: Sequence[Entry], present: int) -> bytes:
    """Return the block of a shard; bit i of ``present`` says that child i is there."""
    bits = present.to_bytes((present.bit_length() + 7) // 8, "big")
    data = number(1, _SHARD_TYPE) + field(2, bits) + number(5, _MURMUR3) + number(6, FANOUT)
    return _named(entries) + field(1, data)


def decode(block: bytes) -> FileNode:
    """Read the block of a file node.

    Raises:
        CidInvalid: The block is no dag-pb file node, or breaks a bound.
    """
    node = decode_any(block)
    if isinstance(node, FolderNode):
        raise CidInvalid(problem="it names a directory, not a file")
    return node


def decode_any(block: bytes) -> FileNode | FolderNode:
    """Read the block of a file or folder node.

    Raises:
        CidInvalid: The block is neither, or breaks a bound.
    """
    messages: list[bytes] = []
    unixfs: bytes | None = None
    for tag, value in fields(block):
        if tag == 2 and isinstance(value, bytes) and len(messages) < MAX_LINKS:
            messages.append(value)
        elif tag == 1 and isinstance(value, bytes) and unixfs is None:
            unixfs = value
        else:
            raise broken()
    if unixfs is None:
        raise broken()
    single, sizes = _unixfs(unixfs)
    if single.get(1) in (_FOLDER_TYPE, _SHARD_TYPE):
        return _folder(messages, single, sizes)
    return _file(messages, single, sizes)


def _named(entries: Sequence[Entry]) -> bytes:
    named = sorted(((entry.name.encode(), entry) for entry in entries), key=lambda one: one[0])
    return b"".join(_link(entry.cid, name, entry.total) for name, entry in named)


def _link(cid: Cid, name: bytes, total: int) -> bytes:
    return field(2, field(1, cid.binary) + field(2, name) + b"\x18" + varint(total))


def _unixfs(message: bytes) -> tuple[dict[int, int | bytes], list[int]]:
    single: dict[int, int | bytes] = {}
    sizes: list[int] = []
    for tag, value in fields(message):
        if tag == 4 and isinstance(value, int) and 0 < value < _MAX_SIZE:
            sizes.append(value)
        elif tag not in single and tag in (1, 2, 3, 5, 6, 7, 8):
            single[tag] = value
        else:
            raise broken()
    return single, sizes


def _file(messages: list[bytes], single: dict[int, int | bytes], sizes: list[int]) -> FileNode:
    kind, data = single.get(1), single.get(2, b"")
    if isinstance(kind, int) and kind in _KINDS:
        raise CidInvalid(problem=f"it names {_KINDS[kind]}, not a file")
    if kind not in (_RAW_TYPE, _FILE_TYPE) or not isinstance(data, bytes):
        raise broken()
    if len(sizes) != len(messages) or single.keys() & {5, 6}:
        raise broken()
    if single.get(3, len(data)) != len(data) + sum(sizes):
        raise broken()
    return FileNode(data, tuple(map(_part, messages, sizes)))


def _folder(messages: list[bytes], single: dict[int, int | bytes], sizes: list[int]) -> FolderNode:
    is_shard = single.get(1) == _SHARD_TYPE
    if sizes or single.get(3, 0) != 0:
        raise broken()
    given = single.keys() - _IGNORED - {1, 3}
    if is_shard and (single.get(5), single.get(6)) != (_MURMUR3, FANOUT):
        raise CidInvalid(problem="it names a directory sharded in a way that is not read here")
    if not is_shard and (given - {2} or single.get(2, b"") != b""):
        raise broken()
    return FolderNode(tuple(map(_entry, messages)), is_shard)


def _part(message: bytes, size: int) -> Link:
    cid, name, total = _parsed(message)
    # A name would make it a folder's entry; a file's parts have none.
    if name:
        raise broken()
    return Link(cid, size, total)


def _entry(message: bytes) -> Entry:
    cid, name, total = _parsed(message)
    try:
        return Entry(name.decode("utf-8"), cid, total)
    except UnicodeDecodeError as err:
        raise broken() from err


def _parsed(message: bytes) -> tuple[Cid, bytes, int]:
    seen: dict[int, int | bytes] = {}
    for tag, value in fields(message):
        if tag in seen:
            raise broken()
        seen[tag] = value
    target, name, total = seen.pop(1, None), seen.pop(2, b""), seen.pop(3, 0)
    if not isinstance(target, bytes) or not isinstance(name, bytes) or not isinstance(total, int):
        raise broken()
    if seen:
        raise broken()
    return from_binary(target), name, total
