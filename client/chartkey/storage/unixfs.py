"""Files as trees of blocks, cut up as Kubo cuts them.

The import profile decides the root CID, so it is named. Kubo ships two as
configuration profiles (IPIP-0499): ``unixfs-v1-2025``, used here unless another
is asked for: CIDv1, sha2-256, raw leaves of 1 MiB, a balanced tree, at most
1,024 links in a node; and ``unixfs-v0-2015``, for files that must keep the
identifiers of old: CIDv0, wrapped leaves of 256 KiB, 174 links. A file of one
leaf is that leaf. A folder whose node would exceed 256 KiB is sharded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, NamedTuple

from chartkey.storage.cid import DAG_PB, RAW, Cid
from chartkey.storage.dagpb import Link, encode, encode_leaf
from chartkey.storage.pipeline import ordered

__all__ = [
    "MAX_BLOCK",
    "PROFILES",
    "UNIXFS_V0_2015",
    "UNIXFS_V1_2025",
    "Block",
    "Profile",
    "blocks",
]

# Kubo neither takes nor sends larger blocks.
MAX_BLOCK: Final = 2 << 20


@dataclass(frozen=True, slots=True)
class Profile:
    """How a file becomes blocks.

    ``chunk`` bytes a leaf, at most ``links`` children a node, CIDs of ``version``;
    leaves of version 0 are nodes, as its CIDs know no other codec.
    """

    name: str
    chunk: int
    links: int
    version: int = 1

    def node(self, data: bytes, size: int) -> Block:
        """Return a node's block, its CID in the profile's version; ``size`` is of the file."""
        return Block(Cid.of(DAG_PB, data, self.version), data, size)

    def leaf(self, data: bytes) -> Block:
        """Return the block of a leaf that holds these bytes of the file."""
        if self.version == 0:
            return self.node(encode_leaf(data), len(data))
        return Block(Cid.of(RAW, data), data, len(data))


UNIXFS_V1_2025: Final = Profile("unixfs-v1-2025", chunk=1 << 20, links=1024)
UNIXFS_V0_2015: Final = Profile("unixfs-v0-2015", chunk=1 << 18, links=174, version=0)
PROFILES: Final = {one.name: one for one in (UNIXFS_V1_2025, UNIXFS_V0_2015)}


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
    tree = _Tree(profile)
    for leaf in ordered(profile.leaf, _cut(source, profile.chunk)):
        yield leaf
        yield from tree.add(Link(leaf.cid, leaf.size, len(leaf.data)))
    yield from tree.finish()


class _Tree:
    """The balanced tree while it grows: one row of waiting children for each level."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._rows: list[list[Link]] = [[]]

    def add(self, link: Link, level: int = 0) -> Iterator[Block]:
        """Take a child; yield the nodes that it pushes out because their row is full."""
        if level == len(self._rows):
            self._rows.append([])
        if len(self._rows[level]) == self._profile.links:
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
        node = self._profile.node(data, sum(child.size for child in children))
        yield node
        total = len(data) + sum(child.total for child in children)
        yield from self.add(Link(node.cid, node.size, total), level + 1)


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
