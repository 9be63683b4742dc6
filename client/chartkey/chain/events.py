"""Genuine events only (P50, T23)."""
from __future__ import annotations
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from chartkey.chain.network import Network

@dataclass(frozen=True, slots=True)
class Event:
    contract: str
    address: str
    name: str
    args: dict[str, Any]     # by ABI name; addresses checksum, enums int, structs as dict by ABI name
    block: int
    block_hash: bytes
    tx: bytes
    log_index: int
    timestamp: int | None = None

def events(network: Network, *, names: Iterable[str] | None = None, addresses: Iterable[str] | None = None,
           topics: list[Any] | None = None,   # indexed arguments by position after topic 0: str address | bytes | int | list of them | None
           from_block: int | None = None, to_block: int | None = None, timestamps: bool = False) -> Iterator[Event]: ...
