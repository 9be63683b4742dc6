"""The Kubo adapter against a server that speaks Kubo's RPC and lies (T01)."""

from __future__ import annotations

import io
import socket
import time
import warnings
from collections.abc import Callable, Iterator

import pytest
from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.storage import EmbeddedStore, open_store, replicate
from chartkey.storage.kubo import Kubo
from chartkey.storage.unixfs import Profile, blocks

from tests.unit.storage.kubo_rpc import (
    Answer,
    Handler,
    Node,
    broken_off,
    dripping,
    endless,
    refusal,
    running,
    silent,
)

ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"
SMALL = Profile("small", chunk=16, links=3)


@pytest.fixture
def node() -> Iterator[Node]:
    with running() as node:
        yield node


@pytest.fixture
def kubo(node: Node) -> Iterator[Kubo]:
    kubo = Kubo(node.url)
    yield kubo
    kubo.close()


@pytest.fixture
def hasty(node: Node) -> Iterator[Kubo]:
    """An adapter that waits half a second."""
    kubo = Kubo(node.url, timeout=0.5)
    yield kubo
    kubo.close()


def answer(status: int, data: bytes) -> Callable[[Handler], Answer]:
    return lambda _: (status, data)


def test_a_file_comes_back_and_has_the_embedded_stores_cid(
    kubo: Kubo, store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    data = content((2 << 20) + 3)
    added = kubo.add(io.BytesIO(data))
    assert added == store.add(io.BytesIO(data))
    target = io.BytesIO()
    assert kubo.read(added.cid, target) == len(data)
    assert target.getvalue() == data
    with kubo.open(added.cid) as stream:
        stream.seek(2 << 20)
        assert stream.read() == data[2 << 20 :]


def test_every_byte_a_lying_node_flips_is_refused(
    node: Node, kubo: Kubo, content: Callable[[int], bytes]
) -> None:
    """T01: leaves and nodes, each byte; nothing of a flipped block is handed out."""
    data = content(60)
    cid = kubo.write(blocks(io.BytesIO(data), SMALL)).cid
    flips = 0
    for digest, block in list(node.blocks.items()):
        for at in range(len(block)):
            flipped = block[:at] + bytes([block[at] ^ 0x80]) + block[at + 1 :]
            node.tamper = lambda asked, good, d=digest, f=flipped: f if asked == d else good
            target = io.BytesIO()
            with pytest.raises(BlockCorrupt):
                kubo.read(cid, target)
            assert data.startswith(target.getvalue())
            flips += 1
    assert flips > 300


def test_a_block_swapped_for_another_good_one_is_refused(
    node: Node, kubo: Kubo, content: Callable[[int], bytes]
) -> None:
    cid = kubo.write(blocks(io.BytesIO(content(32)), SMALL)).cid
    leaves = [block for block in node.blocks.values() if len(block) == 16]
    node.tamper = lambda _, data: leaves[1] if data == leaves[0] else data
    with pytest.raises(BlockCorrupt):
        kubo.read(cid, io.BytesIO())


@pytest.mark.parametrize("lie", [lambda b: b[:-1], lambda b: b + b"\0", lambda _: b""])
def test_a_cut_or_lengthened_block_is_refused(
    node: Node, kubo: Kubo, lie: Callable[[bytes], bytes]
) -> None:
    cid = kubo.add(io.BytesIO(b"a block")).cid
    node.tamper = lambda _, data: lie(data)
    with pytest.raises(BlockCorrupt):
        kubo.read(cid, io.BytesIO())


def test_an_endless_block_is_cut_off(node: Node, kubo: Kubo) -> None:
    node.answers["block/get"] = endless
    with pytest.raises(BlockCorrupt):
        kubo.read(ABSENT, io.BytesIO())


def test_a_block_that_drips_in_is_given_up(node: Node, hasty: Kubo) -> None:
    node.answers["block/get"] = dripping
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="too long"):
        hasty.read(ABSENT, io.BytesIO())
    assert time.monotonic() - begun < 5


def test_a_silent_node_is_away(node: Node, hasty: Kubo) -> None:
    node.answers["block/get"] = silent
    with pytest.raises(StoreUnavailable):
        hasty.read(ABSENT, io.BytesIO())


def test_an_answer_that_breaks_off_is_a_node_that_is_away(node: Node, kubo: Kubo) -> None:
    node.answers["block/get"] = broken_off
    with pytest.raises(StoreUnavailable):
        kubo.read(ABSENT, io.BytesIO())


def test_a_node_that_files_bytes_under_another_cid_is_caught(node: Node, kubo: Kubo) -> None:
    for key in (ABSENT, "bafkqaaa", "nonsense"):
        node.answers["block/put"] = answer(200, b'{"Key": "%s", "Size": 7}' % key.encode())
        with pytest.raises(BlockCorrupt):
            kubo.add(io.BytesIO(b"a block"))
    assert kubo.pins() == []


def test_what_the_node_lacks_is_missing(kubo: Kubo) -> None:
    assert not kubo.has(ABSENT)
    for use in (kubo.open, kubo.pin):
        with pytest.raises(BlockMissing):
            use(ABSENT)


def test_pins_are_listed_kept_and_let_go(node: Node, kubo: Kubo) -> None:
    node.pinned["bafkr4ih3bcgvhvcjylnqmcyehwzyeopj6yqqpgr2xq2ejgvdqjahzi7omi"] = {"Type": "blake3"}
    first, second = (kubo.add(io.BytesIO(data)).cid for data in (b"1", b"2"))
    assert kubo.has(first)
    assert kubo.pins() == sorted([first, second])
    kubo.unpin(first)
    kubo.unpin(first)
    assert kubo.pins() == [second]


def test_the_root_is_pinned_after_every_block_is_there(
    node: Node, kubo: Kubo, content: Callable[[int], bytes]
) -> None:
    kubo.write(blocks(io.BytesIO(content(100)), SMALL))
    assert node.seen[-1] == "pin/add"
    assert node.seen.count("pin/add") == 1


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("write blocks/x: no space left on device", StoreFull),
        ("open blocks/x: read-only file system", StoreReadOnly),
        ("open blocks/x: permission denied", StoreReadOnly),
        ("something else", StoreUnavailable),
    ],
)
def test_a_refusal_by_the_node_gets_its_name(
    node: Node, kubo: Kubo, message: str, expected: type[Exception]
) -> None:
    node.answers["block/put"] = lambda _: refusal(message)
    with pytest.raises(expected):
        kubo.add(io.BytesIO(b"a block"))


@pytest.mark.parametrize(
    "reply", [b"", b"[]", b"7", b"null", b'{"Keys": 7}', b"{", b"\xff", b"{}{}", b"<html>"]
)
@pytest.mark.parametrize("command", ["block/put", "block/stat", "pin/ls", "pin/add", "version"])
def test_an_answer_that_is_not_kubos_never_escapes_as_something_else(
    node: Node, kubo: Kubo, command: str, reply: bytes
) -> None:
    node.answers[command] = answer(200, reply)
    for use in (lambda: kubo.add(io.BytesIO(b"x")), lambda: kubo.has(ABSENT), kubo.pins):
        try:
            use()
        except (BlockCorrupt, StoreUnavailable):
            continue


def test_a_redirect_is_not_followed(node: Node, kubo: Kubo) -> None:
    def elsewhere(handler: Handler) -> None:
        handler.send_response(307)
        handler.send_header("Location", node.url + "/api/v0/trap")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    node.answers["block/get"] = elsewhere
    with pytest.raises(StoreUnavailable):
        kubo.read(ABSENT, io.BytesIO())
    assert "trap" not in node.seen


def test_nobody_at_the_address_is_a_store_that_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert not Kubo.answers(address)
        kubo = Kubo(address)
        for use in (kubo.pins, lambda: kubo.has(ABSENT), lambda: kubo.add(io.BytesIO(b"x"))):
            with pytest.raises(StoreUnavailable, match="nothing listens"):
                use()


def test_a_node_that_answers_is_recognised(node: Node) -> None:
    assert Kubo.answers(node.url)
    assert Kubo.answers(f"/ip4/127.0.0.1/tcp/{node.server_address[1]}")


def test_another_service_is_not_taken_for_kubo(node: Node) -> None:
    node.answers["version"] = answer(200, b"<html>hello</html>")
    assert not Kubo.answers(node.url)
    node.answers["version"] = answer(404, b"not here")
    assert not Kubo.answers(node.url)


def test_a_node_that_comes_back_is_used_again(node: Node, kubo: Kubo) -> None:
    node.answers["version"] = answer(500, b"starting")
    with pytest.raises(StoreUnavailable):
        kubo.pins()
    del node.answers["version"]
    assert kubo.pins() == []


def test_no_warning_reaches_the_caller(node: Node) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kubo = Kubo(node.url)
        kubo.read(kubo.add(io.BytesIO(b"a block")).cid, io.BytesIO())
        kubo.close()


def test_credentials_are_sent_and_never_shown(node: Node) -> None:
    headers = []

    def version(handler: Handler) -> Answer:
        headers.append(handler.headers["Authorization"])
        return refusal("no")

    node.answers["version"] = version
    kubo = Kubo(node.url.replace("http://", "http://ward:geheim@"))
    with pytest.raises(StoreUnavailable) as caught:
        kubo.pins()
    assert headers == ["Basic d2FyZDpnZWhlaW0="]
    assert "geheim" not in kubo.name + str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:5001",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:notaport",
        "http://127.0.0.1:99999",
        "http://127.0.0.1/elsewhere",
        "/ip4/300.0.0.1/tcp/1",
        "/ip4/127.0.0.1",
        "/p2p/x",
        "/",
    ],
)
def test_what_is_no_address_is_a_store_that_is_away(address: str) -> None:
    with pytest.raises(StoreUnavailable):
        Kubo(address).pins()


def test_a_bad_cid_never_reaches_the_node(node: Node, kubo: Kubo) -> None:
    for use in (kubo.has, kubo.pin, kubo.unpin, kubo.open):
        with pytest.raises(CidInvalid):
            use("../../version")
    assert node.seen == []


def test_replication_goes_both_ways(
    kubo: Kubo, store: EmbeddedStore, tmp_path: object, content: Callable[[int], bytes]
) -> None:
    data = content((1 << 20) + 1)
    added = store.add(io.BytesIO(data))
    assert replicate(added.cid, store, kubo) == added
    second = EmbeddedStore(f"{tmp_path}/second")
    assert replicate(added.cid, kubo, second) == added
    assert list(second.verify()) == []


def test_replication_from_a_lying_node_leaves_nothing(
    node: Node, kubo: Kubo, store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    cid = kubo.write(blocks(io.BytesIO(content(60)), SMALL)).cid
    node.tamper = lambda _, data: data[::-1]
    with pytest.raises(BlockCorrupt):
        replicate(cid, kubo, store)
    assert store.pins() == []


def test_an_address_opens_the_store_it_names(node: Node, tmp_path: object) -> None:
    assert isinstance(open_store(node.url), Kubo)
    assert isinstance(open_store("/ip4/127.0.0.1/tcp/5001"), Kubo)
    assert open_store("/ip4/127.0.0.1/tcp/5001").name == "Kubo at 127.0.0.1:5001"
    assert isinstance(open_store(f"{tmp_path}/store"), EmbeddedStore)
    with pytest.raises(StoreUnavailable):
        open_store("s3://bucket")
