"""Logs are read in ranges that fit the node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.logs import logs
from chartkey.chain.manifest import Deployed, Manifest
from chartkey.chain.network import Network
from chartkey.chain.rpc import Rpc
from chartkey.errors import NodeRefused

from tests.proxy import Proxy, Refusal

HOUSE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TWIN = "0x" + "12" * 20
MANIFEST = Manifest(
    chain_id=1337,
    deployment_block=0,
    contracts={name: Deployed("0x" + f"{i}" * 40, bytes(32)) for i, name in enumerate(CONTRACTS)},
    confirmations=3,
    max_head_age=60,
)


def log(block: int, index: int = 0, address: str = HOUSE, **more: Any) -> dict[str, Any]:
    place = {"blockNumber": hex(block), "logIndex": hex(index)}
    return {"address": address.lower(), "topics": [], "data": "0x", **place, **more}


class LimitedNode:
    """A node with a log in every tenth block, that answers at most ``most`` of them at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.ranges: list[tuple[int, int]] = []

    def __call__(self, params: list[Any]) -> list[dict[str, Any]]:
        first, last = (int(params[0][name], 16) for name in ("fromBlock", "toBlock"))
        found = [log(block) for block in range(first, last + 1) if block % 10 == 0]
        if len(found) > self.most:
            raise Refusal({"code": -32005, "message": "query returned more than I like"})
        self.ranges.append((first, last))
        return found


@pytest.fixture
def node() -> Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


def network(node: Proxy) -> Network:
    return Network(Rpc(node.rpc), MANIFEST)


def blocks(node: Proxy, last: int, addresses: frozenset[str] | None = None) -> list[int]:
    found = logs(network(node), addresses, [], 0, last)
    return [int(one["blockNumber"], 16) for part in found for one in part]


@pytest.mark.parametrize("most", [1, 7, 20, 100_000])
def test_a_nodes_limit_loses_and_repeats_nothing(node: Proxy, most: int) -> None:
    limited = LimitedNode(most)
    node.answers["eth_getLogs"] = limited
    assert blocks(node, 300) == list(range(0, 301, 10))
    assert limited.ranges[0][0] == 0
    assert limited.ranges[-1][1] == 300
    assert all(a[1] + 1 == b[0] for a, b in zip(limited.ranges, limited.ranges[1:], strict=False))


def test_ranges_grow_where_there_is_little(node: Proxy) -> None:
    limited = LimitedNode(1_000_000)
    node.answers["eth_getLogs"] = limited
    blocks(node, 60_000)
    sizes = [last - first + 1 for first, last in limited.ranges]
    assert sizes[:3] == [5_000, 10_000, 20_000]


def test_a_node_that_refuses_even_one_block_is_an_error(node: Proxy) -> None:
    node.answers["eth_getLogs"] = LimitedNode(0)
    with pytest.raises(NodeRefused, match="more than I like"):
        blocks(node, 100)


def test_logs_come_in_chain_order_whatever_the_node_does(node: Proxy) -> None:
    node.answers["eth_getLogs"] = lambda params: [log(16, 1), log(2, 9), log(16, 0)]
    found = next(logs(network(node), None, [], 0, 20))
    assert [(one["blockNumber"], one["logIndex"]) for one in found] == [
        ("0x2", "0x9"),
        ("0x10", "0x0"),
        ("0x10", "0x1"),
    ]


def test_logs_of_other_addresses_and_removed_ones_are_dropped(node: Proxy) -> None:
    node.answers["eth_getLogs"] = lambda params: [
        log(1),
        log(2, address=TWIN),
        log(3, removed=True),
    ]
    assert blocks(node, 20, frozenset([HOUSE])) == [1]


def test_no_address_at_all_asks_nothing(node: Proxy) -> None:
    assert blocks(node, 20, frozenset()) == []
    assert node.seen == []


@pytest.mark.parametrize("answer", [None, 7, [7], [{}], [{"address": HOUSE}]])
def test_what_is_not_logs_is_refused(node: Proxy, answer: Any) -> None:
    node.answers["eth_getLogs"] = lambda params: answer
    with pytest.raises(NodeRefused):
        blocks(node, 0)
