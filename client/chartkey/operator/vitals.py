"""What one node says of itself: how high it is, whom it is connected to, what waits in it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from chartkey.chain.codec import Malformed
from chartkey.chain.header import Header
from chartkey.chain.rpc import Rpc
from chartkey.errors import ChainError

__all__ = ["Absent", "Vitals", "addresses", "look"]

_ROUNDING: Final = 0.5
"""The header Date is cut to whole seconds, by half of one on average."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One node that answers.

    ``total`` is the chain's total difficulty at its head; ``behind`` how many blocks it knows
    that it has yet to fetch, 0 when it is not syncing; ``clock`` how many seconds its clock is
    ahead of this machine's, to about one second. None stands for what the node does not tell.
    """

    rpc: str
    version: str
    head: Header
    total: int | None
    peers: int | None
    behind: int
    pending: int | None
    queued: int | None
    clock: float | None
    seen_at: float

    @property
    def age(self) -> int:
        """How old its newest block is by this machine's clock, in seconds; below 0 if ahead."""
        return int(self.seen_at) - self.head.timestamp


@dataclass(frozen=True, slots=True)
class Absent:
    """A node that does not answer, or not as a node does; ``problem`` is a sentence."""

    rpc: str
    problem: str


def addresses(written: str | Iterable[str]) -> tuple[str, ...]:
    """Return the node addresses in a text that separates them by commas, each once."""
    text = written if isinstance(written, str) else ",".join(written)
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def look(node: Rpc) -> Vitals | Absent:
    """Ask a node; nothing is raised when it is away, so that others are still asked."""
    try:
        version, block, syncing = node.batch(
            [
                ("web3_clientVersion", []),
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_syncing", []),
            ]
        )
        header = Header.parse(block)
    except ChainError as err:
        return Absent(node.shown, str(err))
    except (Malformed, TypeError):
        return Absent(node.shown, "It answers, but not as an Ethereum node does.")
    pool = _asked(node, "txpool_status") or {}
    return Vitals(
        rpc=node.shown,
        version=str(version),
        head=header,
        total=_number(block.get("totalDifficulty")),
        peers=_number(_asked(node, "net_peerCount")),
        behind=_behind(syncing),
        pending=_number(pool.get("pending")),
        queued=_number(pool.get("queued")),
        clock=_clock(node),
        seen_at=time.time(),
    )


def _asked(node: Rpc, method: str) -> Any:
    """Return what a node answers to what it need not offer."""
    with suppress(ChainError):
        return node.call(method, [])
    return None


def _behind(syncing: Any) -> int:
    if not isinstance(syncing, dict):
        return 0
    known, have = (_number(syncing.get(name)) for name in ("highestBlock", "currentBlock"))
    return max(1, (known or 0) - (have or 0))


def _clock(node: Rpc) -> float | None:
    before = time.time()
    try:
        told = node.date()
        there = parsedate_to_datetime(told or "").timestamp()
    except (ChainError, ValueError):
        return None
    return round(there + _ROUNDING - (before + time.time()) / 2, 1)


def _number(value: Any) -> int | None:
    try:
        return int(value, 16)
    except (TypeError, ValueError):
        return None
