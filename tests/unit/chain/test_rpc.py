"""JSON-RPC: whatever a node does, one of three errors comes out of it."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from chartkey.chain.rpc import Rpc
from chartkey.errors import ContractRefused, NodeRefused, NodeUnavailable

from tests.proxy import Proxy, Refusal


@pytest.fixture
def node() -> Iterator[Proxy]:
    with Proxy() as proxy:
        proxy.answers["eth_chainId"] = lambda params: "0x539"
        yield proxy


def refuse(error: Any) -> Any:
    def answer(params: list[Any]) -> Any:
        raise Refusal(error)

    return answer


def test_a_result_is_returned(node: Proxy) -> None:
    assert Rpc(node.rpc).call("eth_chainId", []) == "0x539"


def test_a_batch_is_answered_in_order_and_cut_into_requests(node: Proxy) -> None:
    node.answers["echo"] = lambda params: params[0]
    assert Rpc(node.rpc).batch([("echo", [i]) for i in range(450)]) == list(range(450))


def test_a_batch_raises_its_first_failure(node: Proxy) -> None:
    node.answers["bad"] = refuse({"code": -32000, "message": "no"})
    with pytest.raises(NodeRefused, match="bad"):
        Rpc(node.rpc).batch([("eth_chainId", []), ("bad", [])])


def test_a_nodes_own_error_is_told(node: Proxy) -> None:
    node.answers["eth_x"] = refuse({"code": -32601, "message": "the method does not exist"})
    with pytest.raises(NodeRefused, match="eth_x: the method does not exist"):
        Rpc(node.rpc).call("eth_x", [])


def test_a_revert_is_the_contracts_refusal(node: Proxy) -> None:
    node.answers["eth_call"] = refuse({"code": 3, "message": "execution reverted", "data": "0x"})
    with pytest.raises(ContractRefused):
        Rpc(node.rpc).call("eth_call", [{}, "latest"])


def test_a_nodes_message_is_cut_and_printable(node: Proxy) -> None:
    node.answers["eth_x"] = refuse({"message": "\x1b[31m" + "x" * 5000})
    with pytest.raises(NodeRefused) as caught:
        Rpc(node.rpc).call("eth_x", [])
    assert len(caught.value.values["problem"]) == 200
    assert caught.value.values["problem"].isprintable()


def test_a_closed_port_is_an_unavailable_node() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(NodeUnavailable):
        Rpc(f"http://127.0.0.1:{port}").call("eth_chainId", [])


def test_an_answer_that_never_comes_is_an_unavailable_node(node: Proxy) -> None:
    done = threading.Event()
    node.before["eth_chainId"] = lambda: (done.wait(5), None)[1]
    try:
        with pytest.raises(NodeUnavailable):
            Rpc(node.rpc, timeout=0.2).call("eth_chainId", [])
    finally:
        done.set()


def test_a_node_that_hangs_up_for_good_is_unavailable(node: Proxy) -> None:
    node.cut_after.add("eth_chainId")
    with pytest.raises(NodeUnavailable):
        Rpc(node.rpc).call("eth_chainId", [])


def test_a_connection_that_the_node_closed_while_idle_is_renewed(node: Proxy) -> None:
    node.cut_before.add("eth_chainId")
    node.before["eth_chainId"] = lambda: node.before.clear()
    rpc = Rpc(node.rpc)
    original = node.reply

    def once(body: bytes) -> bytes | None:
        answer = original(body)
        node.cut_before.clear()
        return answer

    node.reply = once  # type: ignore[method-assign]
    assert rpc.call("eth_chainId", []) == "0x539"


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"7", b"[" * 100_000, b'{"id": 0}'])
def test_an_answer_that_is_not_json_rpc_is_refused(node: Proxy, answer: bytes) -> None:
    node.reply = lambda body: answer  # type: ignore[method-assign]
    with pytest.raises(NodeRefused):
        Rpc(node.rpc).call("eth_chainId", [])


@pytest.mark.parametrize("answer", [b"{}", b'[{"id": 7, "result": 1}]', b"[1, null]"])
def test_a_batch_with_missing_answers_is_refused(node: Proxy, answer: bytes) -> None:
    node.reply = lambda body: answer  # type: ignore[method-assign]
    with pytest.raises(NodeRefused):
        Rpc(node.rpc).batch([("eth_chainId", [])])


@pytest.mark.parametrize("url", ["", "127.0.0.1:8545", "ftp://a", "http://", "http://a:port"])
def test_an_address_that_is_not_of_http_is_refused(url: str) -> None:
    with pytest.raises(NodeUnavailable):
        Rpc(url)


def test_credentials_are_sent_and_never_shown() -> None:
    with Proxy() as node:
        node.answers["eth_chainId"] = lambda params: "0x539"
        url = node.rpc.replace("http://", "http://wang:hu%3Ao@") + "/v3/key-of-the-house?token=t"
        rpc = Rpc(url)
        assert rpc.call("eth_chainId", []) == "0x539"
        assert node.headers["authorization"] == f"Basic {b64encode(b'wang:hu:o').decode()}"
    with pytest.raises(NodeUnavailable) as caught:
        rpc.call("eth_chainId", [])
    shown = f"{rpc!r} {caught.value} {caught.value.as_dict()}"
    assert not any(secret in shown for secret in ("wang", "hu:o", "hu%3Ao", "key-of", "token"))
