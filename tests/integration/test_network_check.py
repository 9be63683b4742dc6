"""A light member compares members' nodes on a real Clique chain (R60, T24)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from chartkey.chain.crosscheck import CrossCheck, Report
from chartkey.errors import ArgumentInvalid, MembersDisagree

from tests.integration.clique import Clique, clique, needs_geth, typed, wait
from tests.proxy import Proxy

pytestmark = needs_geth
RECORDS = 150


@pytest.fixture(scope="module")
def net() -> Iterator[Clique]:
    with clique() as network:
        network.load(RECORDS)
        top = network.height("lead") + 2
        network.group.await_height(top)
        yield network


@pytest.fixture
def liar(net: Clique) -> Iterator[Proxy]:
    """A proxy before a member's node that tells the truth until told otherwise."""
    with Proxy(net.rpc("clinic")) as proxy:
        yield proxy


def true(net: Clique, method: str, params: list[Any]) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"content-type": "application/json"}
    request = Request(net.rpc("clinic"), json.dumps(body).encode(), headers)
    with urlopen(request, timeout=30) as reply:
        return json.load(reply)["result"]


def compared(net: Clique, liar: Proxy) -> Report:
    """Compare every confirmed block, the liar's with an honest node's."""
    check = CrossCheck([net.rpc("lead"), liar.rpc])
    contracts = [one.address for one in net.manifest.contracts.values()]
    return check.range(0, check.agreed_head().number, contracts)


def lie(net: Clique, liar: Proxy, method: str, change: Callable[[Any], Any]) -> None:
    liar.answers[method] = lambda params: change(true(net, method, params))


def thinning(net: Clique) -> Callable[[list[Any]], list[Any]]:
    """What leaves out each hundredth log, whichever way logs are asked for."""
    whole = true(net, "eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest"}])
    gone = {(one["blockHash"], one["logIndex"]) for one in whole[99::100]}
    assert gone
    return lambda logs: [one for one in logs if (one["blockHash"], one["logIndex"]) not in gone]


def problems(report: Report, liar: Proxy) -> set[str]:
    """What was found; every finding is the liar's."""
    assert {one.rpc for one in report.findings} == {liar.rpc}
    return {one.problem for one in report.findings}


def test_honest_nodes_agree_to_the_last_log(net: Clique, liar: Proxy) -> None:
    report = compared(net, liar)
    assert report.ok, report.findings
    assert report.receipts >= RECORDS
    assert report.logs >= RECORDS


def test_one_log_in_a_hundred_left_out_of_queries_is_noticed(net: Clique, liar: Proxy) -> None:
    """T24."""
    lie(net, liar, "eth_getLogs", thinning(net))
    assert problems(compared(net, liar), liar) == {"eth_getLogs leaves out logs of it"}


def test_one_log_in_a_hundred_left_out_everywhere_is_noticed(net: Clique, liar: Proxy) -> None:
    """T24: the liar is consistent, but the header it would need is no sealer's."""
    count, keep = 0, thinning(net)

    def thinned(receipts: list[Any]) -> list[Any]:
        nonlocal count
        count += sum(len(one["logs"]) - len(keep(one["logs"])) for one in receipts)
        return [one | {"logs": keep(one["logs"])} for one in receipts]

    lie(net, liar, "eth_getLogs", keep)
    lie(net, liar, "eth_getBlockReceipts", thinned)
    assert "its receipts are not the header's" in problems(compared(net, liar), liar)
    assert 0 < count <= RECORDS // 10


def made_up(log: dict[str, Any]) -> dict[str, Any]:
    return log | {"data": "0x01"}


def test_a_log_made_up_is_noticed(net: Clique, liar: Proxy) -> None:
    lie(net, liar, "eth_getLogs", lambda logs: [*logs, *(logs[-1:] and [made_up(logs[-1])])])
    assert problems(compared(net, liar), liar) == {"eth_getLogs makes up logs in it"}


def test_a_header_that_was_changed_is_noticed(net: Clique, liar: Proxy) -> None:
    lie(net, liar, "eth_getBlockByNumber", lambda block: block | {"stateRoot": "0x" + "11" * 32})
    with pytest.raises(MembersDisagree):
        CrossCheck([net.rpc("lead"), liar.rpc]).agreed_head()
    report = CrossCheck([net.rpc("lead"), liar.rpc]).range(1, 3)
    found = problems(report, liar)
    assert "the header's hash is not what the node says" in found
    assert any("is no sealer" in problem for problem in found)
    assert any("another block" in problem for problem in found)


def test_sealers_that_are_not_are_noticed(net: Clique, liar: Proxy) -> None:
    lie(net, liar, "clique_getSigners", lambda signers: ["0x" + "11" * 20, *signers[1:]])
    found = problems(CrossCheck([net.rpc("lead"), liar.rpc]).range(1, 6), liar)
    assert any("is no sealer" in problem for problem in found)
    assert any("names other sealers" in problem for problem in found)


def test_one_node_alone_is_refused(net: Clique) -> None:
    with pytest.raises(ArgumentInvalid):
        CrossCheck([net.rpc("lead"), net.rpc("lead")])


def test_the_command_checks_the_newest_confirmed_blocks(net: Clique) -> None:
    ended = typed("--json", "network", "check", rpc=",".join(net.rpcs), manifest=net.alliance)
    assert (ended.status, ended.json["ok"]) == (0, True), ended
    assert len(ended.json["rpcs"]) == 3
    assert ended.json["receipts"] >= RECORDS
    text = typed("network", "check", "--blocks", 4, rpc=",".join(net.rpcs))
    assert text.status == 0
    assert "the same everywhere" in text.out


def test_the_command_names_the_node_that_lies_and_ends_with_status_1(
    net: Clique, liar: Proxy
) -> None:
    lie(net, liar, "eth_getLogs", lambda logs: logs[1:])
    ended = typed("network", "check", "--last", net.height("lead"), rpc=f"{net.rpcs[0]},{liar.rpc}")
    assert ended.status == 1
    assert liar.rpc in ended.out
    assert "leaves out logs" in ended.out


def test_a_light_member_is_told_when_members_are_on_different_chains(net: Clique) -> None:
    """The last test of the file: the network is forked."""
    top = net.fork("clinic")
    wait(lambda: net.height("lead") > top)
    with pytest.raises(MembersDisagree) as raised:
        CrossCheck(net.rpcs).agreed_head(confirmations=1)
    assert raised.value.values["block"] == top
