"""Sending transactions so that none is lost and none is sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chartkey.chain.call import Call
from chartkey.chain.events import Event
from chartkey.chain.forward import SignedForward
from chartkey.chain.journal import Journal
from chartkey.chain.network import Network

__all__ = ["Receipt", "Sender"]


class Receipt:
    hash: bytes
    block: int | None  # None: sent, not waited for
    gas_used: int | None
    logs: tuple[Event, ...]

    def event(self, name: str) -> Event: ...


class Sender:
    def __init__(self, network: Network, account: object, journal: Journal) -> None: ...
    address: str
    def send(self, call: Call, *, key: str | None = None, wait: bool = True, timeout: float = 120) -> Receipt: ...
    def relay(self, forward: SignedForward, *, wait: bool = True, timeout: float = 120) -> Receipt: ...
    def resume(self, *, timeout: float = 120) -> tuple[Receipt, ...]: ...
