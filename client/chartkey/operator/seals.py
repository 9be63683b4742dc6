"""Who seals, and how regularly, seen in the newest blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import Any, Final

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed
from chartkey.chain.header import IN_TURN, Header
from chartkey.chain.rpc import Rpc
from chartkey.errors import ChainError, NodeRefused

__all__ = ["Sealer", "Seals", "hashes", "headers", "sealers_of", "seals_of"]

_BLOCK: Final = "eth_getBlockByNumber"
_WINDOW: Final = 64
_ROUNDS: Final = 4
"""How many turns of every sealer are looked back upon at least."""
_IDLE_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Sealer:
    """A sealer: its newest block among those looked at and that block's time; None if none."""

    address: str
    block: int | None
    sealed_at: int | None
    idle: bool


@dataclass(frozen=True, slots=True)
class Seals:
    """The sealers, in the engine's order; ``in_turn`` of the ``blocks`` looked at were sealed by
    whose turn it was; ``period`` is the usual number of seconds from block to block; ``strangers``
    sealed blocks and are no sealers any more.
    """

    sealers: tuple[Sealer, ...]
    blocks: int
    in_turn: int
    period: int
    strangers: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many sealers must work for the chain to go on: more than half (P60)."""
        return len(self.sealers) // 2 + 1

    @property
    def working(self) -> int:
        """How many sealed lately."""
        return sum(not sealer.idle for sealer in self.sealers)


def sealers_of(node: Rpc, block: int | None = None) -> tuple[str, ...] | None:
    """Return who may seal after a block, the newest by default, in Clique's order; None where the
    node is not one of Clique or does not offer the methods.

    Raises:
        NodeUnavailable: the node is away.
    """
    try:
        told = node.call("clique_getSigners", ["latest" if block is None else hex(block)])
        return tuple(map(checksum, told))
    except (NodeRefused, TypeError):
        return None


def seals_of(node: Rpc, top: int) -> Seals | None:
    """Look at the blocks up to number ``top``; None where :func:`sealers_of` is.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers what is no header.
    """
    signers = sealers_of(node)
    if not signers:
        return None
    window = max(_WINDOW, _ROUNDS * len(signers))
    # The first block has no seal.
    found = headers(node, max(1, top - window + 1), top)
    before = sealers_of(node, max(0, top - _IDLE_ROUNDS * len(signers))) or ()
    return _summed(signers, frozenset(signers) - frozenset(before), found)


def hashes(node: Rpc, numbers: Iterable[int]) -> dict[int, bytes]:
    """Return the hashes, computed, of a node's blocks; those that it does not have are left out.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers what is no header.
    """
    wanted = list(numbers)
    calls: list[tuple[str, list[Any]]] = [(_BLOCK, [hex(number), False]) for number in wanted]
    try:
        told = zip(wanted, node.batch(calls), strict=True)
        return {number: Header.parse(block).hash for number, block in told if block is not None}
    except (Malformed, TypeError) as err:
        raise _malformed(node, _BLOCK) from err


def headers(node: Rpc, first: int, last: int) -> list[Header]:
    """Return the headers of blocks ``first`` to ``last``.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers what is no header.
    """
    calls: list[tuple[str, list[Any]]] = [(_BLOCK, [hex(n), False]) for n in range(first, last + 1)]
    try:
        return [Header.parse(block) for block in node.batch(calls)]
    except (Malformed, TypeError) as err:
        raise _malformed(node, _BLOCK) from err


def _summed(signers: Sequence[str], new: frozenset[str], found: Sequence[Header]) -> Seals:
    newest = {header.sealer: header for header in found if header.sealer is not None}
    times = [b.timestamp - a.timestamp for a, b in pairwise(found)]
    return Seals(
        tuple(_sealer(one, newest.get(one), one in new, signers, found) for one in signers),
        len(found),
        sum(header.difficulty == IN_TURN for header in found),
        median_low(times) if times else 0,
        tuple(sorted(newest.keys() - set(signers))),
    )


def _sealer(
    address: str,
    newest: Header | None,
    is_new: bool,
    signers: Sequence[str],
    found: Sequence[Header],
) -> Sealer:
    last = found[-1].number if found else 0
    missed = last - (newest.number if newest else 0)
    # Who was voted in just now has not had its turns yet, and nobody has on a young chain.
    idle = missed >= _IDLE_ROUNDS * len(signers) and not is_new
    if newest is None:
        return Sealer(address, None, None, idle)
    return Sealer(address, newest.number, newest.timestamp, idle)


def _malformed(node: Rpc, method: str) -> ChainError:
    return NodeRefused(rpc=node.shown, method=method, problem="its answer is malformed")
