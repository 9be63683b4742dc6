"""Several nodes: the next is asked where one dies, lags, is stale or is another chain's (T24)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain import FileJournal, Manifest, Network, Sender, connect
from chartkey.chain.call import Call
from chartkey.chain.events import events
from chartkey.errors import HeadStale, NodesUnavailable, TransactionUnknown
from chartkey.models import Standing

from tests.chains import HOUSES, Chain, deploy, engines, person, start_chain
from tests.proxy import Proxy, Refusal
from tests.world import World

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")

SEND = "eth_sendRawTransaction"
STEPS = ("eth_estimateGas", SEND, "eth_getTransactionReceipt")
LIMIT = 600


@pytest.fixture(scope="module")
def base() -> Iterator[World]:
    with start_chain("anvil") as chain:
        yield World(chain)


@pytest.fixture
def world(base: World) -> Iterator[World]:
    with base.undone() as fresh:
        yield fresh


@pytest.fixture
def pair(world: World) -> Iterator[tuple[Proxy, Proxy]]:
    """Two nodes of the world's chain, each of which may be killed by itself."""
    with Proxy(world.chain.rpc) as first, Proxy(world.chain.rpc) as second:
        yield first, second


@pytest.fixture
def start() -> Iterator[Callable[..., Chain]]:
    """Start further nodes."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(start_chain("anvil", *options))


def kill(node: Proxy) -> None:
    node.__exit__()


def opened(network: Network, number: int = 1) -> Call:
    """Return a call that takes effect once: repeated, it reverts."""
    department = b"\x01" + number.to_bytes(31, "big")
    return network.registrar.set_department(department, Standing.ACTIVE)


def sender_through(nodes: tuple[Proxy, ...], manifest: Manifest, folder: Path) -> Sender:
    network = connect([node.rpc for node in nodes], manifest)
    return Sender(network, person(HOUSES[0]), FileJournal(folder / "journal"))


def departments(world: World) -> int:
    return len(list(events(world.network, names=["DepartmentChanged"])))


def signatures(journal: Path) -> set[str]:
    """Return everything that was ever signed."""
    return {json.loads(line)["raw"] for line in journal.read_text().splitlines()} - {""}


def problems(network: Network) -> list[str | None]:
    return [node.problem for node in network.nodes()]


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_node_killed_at_any_step_of_sending_costs_nothing(
    world: World, pair: tuple[Proxy, Proxy], tmp_path: Path, step: str, cut: str
) -> None:
    first, second = pair
    sender = sender_through(pair, world.manifest, tmp_path)
    getattr(first, cut).add(step)
    first.before[step] = lambda: kill(first)
    receipt = sender.send(opened(world.network))
    assert receipt.succeeded
    assert second.seen
    assert departments(world) == 1
    assert len(signatures(tmp_path / "journal")) == 1
    assert len({*first.raw, *second.raw}) == 1


def test_what_was_lost_with_one_node_and_refused_by_another_is_not_signed_again(
    world: World, pair: tuple[Proxy, Proxy], tmp_path: Path
) -> None:
    def refuse(params: list[str]) -> str:
        raise Refusal({"code": -32000, "message": "insufficient funds for gas * price + value"})

    first, second = pair
    sender = sender_through(pair, world.manifest, tmp_path)
    first.cut_before.add(SEND)
    second.answers[SEND] = refuse
    with pytest.raises(TransactionUnknown) as caught:
        sender.send(opened(world.network))
    second.answers.clear()
    (receipt,) = sender.resume()
    assert f"0x{receipt.hash.hex()}" == caught.value.values["hash"]
    assert len(signatures(tmp_path / "journal")) == 1
    assert departments(world) == 1


@pytest.mark.parametrize("first_time", [True, False], ids=["at the first offer", "later"])
def test_a_node_that_lags_never_makes_a_mined_transaction_void(
    world: World, pair: tuple[Proxy, Proxy], tmp_path: Path, first_time: bool
) -> None:
    """One node mined it, cannot find it, and dies; the other has not heard of it."""
    first, second = pair
    nonce = world.chain.request("eth_getTransactionCount", world.house.address, "latest")

    def refuse(params: list[str]) -> str:
        if first_time and not first.cut_before:
            world.chain.request(SEND, *params)
        first.cut_before.add("eth_getTransactionByHash")
        raise Refusal({"code": -32000, "message": "nonce too low"})

    sender = sender_through(pair, world.manifest, tmp_path)
    if not first_time:
        first.cut_after.add(SEND)
        second.cut_before |= {SEND, "eth_getTransactionByHash"}
        with pytest.raises(TransactionUnknown):
            sender.send(opened(world.network))
        first.cut_after.clear()
        second.cut_before.clear()
        sender = sender_through(pair, world.manifest, tmp_path)
    first.answers |= {SEND: refuse, "eth_getTransactionByHash": lambda params: None}
    second.answers = {
        SEND: refuse,
        "eth_getTransactionByHash": lambda params: None,
        "eth_getTransactionCount": lambda params: nonce,
    }
    assert sender.send(opened(world.network)).succeeded
    assert len(signatures(tmp_path / "journal")) == 1
    assert departments(world) == 1


def test_what_waited_in_a_lost_pool_goes_to_the_next_node_before_anything_new(
    world: World, pair: tuple[Proxy, Proxy], tmp_path: Path
) -> None:
    first, second = pair
    sender = sender_through(pair, world.manifest, tmp_path)
    # As a node that took it and died before anybody heard of it.
    first.answers[SEND] = lambda params: "0x" + "00" * 32
    sender.send(opened(world.network), wait=False)
    kill(first)
    # It reverts, already when gas is estimated, unless the first went before it.
    suspended = world.network.registrar.set_department(
        b"\x01" + (1).to_bytes(31, "big"), Standing.SUSPENDED
    )
    assert sender.send(suspended).succeeded
    assert departments(world) == 2
    assert second.raw[0] == first.raw[0]


def test_reads_do_not_notice_that_a_node_dies(world: World, pair: tuple[Proxy, Proxy]) -> None:
    first, second = pair
    network = connect([first.rpc, second.rpc], world.manifest)
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                assert network.consortium.census().electorate == 3
                assert network.contract_at(network.address("Registrar")) == "Registrar"
            except Exception as err:
                failures.append(err)
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(first.seen) > 60)
    kill(first)
    before = len(second.seen)
    wait_until(lambda: len(second.seen) > before + 20 or bool(failures))
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert network.rpc == second.rpc


def wait_until(reached: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def test_when_all_are_away_each_is_named_and_one_that_is_back_serves_at_once(
    world: World, start: Callable[..., Chain]
) -> None:
    mortal = start()
    manifest = deploy(mortal.rpc)
    with Proxy(mortal.rpc) as other:
        network = connect([mortal.rpc, other.rpc], manifest)
        mortal.stop()
    with pytest.raises(NodesUnavailable) as caught:
        network.head()
    assert f"{mortal.rpc}: it does not answer; {other.rpc}: it does" in str(caught.value)
    mortal.start()
    assert network.consortium.census().unsigned == 3
    assert network.rpc == mortal.rpc


def test_a_node_of_another_chain_is_passed_over(world: World, pair: tuple[Proxy, Proxy]) -> None:
    first, second = pair
    first.answers["eth_chainId"] = lambda params: hex(4242)
    network = connect([first.rpc, second.rpc], world.manifest)
    assert network.consortium.census().electorate == 3
    assert problems(network) == ["it speaks for chain 4242", None]
    assert "eth_call" not in first.seen


def test_a_node_without_the_contracts_is_passed_over(
    world: World, start: Callable[..., Chain]
) -> None:
    empty = start()
    network = connect([empty.rpc, world.chain.rpc], world.manifest)
    assert network.rpc == world.chain.rpc
    assert problems(network) == ["Forwarder: there is no code", None]


def test_the_same_contracts_on_another_chain_of_the_same_id_are_told_apart(
    start: Callable[..., Chain],
) -> None:
    chain, twin = start(), start()
    manifest = deploy(chain.rpc)
    twin.request("evm_increaseTime", 5)
    assert deploy(twin.rpc).contracts == manifest.contracts
    with Proxy(chain.rpc) as node:
        network = connect([node.rpc, twin.rpc], manifest)
    problem = "its deployment block is not the one of the other nodes"
    with pytest.raises(NodesUnavailable, match=problem):
        network.head()


def test_a_lagging_node_is_passed_over_and_better_than_none(
    world: World, start: Callable[..., Chain]
) -> None:
    behind = start("--fork-url", world.chain.rpc)
    height = world.network.head().number
    world.chain.request("anvil_mine", hex(20))
    with Proxy(world.chain.rpc) as node:
        network = connect([behind.rpc, node.rpc], world.manifest)
        assert network.head().number == height + 20
        assert problems(network) == ["it is 20 blocks behind", None]
    assert network.head().number == height
    assert network.consortium.census().electorate == 3


def test_T24_a_stale_head_is_refused_only_when_it_is_stale_at_every_node(
    start: Callable[..., Chain],
) -> None:
    chain = start("--timestamp", str(int(time.time()) - 100 * LIMIT))
    manifest = replace(deploy(chain.rpc), confirmations=3, max_head_age=LIMIT)
    asleep = start("--fork-url", chain.rpc)
    network = connect([asleep.rpc, chain.rpc], manifest)
    with pytest.raises(HeadStale) as caught:
        network.fresh_head()
    assert caught.value.values["rpc"] == f"{asleep.rpc}, {chain.rpc}"
    assert caught.value.values["age"] > LIMIT
    # Other reading goes on, as with one node.
    assert network.consortium.census().unsigned == 3
    chain.request("evm_setNextBlockTimestamp", int(time.time()))
    chain.request("evm_mine")
    assert network.fresh_head().number == int(chain.request("eth_blockNumber"), 16)
    assert network.rpc == chain.rpc
    assert "s old" in (problems(network)[0] or "")


def test_one_node_given_twice_is_one_node(world: World) -> None:
    network = connect([world.chain.rpc, world.chain.rpc], world.manifest)
    assert [node.used for node in network.nodes()] == [True]


def test_an_answer_that_is_no_json_rpc_counts_as_none(
    world: World, pair: tuple[Proxy, Proxy]
) -> None:
    first, second = pair
    network = connect([first.rpc, second.rpc], world.manifest)
    reply: Any = lambda body: b"<html>Bad gateway</html>"  # noqa: E731
    first.reply = reply  # type: ignore[method-assign]
    assert network.consortium.census().electorate == 3
    assert network.rpc == second.rpc
