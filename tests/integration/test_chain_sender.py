"""Sending: refused before it costs, never lost, never twice, whenever the node dies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.chain import FileJournal, MemoryJournal, Network, Sender, connect
from chartkey.chain.call import Call
from chartkey.chain.events import events
from chartkey.errors import (
    ArgumentInvalid,
    ContractRefused,
    JournalUnusable,
    NodeRefused,
    NodeUnavailable,
    TransactionFailed,
    TransactionUnknown,
)
from chartkey.models import Standing

from tests.chains import HOUSES, person, start_chain
from tests.proxy import Proxy, Refusal
from tests.world import World

SEND = "eth_sendRawTransaction"


@pytest.fixture(scope="module")
def base(engine: str) -> Iterator[World]:
    with start_chain(engine) as chain:
        yield World(chain)


@pytest.fixture
def world(base: World) -> Iterator[World]:
    with base.undone() as fresh:
        yield fresh


@pytest.fixture
def proxy(world: World) -> Iterator[Proxy]:
    with Proxy(world.chain.rpc) as started:
        yield started


@pytest.fixture
def sender(world: World, proxy: Proxy, tmp_path: Path) -> Sender:
    """The first institution, behind the failing node."""
    return through(proxy.rpc, world, tmp_path)


def through(rpc: str, world: World, folder: Path) -> Sender:
    network = connect(rpc, world.manifest)
    return Sender(network, person(HOUSES[0]), FileJournal(folder / "journal"))


def opened(network: Network, number: int = 1) -> Call:
    """Return a call that takes effect once: repeated, it reverts."""
    department = b"\x01" + number.to_bytes(31, "big")
    return network.registrar.set_department(department, Standing.ACTIVE)


def sent_by(world: World) -> int:
    return int(world.chain.request("eth_getTransactionCount", world.house.address, "latest"), 16)


def states_in(journal: Path) -> list[str]:
    return [json.loads(line)["state"] for line in journal.read_text("utf-8").splitlines()]


def departments(world: World) -> int:
    return len(list(events(world.network, names=["DepartmentChanged"])))


def test_a_receipt_tells_block_gas_and_events(world: World, sender: Sender) -> None:
    receipt = sender.send(opened(world.network))
    assert receipt.succeeded
    assert receipt.block == world.network.head().number
    assert 30_000 < (receipt.gas_used or 0) < 120_000
    event = receipt.event("DepartmentChanged")
    assert event.args["institution"] == sender.address
    with pytest.raises(KeyError):
        receipt.event("AccessGranted")


def test_a_refusal_arrives_by_name_with_nothing_sent(
    world: World, sender: Sender, proxy: Proxy, tmp_path: Path
) -> None:
    sender.send(opened(world.network))
    before = sent_by(world)
    with pytest.raises(ContractRefused) as caught:
        sender.send(opened(world.network))
    assert caught.value.values["error"] == "RegistrarStandingInvalid"
    assert caught.value.values["arguments"] == {"from": 1, "to": 1}
    assert sent_by(world) == before
    assert proxy.seen.count(SEND) == 1
    assert len((tmp_path / "journal").read_text().splitlines()) == 2


def test_the_same_key_answers_the_same_receipt(world: World, sender: Sender) -> None:
    first = sender.send(opened(world.network), key="open 儿科")
    again = sender.send(opened(world.network), key="open 儿科")
    assert first.hash == again.hash
    assert departments(world) == 1


def test_a_key_serves_one_call_only(world: World, sender: Sender) -> None:
    sender.send(opened(world.network, 1), key="open")
    with pytest.raises(ArgumentInvalid, match="another call"):
        sender.send(opened(world.network, 2), key="open")


def test_without_a_key_a_mined_call_may_be_made_again(world: World, sender: Sender) -> None:
    registrar, department = world.network.registrar, b"\x01" * 32
    for standing in (Standing.ACTIVE, Standing.SUSPENDED, Standing.ACTIVE, Standing.SUSPENDED):
        sender.send(registrar.set_department(department, standing))
    assert registrar.department_of(department)[1] is Standing.SUSPENDED


def test_not_waiting_hands_out_consecutive_nonces(world: World, sender: Sender) -> None:
    before = sent_by(world)
    pending = [sender.send(opened(world.network, n), wait=False) for n in range(5)]
    assert [receipt.block for receipt in pending] == [None] * 5
    settled = sender.resume()
    assert {receipt.hash for receipt in settled} == {receipt.hash for receipt in pending}
    assert sent_by(world) == before + 5


def test_threads_do_not_take_the_same_nonce(world: World, sender: Sender) -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            sender.send(opened(world.network, number))
        except Exception as err:
            failures.append(err)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert departments(world) == 6


def test_a_nonce_taken_by_another_journal_is_chosen_again(world: World, proxy: Proxy) -> None:
    network = connect(proxy.rpc, world.manifest)
    late = Sender(network, person(HOUSES[0]), MemoryJournal())

    def overtake() -> None:
        proxy.before.clear()
        # A stranger to both locks: another process without this journal.
        world.chain.request(SEND, raw_transaction(world, 2))

    proxy.before[SEND] = overtake
    late.send(opened(world.network, 1))
    assert departments(world) == 2


def raw_transaction(world: World, number: int) -> str:
    account, call = person(HOUSES[0]), opened(world.network, number)
    signed = account.sign_transaction(
        {
            "to": call.to,
            "data": call.data,
            "value": 0,
            "gas": 200_000,
            "gasPrice": 2 * 10**9,
            "nonce": sent_by(world),
            "chainId": world.network.chain_id,
        }
    )
    return f"0x{signed.raw_transaction.hex()}"


def test_lost_before_the_broadcast_it_is_sent_once_later(
    world: World, sender: Sender, proxy: Proxy
) -> None:
    proxy.cut_before.add(SEND)
    with pytest.raises(TransactionUnknown) as caught:
        sender.send(opened(world.network))
    assert departments(world) == 0
    proxy.cut_before.clear()
    (receipt,) = sender.resume()
    assert f"0x{receipt.hash.hex()}" == caught.value.values["hash"]
    assert departments(world) == 1


def test_lost_after_the_broadcast_it_is_found_and_not_sent_twice(
    world: World, sender: Sender, proxy: Proxy
) -> None:
    before = sent_by(world)
    proxy.cut_after.add(SEND)
    with pytest.raises(TransactionUnknown) as caught:
        sender.send(opened(world.network))
    assert departments(world) == 1
    proxy.cut_after.clear()
    (receipt,) = sender.resume()
    assert f"0x{receipt.hash.hex()}" == caught.value.values["hash"]
    assert sent_by(world) == before + 1


def test_lost_while_waiting_for_the_receipt_it_is_found(
    world: World, sender: Sender, proxy: Proxy
) -> None:
    proxy.cut_before.add("eth_getTransactionReceipt")
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network))
    proxy.cut_before.clear()
    assert [receipt.succeeded for receipt in sender.resume()] == [True]


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_the_same_bytes_are_sent_and_never_a_second_signature(
    world: World, sender: Sender, proxy: Proxy, tmp_path: Path, cut: str
) -> None:
    getattr(proxy, cut).add(SEND)
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network))
    if cut == "cut_before":
        with pytest.raises(TransactionUnknown):
            through(proxy.rpc, world, tmp_path).send(opened(world.network))
    getattr(proxy, cut).clear()
    receipt = through(proxy.rpc, world, tmp_path).send(opened(world.network))
    lines = map(json.loads, (tmp_path / "journal").read_text().splitlines())
    assert {line["raw"] for line in lines if line["state"] == "open"} == {
        raw.removeprefix("0x") for raw in proxy.raw
    }
    assert departments(world) == 1
    assert receipt.succeeded


def test_nothing_is_signed_when_the_node_is_away_from_the_start(
    world: World, sender: Sender, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.cut_before.add("eth_estimateGas")
    with pytest.raises(NodeUnavailable):
        sender.send(opened(world.network))
    assert (tmp_path / "journal").read_text() == ""


def test_a_left_transaction_goes_before_a_new_one(
    world: World, sender: Sender, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.cut_before.add(SEND)
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network, 1))
    with pytest.raises(NodeUnavailable):
        sender.send(opened(world.network, 2))
    proxy.cut_before.clear()
    through(proxy.rpc, world, tmp_path).send(opened(world.network, 2))
    assert departments(world) == 2


def test_nothing_is_sent_that_could_not_be_written_down(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    sender = through(proxy.rpc, world, tmp_path / "missing")
    with pytest.raises(JournalUnusable):
        sender.send(opened(world.network))
    assert SEND not in proxy.seen


def test_a_plain_refusal_by_the_node_is_final(
    world: World, sender: Sender, proxy: Proxy, tmp_path: Path
) -> None:
    def refuse(params: list[str]) -> str:
        raise Refusal({"code": -32000, "message": "insufficient funds for gas * price + value"})

    proxy.answers[SEND] = refuse
    with pytest.raises(NodeRefused, match="insufficient funds"):
        sender.send(opened(world.network))
    proxy.answers.clear()
    assert sender.resume() == ()
    assert sender.send(opened(world.network)).succeeded


def test_a_refusal_of_bytes_that_were_under_way_is_not_final(
    world: World, sender: Sender, proxy: Proxy
) -> None:
    proxy.cut_before.add(SEND)
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network))
    proxy.cut_before.clear()

    def refuse(params: list[str]) -> str:
        raise Refusal({"code": -32000, "message": "txpool is full"})

    proxy.answers[SEND] = refuse
    with pytest.raises(TransactionUnknown):
        sender.resume(timeout=0.1)
    proxy.answers.clear()
    assert len(sender.resume()) == 1


def test_a_transaction_whose_nonce_another_took_is_given_up(
    world: World, sender: Sender, proxy: Proxy
) -> None:
    proxy.cut_before.add(SEND)
    with pytest.raises(TransactionUnknown):
        sender.send(opened(world.network, 1))
    world.chain.request(SEND, raw_transaction(world, 2))
    proxy.cut_before.clear()
    assert sender.resume() == ()
    assert sender.send(opened(world.network, 1)).succeeded
    assert departments(world) == 2


def test_mined_and_reverted_is_told(world: World, sender: Sender, proxy: Proxy) -> None:
    sender.send(opened(world.network))
    # As if another transaction had come between the estimate and the block.
    proxy.answers["eth_estimateGas"] = lambda params: hex(200_000)
    with pytest.raises(TransactionFailed, match="reverted"):
        sender.send(opened(world.network))
    assert sender.resume() == ()


def test_under_three_confirmations_a_transaction_stays_open_to_doubt(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    careful = replace(world.manifest, confirmations=3, max_head_age=86_400)
    journal = FileJournal(tmp_path / "journal")
    sender = Sender(connect(proxy.rpc, careful), person(HOUSES[0]), journal)
    sender.send(opened(world.network))
    assert states_in(tmp_path / "journal") == ["open", "mined"]
    for _ in range(2):
        world.chain.request("evm_mine")
    sender.resume()
    assert states_in(tmp_path / "journal") == ["open", "mined", "done"]


def test_a_mined_transaction_that_a_reorganisation_took_away_is_sent_again(
    world: World, tmp_path: Path
) -> None:
    careful = replace(world.manifest, confirmations=3, max_head_age=86_400)
    network = connect(world.chain.rpc, careful)
    snapshot = world.chain.request("evm_snapshot")
    journal = FileJournal(tmp_path / "journal")
    receipt = Sender(network, person(HOUSES[0]), journal).send(opened(network))
    world.chain.request("evm_revert", snapshot)
    assert departments(world) == 0
    (again,) = Sender(network, person(HOUSES[0]), FileJournal(tmp_path / "journal")).resume()
    assert again.hash == receipt.hash
    assert departments(world) == 1
