"""Which of several nodes is asked: the first that is well, and for how long the others rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from chartkey.chain import nodes as module
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.manifest import Deployed, Manifest
from chartkey.chain.network import Network
from chartkey.chain.nodes import Nodes
from chartkey.crypto.digest import keccak256
from chartkey.errors import ContractRefused, NodeRefused, NodesUnavailable, NodeUnavailable

from tests.proxy import Proxy, Refusal

CODE = b"\x60\x00"
MANIFEST = Manifest(
    chain_id=5151,
    deployment_block=7,
    contracts={
        name: Deployed(f"0x{number:040x}", keccak256(CODE))
        for number, name in enumerate(CONTRACTS, 1)
    },
    confirmations=3,
    max_head_age=600,
)


class Stand(Proxy):
    """A node of the manifest's chain that only answers; ``height`` and ``age`` are its head's."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.height, self.age = 100, 0
        self.answers = {
            "eth_chainId": lambda params: hex(MANIFEST.chain_id),
            "eth_getCode": lambda params: f"0x{CODE.hex()}",
            "eth_getBlockByNumber": lambda params: self._block(params[0]),
            "who": lambda params: name,
        }

    def _block(self, tag: str) -> dict[str, str]:
        number = self.height if tag == "latest" else int(tag, 16)
        time_of = int(time.time()) - self.age
        return {"number": hex(number), "hash": f"0x{number:064x}", "timestamp": hex(time_of)}

    def away(self, is_away: bool = True) -> None:
        """Answer nothing any more, or again."""
        self.cut_before = set(self.answers) if is_away else set()


@pytest.fixture
def stands() -> Iterator[list[Stand]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Stand(name)) for name in ("first", "second", "third")]


@pytest.fixture
def nodes(stands: list[Stand]) -> Nodes:
    return Nodes([stand.rpc for stand in stands], lambda rpc: Network(rpc, MANIFEST), timeout=2)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let every call look at all that are not at rest; return the time, for the test to move."""
    clock = [1000.0]
    monkeypatch.setattr(module, "_ROUND", 0)
    moved = SimpleNamespace(monotonic=lambda: clock[0], time=time.time)
    monkeypatch.setattr(module, "time", moved)
    return clock


def who(nodes: Nodes) -> Any:
    return nodes.call("who", [])


def problems(nodes: Nodes) -> list[str | None]:
    return [one.problem for one in nodes.survey()]


def test_the_first_that_is_well_is_asked(nodes: Nodes, stands: list[Stand]) -> None:
    assert who(nodes) == "first"
    assert nodes.batch([("who", []), ("who", [])]) == ["first", "first"]
    assert nodes.shown == stands[0].rpc
    stands[0].away()
    assert who(nodes) == "second"
    stands[1].away()
    assert who(nodes) == "third"
    assert nodes.url == f"{stands[2].rpc}/"


def test_a_node_is_checked_once_and_again_after_it_failed(
    nodes: Nodes, stands: list[Stand]
) -> None:
    for _ in range(3):
        who(nodes)
    assert stands[0].seen.count("eth_chainId") == 1
    stands[0].away()
    who(nodes)
    stands[0].away(False)
    # Whatever is at that address now need not be what was there.
    stands[0].answers["eth_chainId"] = lambda params: "0x1"
    assert problems(nodes) == ["it speaks for chain 1", None, None]
    assert who(nodes) == "second"


def test_the_preferred_node_is_used_again_once_it_is_back(
    nodes: Nodes, stands: list[Stand], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = watched(monkeypatch)
    stands[0].away()
    assert who(nodes) == "second"
    stands[0].away(False)
    assert who(nodes) == "second"
    clock[0] += 60
    assert who(nodes) == "first"


def test_a_node_that_stays_away_rests_longer_and_longer(
    nodes: Nodes, stands: list[Stand], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, tried = watched(monkeypatch), []
    stands[0].away()
    stands[0].before["eth_chainId"] = lambda: tried.append(clock[0])
    for step in [1] * 32 + [64] * 20:
        who(nodes)
        clock[0] += step
    times = sorted(set(tried))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[:4] == [2, 4, 8, 16]
    # Five minutes, and what is left of a step.
    assert gaps[-2:] == [320, 320]


def test_a_hanging_node_is_left_for_one_that_answers(nodes: Nodes, stands: list[Stand]) -> None:
    stands[0].before["who"] = lambda: time.sleep(3)
    assert who(nodes) == "second"
    started = len(stands[0].seen)
    assert who(nodes) == "second"
    assert len(stands[0].seen) == started


def test_every_problem_is_named_when_none_is_left(nodes: Nodes, stands: list[Stand]) -> None:
    stands[0].answers["eth_chainId"] = lambda params: "0x1"
    stands[1].answers["eth_getCode"] = lambda params: "0x60"
    stands[2].away()
    with pytest.raises(NodesUnavailable) as caught:
        who(nodes)
    told = str(caught.value)
    assert f"{stands[0].rpc}: it speaks for chain 1;" in told
    assert f"{stands[1].rpc}: Forwarder: other code is there;" in told
    assert f"{stands[2].rpc}: it does not answer." in told
    stands[1].answers["eth_getCode"] = lambda params: f"0x{CODE.hex()}"
    assert who(nodes) == "second"


@pytest.mark.parametrize("error", [{"message": "no"}, {"code": 3, "message": "reverted"}])
def test_a_nodes_own_answer_is_not_asked_of_another(
    nodes: Nodes, stands: list[Stand], error: Any
) -> None:
    def refuse(params: list[Any]) -> Any:
        raise Refusal(error)

    stands[0].answers["who"] = refuse
    with pytest.raises((NodeRefused, ContractRefused)):
        who(nodes)
    assert "who" not in stands[1].seen


def test_one_well_behind_the_others_is_passed_over_until_it_has_caught_up(
    nodes: Nodes, stands: list[Stand]
) -> None:
    stands[0].height -= 17
    stands[1].height -= 16
    assert who(nodes) == "second"
    assert problems(nodes) == ["it is 17 blocks behind", None, None]
    stands[0].height += 17
    assert problems(nodes) == [None, None, None]
    assert who(nodes) == "first"


def test_T24_a_stale_node_is_passed_over_while_another_is_not(
    nodes: Nodes, stands: list[Stand]
) -> None:
    stands[0].age, stands[1].age = 700, 800
    assert who(nodes) == "third"
    assert problems(nodes) == [
        "its newest block is 700 s old",
        "its newest block is 800 s old",
        None,
    ]
    stands[2].age = 900
    assert problems(nodes) == [None, None, None]
    assert who(nodes) == "first"


def test_one_that_is_behind_serves_when_the_better_ones_are_away(
    nodes: Nodes, stands: list[Stand]
) -> None:
    stands[0].height -= 50
    assert who(nodes) == "second"
    stands[1].away()
    stands[2].away()
    assert who(nodes) == "first"


def test_no_address_and_a_wrong_one_are_refused() -> None:
    for urls in ([], ["http://a", "ftp://b"]):
        with pytest.raises(NodeUnavailable):
            Nodes(urls, lambda rpc: Network(rpc, MANIFEST))


def test_no_password_is_shown(stands: list[Stand]) -> None:
    urls = [stand.rpc.replace("http://", "http://wang:hu%3Ao@") for stand in stands]
    nodes = Nodes(urls, lambda rpc: Network(rpc, MANIFEST), timeout=2)
    for stand in stands:
        stand.away()
    with pytest.raises(NodesUnavailable) as caught:
        who(nodes)
    shown = f"{nodes!r} {caught.value} {caught.value.as_dict()} {nodes.survey()}"
    assert "wang" not in shown
    assert "hu" not in shown
