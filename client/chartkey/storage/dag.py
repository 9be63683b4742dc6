"""A file or folder that is already stored, read back with every byte verified.

Reading follows a tree that anybody may have made, Kubo's older profiles
included. Every block is checked against its CID by the caller's ``fetch``;
depth, links and sizes are bounded here, so that output never exceeds what the
root declares and work stays proportional to output, or to the number of
different blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Final

from chartkey.errors import CidInvalid
from chartkey.storage import hamt
from chartkey.storage.cid import RAW, Cid
from chartkey.storage.dagpb import Entry, FileNode, FolderNode, Link, decode_any
from chartkey.storage.pipeline import ordered
from chartkey.storage.unixfs import Block

__all__ = ["MAX_DEPTH", "MAX_ENTRIES", "MAX_LEVELS", "Dag"]

# 1,024 links deep as this, a tree holds far more than any disk.
MAX_DEPTH: Final = 8
# Folders within folders, shards counted.
MAX_LEVELS: Final = 64
MAX_ENTRIES: Final = 1 << 20
# Nodes kept decoded while reading: a path from root to leaf, and some room.
_NODES: Final = 16
# A folder's entry does not say how long the file behind it is.
_UNKNOWN: Final = -1

_Walk = Generator[Link, None, int]


class Dag:
    """What lies below a root, seen through ``fetch``.

    ``fetch`` takes a CID and returns that block's bytes, verified; what it
    raises (a missing or corrupt block) comes through every method here.
    """

    def __init__(self, root: Cid, fetch: Callable[[Cid], bytes]) -> None:
        self.root = root
        self._fetch = fetch
        self._node = lru_cache(maxsize=_NODES)(self._load_node)

    @property
    def is_folder(self) -> bool:
        """Whether the root is a folder.

        Raises:
            CidInvalid: The root is neither file nor folder.
        """
        return isinstance(self._node(self.root), FolderNode)

    @property
    def size(self) -> int:
        """Length of the file in bytes, as its root declares it.

        Raises:
            CidInvalid: The root is no file node.
        """
        return self._file(self.root).size

    def at(self, cid: Cid) -> Dag:
        """Return what lies below another root of the same store. Never raises."""
        return Dag(cid, self._fetch)

    def chunks(self, start: int = 0) -> Generator[bytes, None, None]:
        """Yield the file's bytes in order, from byte ``start`` on, in pieces up to ``MAX_BLOCK``.

        Raises:
            CidInvalid: A block of the tree is no file node, or breaks a bound.
        """
        yield from ordered(self._read, self._pieces(self.root, self.size, start, 1))

    def entries(self) -> Iterator[Entry]:
        """Yield a folder's entries as they are stored; names may be anything (T13).

        Raises:
            CidInvalid: The root is no folder, or a shard of it breaks a bound.
        """
        node = self._folder(self.root)
        found = hamt.values(node, self._folder) if node.is_shard else iter(node.entries)
        for count, entry in enumerate(found):
            if count == MAX_ENTRIES:
                raise CidInvalid(problem=f"it names a folder of more than {MAX_ENTRIES} entries")
            yield entry

    def blocks(self, *, parents_first: bool = False) -> Iterator[Block]:
        """Yield every block, children before their parents: the last is the root; or reversed.

        Each node is yielded once; a leaf that occurs several times in a file, as often.

        Raises:
            CidInvalid: A block of the tree is no node, or breaks a bound.
        """
        yield from ordered(self._block, self.links(parents_first=parents_first))

    def links(self, *, parents_first: bool = False) -> Iterator[Link]:
        """Yield a link to every block, as ``blocks``; leaves are not fetched.

        Raises:
            CidInvalid: A block of the tree is no node, or breaks a bound.
        """
        root = Link(self.root, self._whole(), 0)
        yield from self._descend(root, 0, {}, parents_first)

    def _whole(self) -> int:
        node = self._node(self.root)
        return node.size if isinstance(node, FileNode) else _UNKNOWN

    def _descend(self, link: Link, level: int, seen: dict[Cid, int], first: bool) -> _Walk:
        """Walk anything a folder may hold; return the file bytes below it."""
        if link.cid.codec == RAW:
            # Many entries may be the same small file.
            if link.cid not in seen:
                seen[link.cid] = link.size
                yield link
            return link.size
        node = self._node(link.cid)
        if isinstance(node, FileNode):
            return (yield from self._descend_file(link, 1, seen, first))
        if level > MAX_LEVELS:
            raise CidInvalid(problem=f"it names folders {MAX_LEVELS} levels deep")
        # Each node once: a few that lead to one another could stand for endless work.
        if link.cid not in seen:
            if first:
                yield link
            size = 0
            for entry in node.entries:
                below = entry.total if entry.cid.codec == RAW else _UNKNOWN
                one = Link(entry.cid, below, entry.total)
                size += yield from self._descend(one, level + 1, seen, first)
            seen[link.cid] = size
            if not first:
                yield link._replace(size=size)
        return seen[link.cid]

    def _descend_file(self, link: Link, depth: int, seen: dict[Cid, int], first: bool) -> _Walk:
        if link.cid.codec == RAW:
            yield link
            return link.size
        node = self._children(link.cid, link.size, depth)
        if link.cid not in seen:
            if first:
                yield link
            for child in node.links:
                yield from self._descend_file(child, depth + 1, seen, first)
            seen[link.cid] = node.size
            if not first:
                yield link._replace(size=node.size)
        return node.size

    def _pieces(
        self, cid: Cid, size: int, start: int, depth: int
    ) -> Iterator[tuple[Link, int] | bytes]:
        node = self._children(cid, size, depth)
        if start < len(node.data):
            yield node.data[start:]
        start = max(0, start - len(node.data))
        for link in node.links:
            if start < link.size:
                if link.cid.codec == RAW:
                    yield link, start
                else:
                    yield from self._pieces(link.cid, link.size, start, depth + 1)
            start = max(0, start - link.size)

    def _children(self, cid: Cid, size: int, depth: int) -> FileNode:
        if depth > MAX_DEPTH:
            raise CidInvalid(problem=f"it names a tree of more than {MAX_DEPTH} levels")
        node = self._file(cid)
        if size not in (node.size, _UNKNOWN):
            raise _misdeclared()
        return node

    def _file(self, cid: Cid) -> FileNode:
        node = self._node(cid)
        if isinstance(node, FolderNode):
            raise CidInvalid(problem="it names a directory, not a file")
        return node

    def _folder(self, cid: Cid) -> FolderNode:
        node = self._node(cid)
        if isinstance(node, FileNode):
            raise CidInvalid(problem="it names a file, not a directory")
        return node

    def _load_node(self, cid: Cid) -> FileNode | FolderNode:
        block = self._fetch(cid)
        # A root that is a single leaf is read as a node without children.
        return FileNode(block, ()) if cid.codec == RAW else decode_any(block)

    def _read(self, piece: tuple[Link, int] | bytes) -> bytes:
        if isinstance(piece, bytes):
            return piece
        link, start = piece
        data = self._block(link).data
        return data[start:] if start else data

    def _block(self, link: Link) -> Block:
        data = self._fetch(link.cid)
        if link.cid.codec == RAW and len(data) != link.size:
            raise _misdeclared()
        return Block(link.cid, data, link.size)


def _misdeclared() -> CidInvalid:
    return CidInvalid(problem="it names a tree whose sizes do not add up")
