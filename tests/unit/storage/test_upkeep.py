"""Collection never takes what is pinned, and checks say whom a fault concerns."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chartkey.errors import BlockCorrupt, BlockMissing
from chartkey.storage import Collected, EmbeddedStore, Fault
from chartkey.storage.cid import DAG_PB, RAW, Cid
from chartkey.storage.health import repair
from chartkey.storage.unixfs import Block, Profile, blocks
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.unit.storage.test_embedded_store import block_files, file_of

SMALL = Profile("small", chunk=4, links=2)


def put(store: EmbeddedStore, data: bytes) -> str:
    return store.write(blocks(io.BytesIO(data), SMALL)).cid


def read(store: EmbeddedStore, cid: str) -> bytes:
    target = io.BytesIO()
    store.read(cid, target)
    return target.getvalue()


def test_collection_removes_what_nobody_pins_and_counts_it(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    kept, dropped = (store.add(io.BytesIO(data)).cid for data in (b"kept", content(3 << 20)))
    assert store.collect() == Collected(0, 0)
    store.unpin(dropped)
    assert store.collect().blocks == 4
    assert read(store, kept) == b"kept"
    assert not store.has(dropped)
    assert len(block_files(store)) == 1


def test_blocks_that_two_files_share_stay_while_one_is_pinned(store: EmbeddedStore) -> None:
    first, second = put(store, b"abcdefghijkl"), put(store, b"abcdefgh")
    store.unpin(first)
    store.collect()
    assert read(store, second) == b"abcdefgh"


@pytest.mark.parametrize("damage", ["corrupt", "missing"])
def test_with_a_damaged_pin_nothing_is_collected(store: EmbeddedStore, damage: str) -> None:
    cid = put(store, b"abcdefghijkl")
    store.unpin(put(store, b"other"))
    path = file_of(store, cid)
    path.write_bytes(b"x") if damage == "corrupt" else path.unlink()
    before = block_files(store)
    with pytest.raises((BlockCorrupt, BlockMissing)):
        store.collect()
    assert block_files(store) == before


def test_files_that_do_not_belong_are_left_alone(store: EmbeddedStore) -> None:
    stray = store._folder / "blocks" / "00" / "thumbs.db"
    stray.parent.mkdir()
    stray.write_bytes(b"")
    store.collect()
    assert stray.exists()


def test_a_block_that_a_writer_found_here_survives_a_collection_before_it_pins(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    data = content(20 << 20)
    store.unpin(store.add(io.BytesIO(data)).cid)

    class Meanwhile(io.BytesIO):
        """When most of it has been found here, everything unpinned is collected."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 19 << 20:
                assert store.collect().blocks > 0
            return super().read(size)

    cid = store.add(Meanwhile(data)).cid
    store.collect()
    assert read(store, cid) == data
    assert list(store.verify()) == []


def test_collections_and_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    EmbeddedStore(folder)
    stop = threading.Event()

    def collecting() -> None:
        while not stop.is_set():
            EmbeddedStore(folder).collect()

    def writing(number: int) -> None:
        own = EmbeddedStore(folder)
        for turn in range(12):
            # The first blocks are everybody's, and let go and found again all the time.
            data = b"shared by all " * 10 + b"%d-%d" % (number, turn % 3)
            cid = put(own, data)
            assert read(own, cid) == data
            own.unpin(cid)

    collector = threading.Thread(target=collecting)
    collector.start()
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(writing, range(3)))
    finally:
        stop.set()
        collector.join()
    assert list(EmbeddedStore(folder).verify()) == []


class Keeping(RuleBasedStateMachine):
    """A store beside a dictionary of what must be in it."""

    cids = Bundle("cids")

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name) / "store"
        self.store = EmbeddedStore(self.folder)
        self.pinned: dict[str, bytes] = {}
        self.known: dict[str, bytes] = {}

    def teardown(self) -> None:
        self.place.cleanup()

    @rule(target=cids, data=st.binary(max_size=24))
    def add(self, data: bytes) -> str:
        cid = put(self.store, data)
        self.pinned[cid] = self.known[cid] = data
        return cid

    @rule(cid=cids)
    def pin(self, cid: str) -> None:
        try:
            self.store.pin(cid)
            self.pinned[cid] = self.known[cid]
        except BlockMissing:
            assert cid not in self.pinned

    @rule(cid=cids)
    def unpin(self, cid: str) -> None:
        self.store.unpin(cid)
        self.pinned.pop(cid, None)

    @rule()
    def collect(self) -> None:
        self.store.collect()
        needed = {block.cid.digest for cid in self.pinned for block in self.store.blocks(cid)}
        assert {bytes.fromhex(path.name) for path in block_files(self.store)} == needed

    @rule()
    def open_again(self) -> None:
        self.store = EmbeddedStore(self.folder)

    @invariant()
    def everything_pinned_is_whole(self) -> None:
        assert self.store.pins() == sorted(self.pinned)
        assert {cid: read(self.store, cid) for cid in self.pinned} == self.pinned
        assert all(self.store.has(cid) for cid in self.pinned)


TestKeeping = Keeping.TestCase
TestKeeping.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


def test_verify_finds_every_flipped_byte_and_names_the_pins_it_hits(store: EmbeddedStore) -> None:
    shared, other = put(store, b"abcdefghijkl"), put(store, b"abcdXYZ")
    lone = put(store, b"1234")
    leaf = str(Cid.of(RAW, b"abcd"))
    flips = 0
    for path in block_files(store):
        good = path.read_bytes()
        for at in range(len(good)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :])
            (fault,) = store.verify()
            assert fault.what == str(Cid(RAW, bytes.fromhex(path.name)))
            assert fault.problem == "corrupt"
            assert fault.pins
            flips += 1
        path.write_bytes(good)
    assert flips > 200
    file_of(store, leaf).write_bytes(b"abce")
    assert list(store.verify()) == [Fault(leaf, "corrupt", tuple(sorted([shared, other])))]
    assert read(store, lone) == b"1234"


def test_damage_that_no_pin_needs_is_said_to_hit_none(store: EmbeddedStore) -> None:
    cid = put(store, b"abc")
    store.unpin(cid)
    file_of(store, cid).write_bytes(b"x")
    assert [fault.pins for fault in store.verify()] == [()]
    assert store.collect().blocks == 1
    assert list(store.verify()) == []


def test_a_damaged_store_is_repaired_from_another(store: EmbeddedStore, tmp_path: Path) -> None:
    good = EmbeddedStore(tmp_path / "good")
    first, second = put(store, b"abcdefghijkl"), put(store, b"alone here")
    put(good, b"abcdefghijkl")
    for path in block_files(store)[::2]:
        path.write_bytes(b"damaged")
    file_of(store, second).write_bytes(b"damaged")
    file_of(store, first).unlink()
    outcome = {one.cid: one.error for one in repair(store, good)}
    assert outcome[first] is None
    assert isinstance(outcome[second], BlockMissing)
    assert read(store, first) == b"abcdefghijkl"


def test_a_store_without_room_for_links_is_written_all_the_same(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr("os.link", refused)
    cid = put(store, b"abcdefgh")
    assert put(store, b"abcdefgh") == cid
    assert read(store, cid) == b"abcdefgh"
    assert list(store.verify()) == []


def test_has_means_whole(store: EmbeddedStore) -> None:
    cid = put(store, b"abcdefgh")
    file_of(store, str(Cid.of(RAW, b"efgh"))).unlink()
    assert not store.has(cid)
    lone = Block(Cid.of(DAG_PB, b"\x0a\x02\x08\x01"), b"\x0a\x02\x08\x01", 0)
    assert store.has(store.write([lone]).cid)
