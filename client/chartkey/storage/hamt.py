"""Large folders as trees of shards (HAMT), so that no node grows with the folder.

Each byte of a name's hash chooses one of 256 children, the first byte in the
root, the next one below it; a child with one name is that entry, one with
several is a further shard. Specification: IPFS "UnixFS" (2025), "HAMT directory";
the hash is the first half of MurmurHash3_x64_128 under seed 0, which decides
places, not trust. It is written out here because the base install would
otherwise carry a compiled package for it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

from chartkey.errors import CidInvalid
from chartkey.storage.cid import Cid
from chartkey.storage.dagpb import Entry, FolderNode, encode_shard
from chartkey.storage.protobuf import broken

__all__ = ["PREFIX", "place", "shards", "values"]

PREFIX: Final = 2
"""Digits before a name in a shard: the child's number, in upper-case hexadecimal."""

_MASK: Final = (1 << 64) - 1
_C1: Final = 0x87C37B91114253D5
_C2: Final = 0x4CF5AD432745937F
_LEVELS: Final = 8

Written = Generator[tuple[bytes, int], Cid, Entry]


def shards(entries: Sequence[Entry], level: int = 0) -> Written:
    """Cut a folder into shards, children before their parents.

    Args:
        entries: Of the whole folder, names unique.
        level: How many bytes of the hash have been used up.

    Yields:
        A shard's block and the stored bytes of the tree below it; the CID is sent
        back, as the profile decides which form it has.

    Returns:
        The root as an entry without a name.

    Raises:
        CidInvalid: Two names have the same hash.
    """
    if level == _LEVELS:
        raise CidInvalid(problem="two of the folder's names have the same place")
    children: dict[int, list[Entry]] = {}
    for entry in entries:
        children.setdefault(place(entry.name)[level], []).append(entry)
    links, present = [], 0
    for index, group in children.items():
        present |= 1 << index
        one = group[0] if len(group) == 1 else (yield from shards(group, level + 1))
        links.append(Entry(f"{index:02X}{one.name}", one.cid, one.total))
    block = encode_shard(links, present)
    total = sum(link.total for link in links)
    cid = yield block, total
    return Entry("", cid, len(block) + total)


def values(node: FolderNode, load: Callable[[Cid], FolderNode]) -> Iterator[Entry]:
    """Yield the entries of a sharded folder, under their own names.

    Args:
        node: The root shard.
        load: Fetches another node, verified.

    Raises:
        CidInvalid: A shard is empty, repeats a child, or lies too deep: endless
            work could stand behind a few blocks.
    """
    yield from _values(node, load, _LEVELS)


def place(name: str) -> bytes:
    """Return the eight bytes that say where a name lies."""
    data = name.encode()
    h1 = h2 = 0
    whole = len(data) & ~15
    for at in range(0, whole, 16):
        k1, k2 = _half(data, at), _half(data, at + 8)
        h1 = ((_turn(h1 ^ _mix1(k1), 27) + h2) * 5 + 0x52DCE729) & _MASK
        h2 = ((_turn(h2 ^ _mix2(k2), 31) + h1) * 5 + 0x38495AB5) & _MASK
    tail = data[whole:]
    h2 ^= _mix2(_half(tail, 8)) ^ len(data)
    h1 ^= _mix1(_half(tail, 0)) ^ len(data)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    return ((_final(h1) + _final(h2)) & _MASK).to_bytes(8, "big")


def _values(node: FolderNode, load: Callable[[Cid], FolderNode], levels: int) -> Iterator[Entry]:
    if not node.is_shard or not node.entries or levels == 0:
        raise broken()
    if len({entry.name[:PREFIX] for entry in node.entries}) != len(node.entries):
        raise broken()
    for entry in node.entries:
        if len(entry.name) > PREFIX:
            yield entry._replace(name=entry.name[PREFIX:])
        else:
            yield from _values(load(entry.cid), load, levels - 1)


def _half(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _turn(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _MASK


def _mix1(value: int) -> int:
    return _turn(value * _C1 & _MASK, 31) * _C2 & _MASK


def _mix2(value: int) -> int:
    return _turn(value * _C2 & _MASK, 33) * _C1 & _MASK


def _final(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
