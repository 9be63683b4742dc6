"""One look at a network: its nodes, sealers, forks, reorganisations and disks, and what is wrong.

It needs no contracts and no manifest: a network is looked at before they are there, and when they
cannot be reached.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chartkey.chain.rpc import Rpc
from chartkey.errors import ChainError
from chartkey.operator.forks import Fork, fork_of
from chartkey.operator.past import Past
from chartkey.operator.seals import Seals, hashes, headers, seals_of
from chartkey.operator.space import Space, measure
from chartkey.operator.trouble import Trouble, of_chain, of_nodes, of_sealers, of_spaces
from chartkey.operator.vitals import Absent, Vitals, look

__all__ = ["Survey", "survey"]

_KEPT: Final = 64
"""Blocks of each node that are compared at the next look."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen. ``replaced`` counts blocks by node, those replaced since the last look."""

    nodes: tuple[Vitals | Absent, ...]
    seals: Seals | None
    fork: Fork | None
    replaced: dict[str, int]
    spaces: tuple[Space, ...]
    troubles: tuple[Trouble, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing grave was seen."""
        return not any(trouble.grave for trouble in self.troubles)


def survey(rpcs: Sequence[str], folders: Sequence[Path], past: Past) -> Survey:
    """Look at nodes and folders, and note in ``past`` what was seen.

    Raises:
        NodeUnavailable: an address is not one of HTTP.
    """
    nodes = [Rpc(url) for url in rpcs]
    seen = tuple(look(node) for node in nodes)
    pairs = [(n, one) for n, one in zip(nodes, seen, strict=True) if isinstance(one, Vitals)]
    answering = [one for _, one in pairs]
    seals, fork = _seals(pairs), _fork([node for node, _ in pairs])
    replaced = {node.shown: count for node, one in pairs if (count := _replaced(node, one, past))}
    spaces, missing = _spaces(folders, past, _age(pairs))
    troubles = [
        *of_nodes(seen, seals),
        *of_chain(answering, seals, fork, replaced),
        *of_sealers(seals),
        *of_spaces(spaces),
        *missing,
    ]
    troubles.sort(key=lambda trouble: not trouble.grave)
    return Survey(seen, seals, fork, replaced, spaces, tuple(troubles))


_Pairs = Sequence[tuple[Rpc, Vitals]]


def _seals(pairs: _Pairs) -> Seals | None:
    """Look at the heaviest chain that a node tells whole."""
    for node, one in sorted(pairs, key=lambda pair: -(pair[1].total or pair[1].head.number)):
        with suppress(ChainError):
            return seals_of(node, one.head.number)
    return None


def _fork(nodes: Sequence[Rpc]) -> Fork | None:
    """Compare the chains; a node that falls away just now is reported at the next look."""
    with suppress(ChainError):
        return fork_of(nodes)
    return None


def _replaced(node: Rpc, one: Vitals, past: Past) -> int:
    """Count the blocks replaced since the last look, and keep the present ones."""
    known = past.blocks.get(node.shown, {})
    count = 0
    with suppress(ChainError):
        # A chain whose highest known block is the same is the same below it.
        newest = sorted(known)[-1:]
        if hashes(node, newest) != {number: known[number] for number in newest}:
            count = past.replaced(node.shown, hashes(node, known))
        top = one.head.number
        past.note_blocks(node.shown, hashes(node, range(max(0, top - _KEPT + 1), top + 1)))
    return count


def _spaces(
    folders: Sequence[Path], past: Past, age: float | None
) -> tuple[tuple[Space, ...], list[Trouble]]:
    spaces, missing, now = [], [], time.time()
    for folder in folders:
        name = str(folder.resolve())
        try:
            space = measure(folder.resolve(), now, past.sizes.get(name, ()), age)
        except OSError as err:
            missing.append(
                Trouble("folder", str(folder), f"It cannot be measured ({err.strerror}).")
            )
            continue
        past.note_size(name, now, space.size)
        spaces.append(space)
    return tuple(spaces), missing


def _age(pairs: _Pairs) -> float | None:
    """Return how old the chain is; its first block has no true time, the second one has."""
    for node, _ in pairs:
        with suppress(ChainError):
            return time.time() - headers(node, 1, 1)[0].timestamp
    return None
