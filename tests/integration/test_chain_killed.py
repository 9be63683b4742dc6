"""A node, or the sending process, is killed for real: what was signed is sent once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.chain import FileJournal, Network, Receipt, Sender, connect
from chartkey.chain.call import Call
from chartkey.errors import NodeUnavailable, TransactionUnknown

from tests.chains import AGREEMENT, HOUSES, Chain, deploy, person, start_chain
from tests.proxy import Proxy

SEND = "eth_sendRawTransaction"


@pytest.fixture
def mortal(engine: str) -> Iterator[Chain]:
    with start_chain(engine) as chain:
        yield chain


def first_signature(network: Network, journal: Path) -> tuple[Sender, Call]:
    sender = Sender(network, person(HOUSES[0]), FileJournal(journal))
    return sender, network.consortium.sign_agreement(AGREEMENT)


def test_a_node_killed_between_signature_and_broadcast(mortal: Chain, tmp_path: Path) -> None:
    with Proxy(mortal.rpc) as proxy:
        network = connect(proxy.rpc, deploy(mortal.rpc))
        proxy.before[SEND] = mortal.stop
        sender, call = first_signature(network, tmp_path / "journal")
        with pytest.raises(TransactionUnknown):
            sender.send(call)
        proxy.before.clear()
        mortal.start()
        (receipt,) = first_signature(network, tmp_path / "journal")[0].resume()
    check_signed_once(mortal, network, receipt)


def test_a_node_killed_between_broadcast_and_receipt(mortal: Chain, tmp_path: Path) -> None:
    with Proxy(mortal.rpc) as proxy:
        network = connect(proxy.rpc, deploy(mortal.rpc))
        proxy.before["eth_getTransactionReceipt"] = mortal.stop
        sender, call = first_signature(network, tmp_path / "journal")
        with pytest.raises(TransactionUnknown):
            sender.send(call)
        proxy.before.clear()
        mortal.start()
        assert len(proxy.raw) == 1
        receipt = first_signature(network, tmp_path / "journal")[0].send(call)
    check_signed_once(mortal, network, receipt)


def test_a_pool_lost_with_its_node_is_filled_again(tmp_path: Path) -> None:
    with start_chain("anvil") as mortal, Proxy(mortal.rpc) as proxy:
        network = connect(proxy.rpc, deploy(mortal.rpc))
        mortal.request("evm_setAutomine", False)
        sender, call = first_signature(network, tmp_path / "journal")
        with pytest.raises(TransactionUnknown):
            sender.send(call, timeout=0.3)
        # Everything but the pool is kept.
        mortal.stop()
        mortal.start()
        assert mortal.request("txpool_status")["pending"] == "0x0"
        (receipt,) = first_signature(network, tmp_path / "journal")[0].resume()
        assert proxy.raw[0] == proxy.raw[-1]
    with pytest.raises(NodeUnavailable):
        network.head()
    assert receipt.succeeded


def test_a_process_killed_at_the_broadcast_leaves_what_the_next_one_needs(
    mortal: Chain, tmp_path: Path
) -> None:
    def die() -> None:
        os.kill(worker.pid or 0, signal.SIGKILL)

    with Proxy(mortal.rpc) as proxy:
        network = connect(mortal.rpc, deploy(mortal.rpc))
        remote = connect(proxy.rpc, network.manifest)
        proxy.before[SEND] = die
        proxy.cut_before.add(SEND)
        worker = multiprocessing.get_context("fork").Process(
            target=_send_agreement, args=(remote, tmp_path / "journal")
        )
        worker.start()
        worker.join(30)
        assert worker.exitcode == -signal.SIGKILL
        assert network.consortium.census().unsigned == 3
        (receipt,) = first_signature(network, tmp_path / "journal")[0].resume()
    check_signed_once(mortal, network, receipt)


def _send_agreement(network: Network, journal: Path) -> None:
    sender, call = first_signature(network, journal)
    sender.send(call)


def check_signed_once(chain: Chain, network: Network, receipt: Receipt) -> None:
    direct = connect(chain.rpc, network.manifest)
    assert receipt.succeeded
    assert direct.consortium.census().unsigned == 2
    address = person(HOUSES[0]).address
    assert int(chain.request("eth_getTransactionCount", address, "latest"), 16) == 1
