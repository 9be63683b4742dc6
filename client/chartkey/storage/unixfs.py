"""Files as trees of blocks: cut up as Kubo cuts them, and read back with every byte verified.

The import profile decides the root CID, so it is named: ``unixfs-v1-2025``
(IPIP-0499; Kubo ships it as a configuration profile): CIDv1, sha2-256, raw
leaves of 1 MiB, a balanced tree, at most 1,024 links in a node. A file of one
leaf is that leaf.

Reading follows a tree that anybody may have made, Kubo's older profiles
included. Every block is checked against its CID by the caller's ``fetch``;
depth, links and sizes are bounded here, so that output never exceeds what the
root declares and work stays proportional to output.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final, NamedTuple

from chartkey.errors import CidInvalid
from chartkey.storage.cid import DAG_PB, RAW, Cid
from chartkey.storage.dagpb import FileNode, Link, decode, encode
from chartkey.storage.pipeline import ordered

__all__ = ["MAX_BLOCK", "MAX_DEPTH", "UNIXFS_V1_2025", "Block", "Dag", "Profile", "blocks"]

# Kubo neither takes nor sends larger blocks.
MAX_BLOCK: Final = 2 << 20
# 1,024 links deep as this, a tree holds far more than any disk.
MAX_DEPTH: Final = 8
# Nodes kept decoded while reading: a path from root to leaf, and some room.
_NODES: Final = 16


@dataclass(frozen=True, slots=True)
class Profile:
    """How a file becomes blocks: ``chunk`` bytes a leaf, at most ``links`` children a node."""

    name: str
    chunk: int
    links: int


UNIXFS_V1_2025: Final = Profile("unixfs-v1-2025", chunk=1 << 20, links=1024)


class Block(NamedTuple):
    """One block: its CID, its bytes, the file bytes it and everything below it stand for."""

    cid: Cid
    data: bytes
    size: int


def blocks(source: BinaryIO, profile: Profile = UNIXFS_V1_2025) -> Iterator[Block]:
    """Cut a file into blocks, children before their parents; the last is the root.

    Args:
        source: Read to its end, once, from where it stands.
        profile: What decides the root CID.

    Returns:
        The blocks, made as they are asked for: a few are in memory at a time.
    """
    tree = _Tree(profile.links)
    for leaf in ordered(_leaf, _cut(source, profile.chunk)):
        yield leaf
        yield from tree.add(Link(leaf.cid, leaf.size, len(leaf.data)))
    yield from tree.finish()


class Dag:
    """A file that is already stored, seen through ``fetch``.

    ``fetch`` takes a CID and returns that block's bytes, verified; what it
    raises (a missing or corrupt block) comes through every method here.
    """

    def __init__(self, root: Cid, fetch: Callable[[Cid], bytes]) -> None:
        self.root = root
        self._fetch = fetch
        self._node = lru_cache(maxsize=_NODES)(self._load_node)

    @property
    def size(self) -> int:
        """Length of the file in bytes, as its root declares it.

        Raises:
            CidInvalid: The root is no file node.
        """
        return self._node(self.root).size

    def chunks(self, start: int = 0) -> Generator[bytes, None, None]:
        """Yield the file's bytes in order, from byte ``start`` on, in pieces up to ``MAX_BLOCK``.

        Raises:
            CidInvalid: A block of the tree is no file node, or breaks a bound.
        """
        yield from ordered(self._read, self._pieces(self.root, self.size, start, 1))

    def blocks(self) -> Iterator[Block]:
        """Yield every block of the tree, children before their parents; the last is the root.

        Raises:
            CidInvalid: A block of the tree is no file node, or breaks a bound.
        """
        yield from ordered(self._block, self.links())

    def links(self) -> Iterator[Link]:
        """Yield a link to every block, children before their parents; leaves are not fetched.

        Raises:
            CidInvalid: A block of the tree is no file node, or breaks a bound.
        """
        yield from self._descend(Link(self.root, self.size, 0), 1)

    def _descend(self, link: Link, depth: int) -> Iterator[Link]:
        if link.cid.codec == DAG_PB:
            for child in self._children(link.cid, link.size, depth).links:
                yield from self._descend(child, depth + 1)
        yield link

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
        node = self._node(cid)
        if node.size != size:
            raise _misdeclared()
        return node

    def _load_node(self, cid: Cid) -> FileNode:
        block = self._fetch(cid)
        # A root that is a single leaf is read as a node without children.
        return FileNode(block, ()) if cid.codec == RAW else decode(block)

    def _read(self, piece: tuple[Link, int] | bytes) -> bytes:
        if isinstance(piece, bytes):
            return piece
        link, start = piece
        return self._block(link).data[start:]

    def _block(self, link: Link) -> Block:
        data = self._fetch(link.cid)
        if link.cid.codec == RAW and len(data) != link.size:
            raise _misdeclared()
        return Block(link.cid, data, link.size)


class _Tree:
    """The balanced tree while it grows: one row of waiting children for each level."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[list[Link]] = [[]]

    def add(self, link: Link, level: int = 0) -> Iterator[Block]:
        """Take a child; yield the nodes that it pushes out because their row is full."""
        if level == len(self._rows):
            self._rows.append([])
        if len(self._rows[level]) == self._width:
            yield from self._close(level)
        self._rows[level].append(link)

    def finish(self) -> Iterator[Block]:
        """Yield the nodes that are still open, up to the root; a lone leaf needs none."""
        level = 0
        while level + 1 < len(self._rows) or len(self._rows[level]) > 1:
            yield from self._close(level)
            level += 1

    def _close(self, level: int) -> Iterator[Block]:
        children, self._rows[level] = self._rows[level], []
        data = encode(children)
        node = Block(Cid.of(DAG_PB, data), data, sum(child.size for child in children))
        yield node
        total = len(data) + sum(child.total for child in children)
        yield from self.add(Link(node.cid, node.size, total), level + 1)


def _leaf(data: bytes) -> Block:
    return Block(Cid.of(RAW, data), data, len(data))


def _cut(source: BinaryIO, size: int) -> Iterator[bytes]:
    # Kubo, too, makes one empty leaf of an empty file.
    chunk = _fill(source, size)
    yield chunk
    while len(chunk) == size and (chunk := _fill(source, size)):
        yield chunk


def _fill(source: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, or what is left: pipes and sockets answer in smaller pieces."""
    chunk = source.read(size)
    if not chunk or len(chunk) == size:
        return chunk
    parts, missing = [chunk], size - len(chunk)
    while missing and (chunk := source.read(missing)):
        parts.append(chunk)
        missing -= len(chunk)
    return b"".join(parts)


def _misdeclared() -> CidInvalid:
    return CidInvalid(problem="it names a tree whose sizes do not add up")
