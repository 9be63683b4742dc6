"""Which institutions hold which ciphertext, and bringing it to enough of them (R51, R53).

A file whose last copy is lost is lost for the patient: two institutions must hold each. Nothing is
ever unpinned here; that is for erasure alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chartkey.errors import StorageError
from chartkey.storage.store import BlockStore, replicate

__all__ = ["COPIES", "Placement", "Replicated", "Survey", "replenish", "survey"]

COPIES: Final = 2

Counter = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Placement:
    """A pinned file: the houses that hold it whole, and those that pin it and do not."""

    cid: str
    houses: tuple[str, ...]
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What the houses that answered hold; ``away`` is what was wrong with the others, by house.

    A house that is away counts as not holding: that is how it is for whoever wants to read now.
    """

    placements: tuple[Placement, ...]
    away: Mapping[str, str]

    def short(self, copies: int = COPIES) -> tuple[Placement, ...]:
        """Return what too few houses hold whole. Never raises."""
        return tuple(one for one in self.placements if len(one.houses) < copies)


@dataclass(frozen=True, slots=True)
class Replicated:
    """A file that a house was to hold; ``error`` is None if it does now."""

    cid: str
    house: str
    error: StorageError | None


def survey(
    stores: Mapping[str, BlockStore],
    listed: Mapping[str, frozenset[str]] | None = None,
    *,
    verify: bool = False,
    counter: Counter | None = None,
) -> Survey:
    """Look at every house's pins.

    Args:
        stores: By house.
        listed: What further houses say they hold; it is believed.
        verify: Also read every block of every file at every house, and compare it with its CID.
        counter: Is told how many files were read.

    Never raises: a store that fails is away.
    """
    pinned: dict[str, frozenset[str]] = dict(listed or {})
    away: dict[str, str] = {}
    for house, store in stores.items():
        try:
            pinned[house] = frozenset(store.pins())
        except StorageError as err:
            away[house] = str(err)
    everything = sorted(frozenset().union(*pinned.values()))
    placements = []
    for count, cid in enumerate(everything, 1):
        held = [house for house, cids in pinned.items() if cid in cids]
        checked = [one for one in held if one in stores] if verify else []
        damaged = tuple(one for one in checked if not _whole(cid, stores[one]))
        sound = tuple(sorted(one for one in held if one not in damaged))
        placements.append(Placement(cid, sound, damaged))
        if counter and verify:
            counter("files", count)
    return Survey(tuple(placements), away)


def replenish(
    found: Survey,
    stores: Mapping[str, BlockStore],
    *,
    copies: int = COPIES,
    into: frozenset[str] | None = None,
) -> Iterator[Replicated]:
    """Bring what too few houses hold to further ones; each block is verified on its way.

    Who gets a file follows from its CID (rendezvous hashing), so that the load is even and two
    operators who repair at the same time choose the same house.

    Args:
        found: What :func:`survey` saw.
        stores: By house; those that are away are left out.
        copies: How many houses must hold a file.
        into: Only these houses are written to; by default every one.

    Yields:
        What was tried, with its outcome. What was done stays when it is interrupted.
    """
    present = [house for house in stores if house not in found.away]
    for one in found.short(copies):
        missing = copies - len(one.houses)
        order = sorted(present, key=lambda house: _rank(one.cid, house))
        # A damaged copy is put right first: its house means to hold the file.
        order.sort(key=lambda house: house not in one.damaged)
        lacking = [house for house in order if house not in one.houses]
        for house in lacking[:missing]:
            if into is None or house in into:
                yield Replicated(one.cid, house, _brought(one, house, stores))


def _brought(one: Placement, house: str, stores: Mapping[str, BlockStore]) -> StorageError | None:
    target, last = stores[house], None
    sources = [stores[name] for name in one.houses if name in stores]
    # Through the swarm where no other house's store can be read from here.
    for source in [*sources, target]:
        try:
            if source is not target:
                replicate(one.cid, source, target)
            for _ in target.blocks(one.cid):
                pass
            target.pin(one.cid)
        except StorageError as err:
            last = err
            continue
        return None
    return last


def _whole(cid: str, store: BlockStore) -> bool:
    try:
        for _ in store.blocks(cid):
            pass
    except (StorageError, ValueError):
        return False
    return True


def _rank(cid: str, house: str) -> bytes:
    return hashlib.sha256(f"{house}\n{cid}".encode()).digest()
