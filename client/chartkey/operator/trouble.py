"""What is wrong with a network, and what to do about it, from what was seen of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chartkey.operator.forks import Fork, deadlocked
from chartkey.operator.seals import Seals
from chartkey.operator.space import Space
from chartkey.operator.vitals import Absent, Vitals

__all__ = ["RUNBOOK", "Trouble", "of_chain", "of_nodes", "of_sealers", "of_spaces", "patience"]

RUNBOOK: Final = "docs/OPERATIONS.md, “A deadlock of equal forks”"
_LEAST_AGE: Final = 20
_PERIODS: Final = 10
_CLOCK: Final = 5.0
"""Seconds. No Clique node takes a header from the future, but for a queue of 30 s (P60)."""
_AHEAD: Final = -2
_FULL_DAYS: Final = 14
_LEAST_FREE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong and what to do, in a sentence or two; ``grave`` unless it may be usual.

    ``kind`` is a word that stays the same while ages and counts in the text change.
    """

    kind: str
    subject: str
    text: str
    grave: bool = True


def patience(seals: Seals | None) -> int:
    """Return the age in seconds from which on a newest block is an old one."""
    return max(_LEAST_AGE, _PERIODS * seals.period if seals else 0)


def of_nodes(nodes: Sequence[Vitals | Absent], seals: Seals | None) -> Iterator[Trouble]:
    """Yield what is wrong with single nodes."""
    answering = [node for node in nodes if isinstance(node, Vitals)]
    limit = patience(seals)
    youngest = min((node.age for node in answering), default=0)
    for node in nodes:
        if isinstance(node, Absent):
            yield Trouble("away", node.rpc, node.problem)
            continue
        if youngest <= limit < node.age:
            text = f"Its newest block is {node.age} s old, and others have newer ones. "
            yield Trouble("old-head", node.rpc, text + "See whether it has peers, and its log.")
        yield from _of_node(node, len(nodes))
    versions = sorted({node.version for node in answering})
    if len(versions) > 1:
        yield Trouble("versions", "nodes", "They run different ones: " + ", ".join(versions), False)


def _of_node(node: Vitals, count: int) -> Iterator[Trouble]:
    if node.peers == 0:
        text = "It has no peers. See its network and `chartkey network peers`."
        yield Trouble("no-peers", node.rpc, text)
    elif node.peers is not None and node.peers < count - 1:
        yield Trouble(
            "few-peers", node.rpc, f"It has fewer peers ({node.peers}) than there are nodes.", False
        )
    if node.behind:
        yield Trouble(
            "syncing", node.rpc, f"It is still fetching blocks: {node.behind} to go.", False
        )
    if node.clock is not None and abs(node.clock) > _CLOCK:
        way = "ahead of" if node.clock > 0 else "behind"
        text = f"Its clock is {abs(node.clock):.0f} s {way} this machine's. Set both by NTP."
        yield Trouble("clock", node.rpc, text)
    elif node.age < _AHEAD:
        text = f"Its newest block is {-node.age} s ahead of this machine's clock. Set it by NTP."
        yield Trouble("clock", node.rpc, text)


def of_chain(
    nodes: Sequence[Vitals],
    seals: Seals | None,
    fork: Fork | None,
    replaced: Mapping[str, int],
) -> Iterator[Trouble]:
    """Yield what is wrong with the chain that the nodes share, or ought to."""
    limit = patience(seals)
    oldest = max((node.age for node in nodes), default=0)
    if deadlocked(nodes, limit):
        text = "No node has a new block, and chains of equal weight stand against one another: "
        yield Trouble(
            "deadlock", "chain", f"{text}a deadlock that only operators end. See {RUNBOOK}."
        )
    elif nodes and min(node.age for node in nodes) > limit:
        needed = f" It takes {seals.needed} of {len(seals.sealers)} sealers." if seals else ""
        text = f"It stands still: no node has a block of the last {limit} s.{needed}"
        yield Trouble(
            "standstill", "chain", f"{text} Start the sealing nodes, and see their peers."
        )
    if fork is not None:
        yield _of_fork(fork, seals, oldest > limit)
    for rpc, count in replaced.items():
        deep = count >= _confirmations(seals)
        text = f"A reorganisation replaced its last {count} block(s) since the last look"
        more = ", confirmed ones among them. Have clients read again what they took for certain."
        yield Trouble("reorganisation", rpc, text + (more if deep else "."), deep)


def of_sealers(seals: Seals | None) -> Iterator[Trouble]:
    """Yield what is wrong with the sealers."""
    if seals is None:
        return
    for sealer in seals.sealers:
        if sealer.idle:
            last = "none of the blocks looked at" if sealer.block is None else sealer.block
            text = f"It misses its turns; the last block that it sealed is {last}."
            yield Trouble("idle-sealer", sealer.address, f"{text} See its node and its clock.")
    if seals.working == seals.needed and seals.working < len(seals.sealers):
        yield Trouble("margin", "chain", "If one more sealer stops, no block is made any more.")
    for address in seals.strangers:
        yield Trouble("removed-sealer", address, "It sealed lately and was voted out since.", False)


def of_spaces(spaces: Sequence[Space]) -> Iterator[Trouble]:
    """Yield which disks are full, or soon will be."""
    for space in spaces:
        if space.free < _LEAST_FREE:
            text = f"Only {space.free >> 20} MiB are free. Make room, or its node stops."
            yield Trouble("disk", str(space.folder), text)
        elif space.days is not None and space.days < _FULL_DAYS:
            text = f"At its present growth the disk is full in {space.days} day(s)."
            yield Trouble("disk", str(space.folder), text, space.measured)


def _of_fork(fork: Fork, seals: Seals | None, is_stuck: bool) -> Trouble:
    """A fork of the newest blocks is usual for a moment; one that lasts, or is deeper, is not."""
    sides = " against ".join(", ".join(side) for side in fork.sides)
    place = f"since block {fork.common + 1}" if fork.common is not None else "since long ago"
    lasting = is_stuck or fork.depth >= _confirmations(seals)
    advice = " See whether all nodes reach one another." if lasting else ""
    return Trouble("fork", "chain", f"It is forked {place}: {sides}.{advice}", lasting)


def _confirmations(seals: Seals | None) -> int:
    return seals.needed if seals else 1
