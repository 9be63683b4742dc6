"""Files as trees of blocks: Kubo's CIDs, bounds on hostile trees, reading from the middle."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from chartkey.errors import CidInvalid
from chartkey.storage.cid import DAG_PB, RAW, Cid
from chartkey.storage.dag import MAX_DEPTH, Dag
from chartkey.storage.dagpb import MAX_LINKS, Link, decode, encode
from chartkey.storage.reader import DagReader
from chartkey.storage.unixfs import UNIXFS_V1_2025, Block, Profile, blocks
from hypothesis import given, settings
from hypothesis import strategies as st

KUBO = json.loads((Path(__file__).parent / "kubo-cids.json").read_text())["files"]
SMALL = Profile("small", chunk=16, links=3)
EMPTY_DIRECTORY = bytes.fromhex("0a020801")


class Zeros(io.RawIOBase):
    """A file of zero bytes that takes no room."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


class Trickle(io.BytesIO):
    """Answers in pieces of seven bytes, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def dag(made: Iterable[Block]) -> Dag:
    known = {block.cid: block.data for block in made}
    return Dag(list(known)[-1], known.__getitem__)


def tree(*nodes: bytes) -> Dag:
    """A tree whose root is the last of ``nodes``; children are found by their CIDs."""
    known = {Cid.of(codec, node): node for node in nodes for codec in (RAW, DAG_PB)}
    return Dag(Cid.of(DAG_PB, nodes[-1]), known.__getitem__)


def leaf(data: bytes) -> Link:
    return Link(Cid.of(RAW, data), len(data), len(data))


def parent(node: bytes, size: int) -> Link:
    return Link(Cid.of(DAG_PB, node), size, len(node))


@pytest.mark.parametrize("case", KUBO, ids=lambda case: f"{case['chunk']}-{len(str(case))}")
def test_a_file_gets_the_cid_that_kubo_gives_it(
    case: dict[str, int], content: Callable[[int], bytes]
) -> None:
    profile = Profile("", case["chunk"], case["links"])
    source = Zeros(case["zeros"]) if "zeros" in case else io.BytesIO(content(case["size"]))
    *_, root = blocks(source, profile)
    assert str(root.cid) == case["cid"]
    assert root.size == case.get("zeros", case.get("size"))


def test_the_profile_is_the_published_one() -> None:
    assert Profile("unixfs-v1-2025", 1_048_576, 1024) == UNIXFS_V1_2025


def test_a_source_that_answers_in_small_pieces_gives_the_same_file(
    content: Callable[[int], bytes],
) -> None:
    data = content(1000)
    assert list(blocks(Trickle(data), SMALL)) == list(blocks(io.BytesIO(data), SMALL))


def test_importing_needs_the_same_memory_for_a_large_file() -> None:
    tracemalloc.start()
    for _ in blocks(Zeros(200 << 20)):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20


@given(size=st.integers(0, 2000), start=st.integers(0, 2100))
@settings(max_examples=100, deadline=None)
def test_reading_starts_at_any_byte(size: int, start: int) -> None:
    data = bytes(index % 251 for index in range(size))
    stored = dag(blocks(io.BytesIO(data), SMALL))
    assert b"".join(stored.chunks(start)) == data[start:]
    assert stored.size == size


def test_the_blocks_of_a_stored_file_are_those_it_was_cut_into(
    content: Callable[[int], bytes],
) -> None:
    made = list(blocks(io.BytesIO(content(1297)), SMALL))
    read = list(dag(made).blocks())
    assert len(read) == len(made)
    assert set(read) == set(made)
    assert read[-1] == made[-1]


def test_children_come_before_their_parents(content: Callable[[int], bytes]) -> None:
    made = list(blocks(io.BytesIO(content(1297)), SMALL))
    for order in (made, list(dag(made).blocks())):
        seen: set[Cid] = set()
        for block in order:
            if block.cid.codec == DAG_PB:
                assert {link.cid for link in decode(block.data).links} <= seen
            seen.add(block.cid)


def test_a_stream_seeks_and_reads_as_a_file_does(content: Callable[[int], bytes]) -> None:
    data = content(1297)
    stream = io.BufferedReader(DagReader(dag(blocks(io.BytesIO(data), SMALL))))
    assert (stream.seek(1000), stream.read(50)) == (1000, data[1000:1050])
    assert (stream.seek(-20, io.SEEK_END), stream.read()) == (1277, data[-20:])
    assert (stream.seek(3), stream.read(400), stream.tell()) == (3, data[3:403], 403)
    assert (stream.seek(5000), stream.read(1)) == (5000, b"")


def test_a_stream_refuses_a_position_before_the_start() -> None:
    stream = DagReader(dag(blocks(io.BytesIO(b"abc"))))
    with pytest.raises(ValueError, match="no such position"):
        stream.seek(-1)


def test_a_few_bytes_from_the_middle_fetch_few_blocks() -> None:
    made = {block.cid: block.data for block in blocks(io.BytesIO(bytes(range(250)) * 40), SMALL)}
    fetched = []

    def fetch(cid: Cid) -> bytes:
        fetched.append(cid)
        return made[cid]

    stream = DagReader(Dag(list(made)[-1], fetch))
    stream.seek(5000)
    stream.read(8)
    stream.close()
    assert len(fetched) < 12


def test_a_node_with_bytes_of_its_own_is_read_in_order() -> None:
    unixfs = b"\x08\x02\x12\x03abc\x18\x06\x20\x03"
    link = b"\x0a\x24" + Cid.of(RAW, b"def").binary
    node = b"\x12" + bytes([len(link)]) + link + b"\x0a" + bytes([len(unixfs)]) + unixfs
    assert b"".join(tree(b"def", node).chunks()) == b"abcdef"
    assert b"".join(tree(b"def", node).chunks(2)) == b"cdef"


def test_a_directory_is_refused() -> None:
    with pytest.raises(CidInvalid, match="a directory"):
        decode(EMPTY_DIRECTORY)


def test_a_symbolic_link_is_refused() -> None:
    with pytest.raises(CidInvalid, match="a symbolic link"):
        decode(b"\x0a\x0e\x08\x04\x12\x0a/etc/hosts")


def test_a_tree_that_is_too_deep_is_refused() -> None:
    nodes = [b"x"]
    link = leaf(b"x")
    for _ in range(MAX_DEPTH + 1):
        nodes.append(encode([link]))
        link = parent(nodes[-1], 1)
    with pytest.raises(CidInvalid, match="levels"):
        list(tree(*nodes).chunks())
    assert b"".join(tree(*nodes[:-1]).chunks()) == b"x"


def test_a_node_with_too_many_links_is_refused() -> None:
    with pytest.raises(CidInvalid):
        decode(encode([leaf(b"x")] * (MAX_LINKS + 1)))
    assert len(decode(encode([leaf(b"x")] * MAX_LINKS)).links) == MAX_LINKS


def test_empty_parts_are_refused_for_they_are_work_without_output() -> None:
    with pytest.raises(CidInvalid):
        decode(encode([leaf(b"")]))


@pytest.mark.parametrize("size", [2, 4])
def test_a_leaf_of_another_size_than_declared_is_refused(size: int) -> None:
    node = encode([Link(Cid.of(RAW, b"abc"), size, 3)])
    with pytest.raises(CidInvalid, match="add up"):
        list(tree(b"abc", node).chunks())


@pytest.mark.parametrize("size", [2, 4])
def test_a_subtree_of_another_size_than_declared_is_refused(size: int) -> None:
    inner = encode([leaf(b"abc")])
    outer = encode([parent(inner, size)])
    with pytest.raises(CidInvalid, match="add up"):
        list(tree(b"abc", inner, outer).chunks())


def test_a_small_tree_that_stands_for_a_huge_file_declares_its_size() -> None:
    nodes, size = [b"x"], 1
    link = leaf(b"x")
    for _ in range(4):
        nodes.append(encode([link] * 1000))
        size *= 1000
        link = parent(nodes[-1], size)
    assert tree(*nodes).size == 10**12


HOSTILE = {
    "nothing": b"",
    "a length beyond the end": b"\x0a\x7f\x08\x02",
    "an endless varint": b"\xff" * 20,
    "a size of 2^63": b"\x0a\x0c\x08\x02\x18" + b"\x80" * 9 + b"\x01",
    "two data fields": b"\x0a\x02\x08\x02" * 2,
    "an unknown field": b"\x0a\x02\x08\x02\x1a\x00",
    "a fixed-width field": b"\x0a\x02\x08\x02\x0d\x00\x00\x00\x00",
    "a link without a hash": b"\x12\x02\x18\x01\x0a\x02\x08\x02",
    "a link with a name": encode([leaf(b"x")]).replace(b"\x12\x00\x18", b"\x12\x01a\x18"),
    "an unknown type": b"\x0a\x02\x08\x09",
    "no type": b"\x0a\x02\x18\x00",
    "a size that does not add up": b"\x0a\x07\x08\x02\x12\x01a\x18\x02",
    "more sizes than links": b"\x0a\x06\x08\x02\x18\x01\x20\x01",
    "a sharded directory's fan-out": b"\x0a\x05\x08\x02\x30\x80\x02",
}


@pytest.mark.parametrize("block", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_block_that_is_no_file_node_is_refused(block: bytes) -> None:
    with pytest.raises(CidInvalid):
        decode(block)


@given(noise=st.binary(max_size=200), at=st.integers(0, 150), bit=st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_file_node_or_refused(noise: bytes, at: int, bit: int) -> None:
    damaged = bytearray(encode([leaf(b"abc"), leaf(b"de")]))
    damaged[at % len(damaged)] ^= 1 << bit
    for block in (noise, bytes(damaged)):
        try:
            assert decode(block).size >= 0
        except CidInvalid:
            continue
