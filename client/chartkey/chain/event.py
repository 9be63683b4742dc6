"""One decoded event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed, interface_of
from chartkey.errors import AddressInvalid

__all__ = ["Event", "RawLog"]

RawLog = Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """One event of a genuine contract.

    ``contract`` is the contract's name; ``args`` has the ABI's names, with addresses as EIP-55
    text, enums as int and structs as dict; ``block_hash`` and ``tx`` are 32 bytes;
    ``timestamp`` is the block's, in Unix seconds, where it was asked for or the node sent it.
    """

    contract: str
    address: str
    name: str
    args: dict[str, Any]
    block: int
    block_hash: bytes
    tx: bytes
    log_index: int
    timestamp: int | None = None

    def __repr__(self) -> str:
        # Arguments hold wraps and handles: they stay out of logs.
        return f"Event({self.contract}.{self.name} at {self.address}, block {self.block})"

    @classmethod
    def decode(cls, contract: str, log: RawLog, timestamp: int | None = None) -> Event:
        """Decode a log as JSON-RPC gives it, knowing which contract it is from.

        Raises:
            Malformed: it is not an event of that contract.
        """
        try:
            topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
            shape = interface_of(contract).events[topics[0]]
            sent = log.get("blockTimestamp")
            return cls(
                contract,
                checksum(log["address"]),
                shape.name,
                shape.decode(topics[1:], bytes.fromhex(log["data"][2:])),
                int(log["blockNumber"], 16),
                bytes.fromhex(log["blockHash"][2:]),
                bytes.fromhex(log["transactionHash"][2:]),
                int(log["logIndex"], 16),
                int(sent, 16) if timestamp is None and sent else timestamp,
            )
        except (KeyError, IndexError, TypeError, ValueError, AddressInvalid) as err:
            raise Malformed from err
