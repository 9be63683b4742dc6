"""Where nodes have different chains, and whether the chain can get out of it by itself (P60)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chartkey.chain.rpc import Rpc
from chartkey.errors import NodeRefused
from chartkey.operator.seals import hashes
from chartkey.operator.vitals import Vitals

__all__ = ["Fork", "deadlocked", "fork_of"]

_WINDOW: Final = 64


@dataclass(frozen=True, slots=True)
class Fork:
    """Two or more chains: nodes that have the same one are one of ``sides``. They part after
    block ``common``, None when that is further back than was looked; ``depth`` counts the blocks
    from there to the lowest head.
    """

    common: int | None
    depth: int
    sides: tuple[tuple[str, ...], ...]


def fork_of(nodes: Sequence[Rpc]) -> Fork | None:
    """Compare the nodes at the height that all of them have; None where they agree there.

    Raises:
        NodeUnavailable, NodeRefused: a node is away, or answers what is no header.
    """
    if not nodes:
        return None
    top = min(_height(node) for node in nodes)
    told = {node: hashes(node, [top]).get(top) for node in nodes}
    chains = {node: digest for node, digest in told.items() if digest is not None}
    if len(set(chains.values())) < 2:
        return None
    span = range(max(0, top - _WINDOW + 1), top + 1)
    common = _common([hashes(node, span) for node in chains], span)
    sides = (
        tuple(node.shown for node in chains if chains[node] == digest)
        for digest in dict.fromkeys(chains.values())
    )
    return Fork(common, top - common if common is not None else _WINDOW, tuple(sides))


def deadlocked(nodes: Sequence[Vitals], limit: int) -> bool:
    """Whether nothing goes on because chains of equal weight stand against one another: every head
    is older than ``limit`` seconds, and the heaviest chains are different ones.

    No node leaves a chain for another that is not heavier, so that only people end this.
    """
    if not nodes or any(node.age <= limit or node.total is None for node in nodes):
        return False
    heaviest = max(node.total or 0 for node in nodes)
    return len({node.head.hash for node in nodes if node.total == heaviest}) > 1


def _height(node: Rpc) -> int:
    try:
        return int(node.call("eth_blockNumber", []), 16)
    except (TypeError, ValueError) as err:
        problem = "its answer is malformed"
        raise NodeRefused(rpc=node.shown, method="eth_blockNumber", problem=problem) from err


def _common(chains: Sequence[Mapping[int, bytes]], span: range) -> int | None:
    for number in reversed(span):
        if len({chain.get(number) for chain in chains}) == 1 and number in chains[0]:
            return number
    return None
