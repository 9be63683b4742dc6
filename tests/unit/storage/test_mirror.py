"""A mirror: written to all, read from whoever is right, and it says who has what (R53)."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    CopiesMissing,
    StoreFull,
    StoreReadOnly,
    StoresInvalid,
    StoreUnavailable,
)
from chartkey.storage import EmbeddedStore, Mirror, PassedOver, open_store, open_stores, parse
from chartkey.storage.cid import Cid
from chartkey.storage.health import ailments, holdings, repair

from tests.unit.storage.gateway_http import running
from tests.unit.storage.test_embedded_store import block_files, file_of

ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"


class Failing(EmbeddedStore):
    """A store that takes some blocks and then fails, and can be put right."""

    after: int | None = None
    error: type[StoreFull] | type[StoreUnavailable] = StoreFull

    def write_checked(self, blocks):  # type: ignore[no-untyped-def]
        def some():  # type: ignore[no-untyped-def]
            for count, block in enumerate(blocks):
                if count == self.after:
                    raise self.error(store=self.name, problem="away")
                yield block

        return super().write_checked(some())


class Slow(EmbeddedStore):
    """A store that answers when it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go = threading.Event()

    def fetch(self, cid: Cid) -> bytes:
        self.go.wait(20)
        return super().fetch(cid)


@pytest.fixture
def nodes(tmp_path: Path) -> list[Failing]:
    return [Failing(tmp_path / name) for name in ("甲", "乙", "丙")]


@pytest.fixture
def mirror(nodes: list[Failing]) -> Mirror:
    return Mirror(nodes)


def read(mirror: Mirror, cid: str) -> bytes:
    target = io.BytesIO()
    mirror.read(cid, target)
    return target.getvalue()


def test_a_file_is_written_to_every_store(
    mirror: Mirror, nodes: list[Failing], content: Callable[[int], bytes]
) -> None:
    added = mirror.add(io.BytesIO(content(5 << 20)))
    for node in nodes:
        assert node.pins() == [added.cid]
        assert list(node.verify()) == []
    assert read(mirror, added.cid) == content(5 << 20)
    assert list(mirror.passed_over) == []


def test_the_report_says_where_each_file_is(mirror: Mirror, nodes: list[Failing]) -> None:
    both = mirror.add(io.BytesIO(b"both")).cid
    one = nodes[1].add(io.BytesIO(b"one")).cid
    names = tuple(node.name for node in nodes)
    assert {held.cid: (held.stores, held.lacking) for held in holdings(mirror)} == {
        both: (names, ()),
        one: (names[1:2], (names[0], names[2])),
    }
    assert mirror.pins() == sorted([both, one])


@pytest.mark.parametrize("lie", ["corrupt", "missing"])
def test_T01_a_store_that_answers_wrongly_is_passed_over_and_reported(
    mirror: Mirror, nodes: list[Failing], content: Callable[[int], bytes], lie: str
) -> None:
    data = content(3 << 20)
    cid = mirror.add(io.BytesIO(data)).cid
    for path in block_files(nodes[0]):
        path.write_bytes(b"other") if lie == "corrupt" else path.unlink()
    assert read(mirror, cid) == data
    expected = BlockCorrupt if lie == "corrupt" else BlockMissing
    assert {(one.store, type(one.error)) for one in mirror.passed_over} == {
        (nodes[0].name, expected)
    }


def test_T01_each_flipped_byte_is_read_from_another_store(
    mirror: Mirror, nodes: list[Failing]
) -> None:
    data = b"a small file of a few bytes"
    cid = mirror.add(io.BytesIO(data)).cid
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for node in nodes[:2]:
            file_of(node, cid).write_bytes(flipped)
        assert read(mirror, cid) == data
    file_of(nodes[2], cid).write_bytes(flipped)
    with pytest.raises(BlockCorrupt):
        read(mirror, cid)


def test_what_no_store_has_is_missing(mirror: Mirror) -> None:
    assert not mirror.has(ABSENT)
    with pytest.raises(BlockMissing):
        mirror.open(ABSENT)


def test_a_silent_store_is_not_waited_for(tmp_path: Path) -> None:
    slow, quick = Slow(tmp_path / "slow"), EmbeddedStore(tmp_path / "quick")
    mirror = Mirror([slow, quick])
    cid = mirror.add(io.BytesIO(bytes(3 << 20))).cid
    begun = time.monotonic()
    try:
        for _ in range(3):
            assert len(read(mirror, cid)) == 3 << 20
        # Once it was waited for; since then it is asked last.
        assert time.monotonic() - begun < 3
        assert {one.store for one in mirror.passed_over} == {slow.name}
    finally:
        slow.go.set()
        mirror.close()


@pytest.mark.parametrize("error", [StoreFull, StoreUnavailable])
@pytest.mark.parametrize("after", [0, 1, 5])
def test_fewer_copies_than_wanted_fail_and_the_same_call_completes_them(
    mirror: Mirror,
    nodes: list[Failing],
    content: Callable[[int], bytes],
    after: int,
    error: type[StoreFull],
) -> None:
    data = content(8 << 20)
    nodes[1].after, nodes[1].error = after, error
    with pytest.raises(CopiesMissing, match=nodes[1].name) as caught:
        mirror.add(io.BytesIO(data))
    assert (caught.value.values["have"], caught.value.values["wanted"]) == (2, 3)
    assert [one.store for one in mirror.passed_over] == [nodes[1].name]
    assert nodes[1].pins() == []
    nodes[1].after = None
    cid = mirror.add(io.BytesIO(data)).cid
    assert all(node.pins() == [cid] for node in nodes)


def test_with_enough_copies_a_store_that_fails_is_only_reported(
    nodes: list[Failing], content: Callable[[int], bytes]
) -> None:
    reported: list[PassedOver] = []
    mirror = Mirror(nodes, copies=2, report=reported.append)
    nodes[0].after = 2
    cid = mirror.add(io.BytesIO(content(4 << 20))).cid
    assert [one.store for one in reported] == [nodes[0].name]
    assert [held.lacking for held in mirror.holdings()] == [(nodes[0].name,)]
    nodes[0].after = None
    mirror.pin(cid)
    assert [held.lacking for held in mirror.holdings()] == [()]
    assert list(nodes[0].verify()) == []


def test_when_every_store_fails_nothing_is_stored(
    mirror: Mirror, nodes: list[Failing], content: Callable[[int], bytes]
) -> None:
    for node in nodes:
        node.after = 3
    with pytest.raises(StoreFull):
        mirror.add(io.BytesIO(content(30 << 20)))
    assert [block_files(node) for node in nodes] == [[], [], []]


def test_a_source_that_fails_leaves_nothing_anywhere(mirror: Mirror, nodes: list[Failing]) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 6 << 20:
                raise ConnectionResetError("the other side went away")
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        mirror.add(Broken(bytes(9 << 20)))
    assert [block_files(node) for node in nodes] == [[], [], []]


def test_no_blocks_are_no_file(mirror: Mirror) -> None:
    with pytest.raises(CidInvalid):
        mirror.write([])


def test_unpinning_reaches_every_store(mirror: Mirror, nodes: list[Failing]) -> None:
    cid = mirror.add(io.BytesIO(b"x")).cid
    mirror.unpin(cid)
    assert [node.pins() for node in nodes] == [[], [], []]


def test_repair_brings_every_store_up_to_date(
    mirror: Mirror, nodes: list[Failing], content: Callable[[int], bytes]
) -> None:
    data = content(3 << 20)
    cid = mirror.add(io.BytesIO(data)).cid
    other = nodes[2].add(io.BytesIO(b"other")).cid
    block_files(nodes[0])[0].write_bytes(b"damaged")
    block_files(nodes[1])[1].unlink()
    sick = {(one.store, one.fault.problem, one.fault.pins) for one in ailments(mirror)}
    assert sick == {(nodes[0].name, "corrupt", (cid,)), (nodes[1].name, "missing", (cid,))}
    done = {(one.store, one.cid) for one in repair(mirror) if one.error is None}
    names = [node.name for node in nodes]
    assert done == {(names[0], cid), (names[1], cid), (names[0], other), (names[1], other)}
    assert list(ailments(mirror)) == []
    assert all(held.lacking == () for held in mirror.holdings())


def test_repair_says_what_nobody_has(mirror: Mirror, nodes: list[Failing]) -> None:
    cid = mirror.add(io.BytesIO(b"lost")).cid
    for node in nodes:
        file_of(node, cid).unlink()
    outcome = list(repair(mirror))
    assert len(outcome) == 3
    assert all(isinstance(one.error, BlockMissing) for one in outcome)


def test_a_gateway_in_a_mirror_is_read_and_never_counted(store: EmbeddedStore) -> None:
    with running() as server:
        mirror = open_stores([str(store._folder), server.url])
        cid = mirror.add(io.BytesIO(b"a block")).cid
        server.blocks[parse(cid).digest] = b"a block"
        file_of(store, cid).unlink()
        target = io.BytesIO()
        assert mirror.read(cid, target) == 7
        mirror.close()


def test_a_mirror_of_gateways_can_only_be_read() -> None:
    mirror = open_stores(["gateway+http://127.0.0.1:9", "gateway+http://127.0.0.1:10"])
    with pytest.raises(StoreReadOnly):
        mirror.add(io.BytesIO(b"x"))
    assert mirror.pins() == []


def test_stores_are_listed_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stores.toml"
    path.write_text(
        'copies = 1\n[[store]]\naddress = "一"\n[[store]]\naddress = "gateway+http://127.0.0.1:9"\n'
    )
    mirror = open_store(path)
    assert isinstance(mirror, Mirror)
    assert [store.name for store in mirror.stores] == ["store '一'", "gateway 127.0.0.1:9"]
    cid = mirror.add(io.BytesIO(b"x")).cid
    assert EmbeddedStore(tmp_path / "一").pins() == [cid]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "copies = 1",
        "store = 3",
        "[[store]]",
        '[[store]]\naddress = ""',
        "[[store]]\naddress = 7",
        '[[store]]\naddress = "a"\nkey = "x"',
        '[[store]]\naddress = "other.toml"',
        'copies = "2"\n[[store]]\naddress = "a"',
        'copys = 2\n[[store]]\naddress = "a"',
        "[[store",
        "\udcff",
    ],
)
def test_a_list_that_says_nothing_usable_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stores.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoresInvalid):
        open_store(path)
    with pytest.raises(StoresInvalid):
        open_store(tmp_path / "missing.toml")
    assert [one.name for one in tmp_path.iterdir()] == ["stores.toml"]


def test_more_copies_than_stores_or_one_store_twice_are_refused(nodes: list[Failing]) -> None:
    for stores, copies in ((nodes, 4), (nodes, 0), ([nodes[0], nodes[0]], None), ([], None)):
        with pytest.raises(StoreUnavailable):
            Mirror(stores, copies)
