"""Building and signing transactions: what one core can hand to a node in a second.

``python tests/bench/client.py`` prints the figure; ``make bench`` calls :func:`measure`. The calls
are those that anchor a record, through ``Sender.send`` as any other; the node is a stand-in that
answers at once and the journal is in memory, so that neither network nor disk is measured.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from chartkey.chain import MemoryJournal, Sender
from chartkey.chain.call import Call
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.manifest import Deployed, Manifest
from chartkey.chain.network import Network
from chartkey.chain.rpc import Rpc
from chartkey.crypto.digest import keccak256
from chartkey.models import Anchor, Attestation, Authored
from eth_account import Account

ROUNDS = 7
CALLS = 256
IN_FLIGHT = 32
"""Transactions that wait at once: each new one looks through them."""


class Node(Rpc):
    """A node that answers at once, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.sent: list[str] = []

    def call(self, method: str, params: list[Any]) -> Any:
        """Take a transaction; there is nothing else that a sender asks for one by one."""
        if method != "eth_sendRawTransaction":
            raise SystemExit(f"the sender asked for {method}")
        self.sent += params
        return None

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """Answer gas, price and nonce."""
        answers = {
            "eth_estimateGas": hex(180_000),
            "eth_gasPrice": hex(1),
            "eth_getTransactionCount": hex(len(self.sent)),
        }
        return [answers[method] for method, _ in calls]


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``client.sign_per_s``: transactions built, signed and hashed by one core."""
    report("client.sign_per_s", statistics.median(_rate(number) for number in range(ROUNDS)))


def _rate(number: int) -> float:
    node = Node()
    network = Network(node, _manifest())
    account = Account.from_key(keccak256(b"a benchmark's key", bytes([number])))
    begun = time.process_time()
    for first in range(0, CALLS, IN_FLIGHT):
        sender = Sender(network, account, MemoryJournal())
        for one in range(first, first + IN_FLIGHT):
            sender.send(_anchoring(network, one), wait=False)
    taken = time.process_time() - begun
    if len(set(node.sent)) != CALLS:
        raise SystemExit("the sender sent something else than one transaction a call")
    return CALLS / taken


def _anchoring(network: Network, number: int) -> Call:
    """Return a call as long as those that anchor records, and like no other."""
    record, account = keccak256(number.to_bytes(32, "big")), network.address("Registrar")
    attestation = Attestation(account, record, bytes(32), 1, record, record, record, 1 << 40)
    authored = Authored(attestation, account, record + record + b"\x1b", record, record * 2)
    confirmation = Anchor(record, record, record, 1, number, 1 << 40)
    relationship = network.relationship(account)
    return relationship.anchor(authored, confirmation, record + record + b"\x1b")


def _manifest() -> Manifest:
    places = {
        name: Deployed(f"0x{place:040x}", bytes(32)) for place, name in enumerate(CONTRACTS, 1)
    }
    return Manifest(1337, 1, places, 1, None, development_chains=(1337,))


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name} {value:.0f}"))
