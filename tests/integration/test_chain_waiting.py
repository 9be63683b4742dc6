"""While a transaction waits: dropped, reorganised away, refused by the pool; yet sent once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain import FileJournal, MemoryJournal, Network, Receipt, Sender, connect
from chartkey.chain.call import Call
from chartkey.chain.events import events
from chartkey.errors import (
    ChartkeyError,
    FundsMissing,
    NodeRefused,
    PoolRefused,
    TransactionUnknown,
)
from chartkey.models import Standing

from tests.chains import HOUSES, engines, person, start_chain
from tests.proxy import Proxy, Refusal
from tests.world import World

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")

SEND = "eth_sendRawTransaction"
SECONDS = 30.0


@pytest.fixture(scope="module")
def base() -> Iterator[World]:
    with start_chain("anvil") as chain:
        yield World(chain)


@pytest.fixture
def world(base: World) -> Iterator[World]:
    with base.undone() as fresh:
        yield fresh


@pytest.fixture
def node(world: World) -> Iterator[Proxy]:
    with Proxy(world.chain.rpc) as proxy:
        yield proxy


@pytest.fixture
def sender(world: World, node: Proxy, tmp_path: Path) -> Sender:
    network = connect(node.rpc, world.manifest)
    return Sender(network, person(HOUSES[0]), FileJournal(tmp_path / "journal"))


def opened(network: Network, number: int = 1) -> Call:
    """Return a call that takes effect once: repeated, it reverts."""
    department = b"\x01" + number.to_bytes(31, "big")
    return network.registrar.set_department(department, Standing.ACTIVE)


def departments(world: World) -> int:
    return len(list(events(world.network, names=["DepartmentChanged"])))


def pooled(world: World) -> list[str]:
    """Return the hashes of what waits in the pool."""
    content = world.chain.request("txpool_content")
    return [
        transaction["hash"]
        for part in content.values()
        for queue in part.values()
        for transaction in queue.values()
    ]


def wait_until(reached: Callable[[], Any]) -> None:
    until = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)


def wait_for_looks(node: Proxy) -> None:
    """Wait until whoever waits for a receipt has looked at what is so now."""
    before = node.seen.count("eth_getTransactionReceipt")
    wait_until(lambda: node.seen.count("eth_getTransactionReceipt") > before + 1)


@contextmanager
def by_hand(world: World) -> Iterator[None]:
    """Let the chain make blocks only when it is told to."""
    world.chain.request("evm_setAutomine", False)
    try:
        yield
    finally:
        world.chain.request("evm_setAutomine", True)


class Sending(threading.Thread):
    """Sends a call beside the test; ``receipt`` is what came of it."""

    def __init__(self, sender: Sender, call: Call, **options: Any) -> None:
        super().__init__(daemon=True)
        self._send = lambda: sender.send(call, **options)
        self._outcome: Receipt | Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._outcome = self._send()
        except Exception as err:
            self._outcome = err

    @property
    def receipt(self) -> Receipt:
        self.join(SECONDS)
        if isinstance(self._outcome, Receipt):
            return self._outcome
        raise self._outcome or AssertionError("it still waits")


def test_what_the_node_dropped_is_sent_again_while_it_is_waited_for(
    world: World, sender: Sender, node: Proxy
) -> None:
    with by_hand(world):
        sending = Sending(sender, opened(world.network))
        wait_until(lambda: pooled(world))
        world.chain.request("anvil_dropTransaction", pooled(world)[0])
        assert pooled(world) == []
        wait_until(lambda: pooled(world))
        world.chain.request("evm_mine")
        assert sending.receipt.succeeded
    assert len(node.raw) == 2
    assert len(set(node.raw)) == 1
    assert departments(world) == 1


def test_nobody_is_sent_again_who_only_waits(world: World, sender: Sender, node: Proxy) -> None:
    with by_hand(world):
        sending = Sending(sender, opened(world.network))
        wait_until(lambda: node.seen.count("eth_getTransactionByHash") > 1)
        world.chain.request("evm_mine")
        assert sending.receipt.succeeded
    assert len(node.raw) == 1


def test_a_gap_that_the_pool_left_is_filled_before_the_next(
    world: World, sender: Sender, node: Proxy
) -> None:
    with by_hand(world):
        sender.send(opened(world.network, 1), wait=False)
        sender.send(opened(world.network, 2), wait=False)
        for dropped in pooled(world):
            world.chain.request("anvil_dropTransaction", dropped)
        sender.send(opened(world.network, 3), wait=False)
        assert len(pooled(world)) == 3
        world.chain.request("evm_mine")
    assert [receipt.succeeded for receipt in sender.resume()] == [True] * 3
    assert len(set(node.raw)) == 3


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_T22_a_transaction_survives_a_reorganisation_before_it_is_confirmed(
    world: World, sender: Sender, node: Proxy, depth: int
) -> None:
    sending = Sending(sender, opened(world.network), confirmations=4)
    wait_until(lambda: departments(world))
    wait_for_looks(node)
    first = world.network.head()
    if depth > 1:
        world.chain.request("anvil_mine", hex(depth - 1))
    world.chain.request("anvil_reorg", depth, [])
    assert world.network.block(first.number).hash != first.hash
    wait_until(lambda: departments(world))
    mined = int(world.chain.request("eth_blockNumber"), 16)
    world.chain.request("anvil_mine", hex(2))
    wait_for_looks(node)
    assert sending.is_alive()
    world.chain.request("anvil_mine", hex(1))
    receipt = sending.receipt
    assert receipt.block == mined
    assert receipt.block_hash == world.network.block(mined).hash
    assert len(set(node.raw)) == 1
    assert departments(world) == 1


def test_a_head_that_came_by_another_branch_confirms_nothing(
    world: World, sender: Sender, node: Proxy
) -> None:
    """The node answers the receipt of a branch that its blocks are not of."""
    receipt = sender.send(opened(world.network))
    world.chain.request("anvil_mine", hex(5))
    stale = world.chain.request("eth_getTransactionReceipt", f"0x{receipt.hash.hex()}")
    node.answers["eth_getTransactionReceipt"] = lambda params: {
        **stale,
        "blockHash": "0x" + "11" * 32,
    }
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network, 2), confirmations=2, timeout=0.3)


def test_the_depth_of_a_receipt_is_counted_from_its_own_block(
    world: World, sender: Sender, node: Proxy
) -> None:
    assert sender.send(opened(world.network, 1), wait=False).depth() == 0
    receipt = sender.send(opened(world.network, 2))
    assert receipt.depth() == 1
    world.chain.request("anvil_mine", hex(3))
    assert receipt.depth() == 4
    world.chain.request("anvil_reorg", 4, [])
    assert receipt.depth() == 0


def test_a_receipt_of_another_branch_does_not_settle_a_transaction(
    world: World, sender: Sender, node: Proxy, tmp_path: Path
) -> None:
    receipt = sender.send(opened(world.network), wait=False)
    answer = world.chain.receipt(f"0x{receipt.hash.hex()}")
    node.answers["eth_getTransactionReceipt"] = lambda params: {
        **answer,
        "blockHash": "0x" + "11" * 32,
    }
    sender.resume()
    states = [json.loads(line)["state"] for line in (tmp_path / "journal").read_text().splitlines()]
    assert states == ["open", "mined"]


def test_too_few_confirmations_in_time_are_told_and_found_later(
    world: World, sender: Sender
) -> None:
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network), key="open", confirmations=2, timeout=0.2)
    world.chain.request("evm_mine")
    receipt = sender.send(opened(world.network), key="open", confirmations=2)
    assert receipt.succeeded
    assert departments(world) == 1


def test_resume_and_relay_wait_for_confirmations_too(world: World, sender: Sender) -> None:
    careful = replace(world.manifest, confirmations=3, max_head_age=86_400)
    patient = Sender(connect(world.chain.rpc, careful), person(HOUSES[1]), MemoryJournal())
    patient.send(opened(world.network), wait=False)
    with pytest.raises(TransactionUnknown):
        patient.resume(confirmations=2, timeout=0.2)
    world.chain.request("evm_mine")
    assert len(patient.resume(confirmations=2)) == 1
    world.related()
    facade = world.network.relationship(
        next(iter(events(world.network, names=["RelationshipCreated"]))).args["relationship"]
    )
    forward = world.forward(facade.grant_access(world.terms(1)))
    with pytest.raises(TransactionUnknown):
        sender.relay(forward, confirmations=2, timeout=0.2)
    world.chain.request("evm_mine")
    assert sender.relay(forward, confirmations=2).succeeded


def refusing(message: str) -> Callable[[list[Any]], Any]:
    """Return an answer that refuses, as a node words it."""

    def answer(params: list[Any]) -> Any:
        raise Refusal({"code": -32000, "message": message})

    return answer


def test_a_full_pool_that_empties_soon_takes_the_same_bytes(
    world: World, sender: Sender, node: Proxy, tmp_path: Path
) -> None:
    node.answers[SEND] = refusing("txpool is full")
    sending = Sending(sender, opened(world.network))
    wait_until(lambda: len(node.raw) >= 3)
    node.answers.clear()
    assert sending.receipt.succeeded
    assert len(set(node.raw)) == 1
    assert departments(world) == 1


def test_a_full_pool_is_told_with_nothing_sent(
    world: World, sender: Sender, node: Proxy, tmp_path: Path
) -> None:
    node.answers[SEND] = refusing("txpool is full")
    with pytest.raises(PoolRefused, match=r"txpool is full.*Nothing was sent: wait"):
        sender.send(opened(world.network))
    assert len(set(node.raw)) == 1
    states = [json.loads(line)["state"] for line in (tmp_path / "journal").read_text().splitlines()]
    assert states == ["open", "void"]
    node.answers.clear()
    assert sender.send(opened(world.network)).succeeded
    assert departments(world) == 1


WORDS: list[tuple[str, type[ChartkeyError], str]] = [
    ("txpool is full", PoolRefused, "wait until blocks"),
    ("transaction underpriced", PoolRefused, "--txpool.pricelimit"),
    ("replacement transaction underpriced", PoolRefused, "share one journal"),
    ("exceeds block gas limit", PoolRefused, "make it smaller"),
    ("intrinsic gas too low: gas 21000, minimum needed 21204", PoolRefused, "another node"),
    ("tx fee (2.00 ether) exceeds the configured cap (1.00 ether)", PoolRefused, "txfeecap"),
    ("insufficient funds for gas * price + value: balance 0", FundsMissing, "have it funded"),
    ("unknown account", NodeRefused, "unknown account"),
]


@pytest.mark.parametrize(("message", "error", "said"), WORDS, ids=[w[0][:30] for w in WORDS])
def test_what_the_pool_says_becomes_what_to_do(
    world: World, sender: Sender, node: Proxy, message: str, error: type[Exception], said: str
) -> None:
    node.answers[SEND] = refusing(message)
    with pytest.raises(NodeRefused, match=said) as caught:
        sender.send(opened(world.network))
    assert type(caught.value) is error
    assert departments(world) == 0


def test_a_transaction_that_the_node_has_already_is_sent(
    world: World, sender: Sender, node: Proxy
) -> None:
    def have(params: list[str]) -> Any:
        world.chain.request(SEND, *params)
        raise Refusal({"code": -32000, "message": "already known"})

    node.answers[SEND] = have
    # As on a node that does not find it for a moment.
    node.answers["eth_getTransactionByHash"] = lambda params: None
    assert sender.send(opened(world.network)).succeeded
    assert departments(world) == 1


def test_nonsense_in_answer_to_a_transaction_leaves_it_open(
    world: World, sender: Sender, node: Proxy, tmp_path: Path
) -> None:
    reply = node.reply

    def garble(body: bytes) -> bytes | None:
        answer = reply(body)
        return b"<html>Bad gateway</html>" if SEND.encode() in body else answer

    node.reply = garble  # type: ignore[method-assign]
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network))
    node.reply = reply  # type: ignore[method-assign]
    assert len(sender.resume()) == 1
    assert len(node.raw) == 1


def test_an_account_without_ether_is_told_so(world: World, node: Proxy) -> None:
    poor = Sender(connect(node.rpc, world.manifest), person("没有余额"), MemoryJournal())
    proposed = world.house.send(world.network.factory.propose(world.opening()))
    created = proposed.event("RelationshipCreated").args["relationship"]
    forward = world.forward(world.network.relationship(created).accept())
    with pytest.raises(FundsMissing) as caught:
        poor.relay(forward)
    assert caught.value.values["address"] == poor.address
    assert poor.resume() == ()
