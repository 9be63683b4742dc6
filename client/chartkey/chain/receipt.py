"""What became of a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed
from chartkey.chain.event import Event
from chartkey.errors import NodeRefused

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Receipt"]


class Receipt:
    """What became of a transaction.

    ``hash`` and ``block_hash`` are 32 bytes; ``block``, ``block_hash``, ``gas_used`` and
    ``succeeded`` are None while it is not known to be mined.
    """

    def __init__(self, network: Network, hash: bytes, found: Mapping[str, Any] | None) -> None:
        """Read a receipt as JSON-RPC gives it."""
        self._network = network
        self._logs = found["logs"] if found else []
        self.hash = hash
        self.block = network.quantity(found["blockNumber"]) if found else None
        self.block_hash = network.bytes_of(found["blockHash"]) if found else None
        self.gas_used = network.quantity(found["gasUsed"]) if found else None
        self.succeeded = network.quantity(found["status"]) == 1 if found else None

    def __repr__(self) -> str:
        return f"Receipt(0x{self.hash.hex()}, block {self.block})"

    def depth(self) -> int:
        """Return how many blocks confirm it at the node now, its own counted (P60).

        0 while it is not mined, and when a reorganisation took its block away (T22).

        Raises:
            NodeUnavailable, NodeRefused: the node is away, or answers with an error.
        """
        if self.block is None:
            return 0
        # In one question: several nodes may be on different branches.
        newest, own = self._network.raw_batch(
            [("eth_getBlockByNumber", [tag, False]) for tag in ("latest", hex(self.block))]
        )
        if not isinstance(own, dict) or not isinstance(newest, dict):
            return 0
        if self._network.bytes_of(own.get("hash")) != self.block_hash:
            return 0
        return self._network.quantity(newest.get("number")) - self.block + 1

    @cached_property
    def logs(self) -> tuple[Event, ...]:
        """The events of genuine contracts, in order.

        Raises:
            NodeUnavailable, NodeRefused: the node is away, or answers with an error.
        """
        found = [(checksum(log["address"]), log) for log in self._logs]
        genuine = self._network.sources.identify({address for address, _ in found})
        try:
            return tuple(
                Event.decode(genuine[address], log) for address, log in found if address in genuine
            )
        except Malformed as err:
            raise NodeRefused(
                rpc=self._network.rpc,
                method="eth_getTransactionReceipt",
                problem="a log does not fit its contract",
            ) from err

    def event(self, name: str) -> Event:
        """Return the first event of a name.

        Raises:
            KeyError: there is none.
            NodeUnavailable, NodeRefused: as :attr:`logs`.
        """
        for event in self.logs:
            if event.name == name:
                return event
        raise KeyError(name)
