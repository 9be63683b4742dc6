"""The gateway store against a server that speaks a gateway's protocol and lies (T01)."""

from __future__ import annotations

import gzip
import io
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.storage import EmbeddedStore, open_store, replicate
from chartkey.storage.gateway import Gateway
from chartkey.storage.unixfs import Profile, blocks

from tests.unit.storage.gateway_http import Answer, Handler, Server, running
from tests.unit.storage.test_cid import MALFORMED

ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"
SWOLLEN = gzip.compress(bytes(1 << 24))
SMALL = Profile("small", chunk=16, links=3)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def gateway(server: Server) -> Iterator[Gateway]:
    gateway = Gateway(server.url, timeout=1)
    yield gateway
    gateway.close()


def put(server: Server, data: bytes, profile: Profile = SMALL) -> str:
    made = list(blocks(io.BytesIO(data), profile))
    server.blocks |= {block.cid.digest: block.data for block in made}
    return str(made[-1].cid)


def read(gateway: Gateway, cid: str) -> bytes:
    target = io.BytesIO()
    gateway.read(cid, target)
    return target.getvalue()


def test_a_file_is_read_block_by_block(
    server: Server, gateway: Gateway, content: Callable[[int], bytes]
) -> None:
    cid = put(server, content(1000))
    assert read(gateway, cid) == content(1000)
    assert gateway.has(cid)
    assert not gateway.has(ABSENT)
    with gateway.open(cid) as stream:
        stream.seek(990)
        assert stream.read() == content(1000)[990:]


def test_T01_every_byte_a_lying_gateway_flips_is_refused(
    server: Server, gateway: Gateway, content: Callable[[int], bytes]
) -> None:
    data = content(60)
    cid = put(server, data)
    flips = 0
    for digest, block in list(server.blocks.items()):
        for at in range(len(block)):
            flipped = block[:at] + bytes([block[at] ^ 0x10]) + block[at + 1 :]
            server.tamper = lambda asked, good, d=digest, f=flipped: f if asked == d else good
            target = io.BytesIO()
            with pytest.raises(BlockCorrupt):
                gateway.read(cid, target)
            assert data.startswith(target.getvalue())
            flips += 1
    assert flips > 300


@pytest.mark.parametrize("lie", [lambda b: b[:-1], lambda b: b + b"\0", lambda _: b""])
def test_T01_a_cut_or_lengthened_block_is_refused(
    server: Server, gateway: Gateway, lie: Callable[[bytes], bytes]
) -> None:
    cid = put(server, b"a block")
    server.tamper = lambda _, data: lie(data)
    with pytest.raises(BlockCorrupt):
        read(gateway, cid)


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_T02_a_malformed_cid_never_reaches_the_gateway(
    server: Server, gateway: Gateway, text: str
) -> None:
    for use in (gateway.open, gateway.has, gateway.blocks):
        with pytest.raises(CidInvalid):
            use(text)
    assert server.seen == []


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(bytes(1 << 16))
    except OSError:
        return


def drip(handler: Handler, start: bytes) -> None:
    handler.close_connection = True
    try:
        handler.wfile.write(start)
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)
    except OSError:
        return


def test_an_endless_block_is_cut_off(server: Server, gateway: Gateway) -> None:
    server.answer = endless
    with pytest.raises(BlockCorrupt):
        read(gateway, ABSENT)


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 20"],
    ids=["body", "header", "status"],
)
def test_what_drips_in_is_given_up(server: Server, gateway: Gateway, start: bytes) -> None:
    server.answer = lambda handler: drip(handler, start)
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable):
        read(gateway, ABSENT)
    assert time.monotonic() - begun < 4


def redirect(handler: Handler) -> None:
    handler.send(302, b"", Location=f"/ipfs/{ABSENT}?format=raw&trap=1")


def swollen(handler: Handler) -> None:
    handler.send(200, SWOLLEN, **{"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (redirect, StoreUnavailable),
        (lambda handler: handler.send(500, b"no"), StoreUnavailable),
        (lambda handler: handler.send(429, b"later"), StoreUnavailable),
        (lambda handler: handler.send(410, b"gone"), BlockMissing),
        (lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n\r\n"), StoreUnavailable),
        (swollen, BlockCorrupt),
    ],
    ids=["redirect", "error", "too many", "gone", "another protocol", "compressed"],
)
def test_an_answer_that_is_no_block_gets_its_name(
    server: Server, gateway: Gateway, answer: Answer, expected: type[Exception]
) -> None:
    server.answer = answer
    with pytest.raises(expected):
        read(gateway, ABSENT)
    assert not any("trap" in path for path, _ in server.seen)


def test_nobody_at_the_address_is_a_store_that_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gateway = Gateway(f"gateway+http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(StoreUnavailable, match="nothing listens"):
            gateway.has(ABSENT)


def test_a_gateway_takes_nothing_and_promises_nothing(gateway: Gateway) -> None:
    for use in (
        lambda: gateway.add(io.BytesIO(b"x")),
        lambda: gateway.pin(ABSENT),
        lambda: gateway.unpin(ABSENT),
    ):
        with pytest.raises(StoreReadOnly):
            use()
    assert gateway.pins() == []
    assert not gateway.is_writable


def test_neither_proxies_nor_passwords_of_the_environment_are_used(
    server: Server, gateway: Gateway, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login ward password geheim")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert read(gateway, put(server, b"a block")) == b"a block"
    assert {header for _, header in server.seen} == {None}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1",
        "gateway+http://",
        "gateway+ftp://h",
        "gateway+https://u:p@h",
        "gateway+https://h?x",
        "gateway+http://h:port",
    ],
)
def test_what_is_no_gateways_address_is_refused(address: str) -> None:
    with pytest.raises(StoreUnavailable, match="gateway"):
        Gateway(address)


def test_a_gateway_below_a_path_is_asked_there(server: Server) -> None:
    gateway = open_store(server.url + "/public/")
    cid = put(server, b"a block")
    gateway.read(cid, io.BytesIO())
    assert server.seen[0][0] == f"/public/ipfs/{cid}?format=raw"


def test_a_file_is_copied_from_a_gateway(
    server: Server, gateway: Gateway, store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    cid = put(server, content(500))
    assert replicate(cid, gateway, store) == (cid, 500)
    assert list(store.verify()) == []
