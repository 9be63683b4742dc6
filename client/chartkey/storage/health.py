"""What is wrong in a store, or in each store of a mirror, and putting it right (R53)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chartkey.errors import BlockCorrupt, BlockMissing, CidInvalid, StorageError
from chartkey.storage.embedded import EmbeddedStore
from chartkey.storage.mirror import Holding, Mirror
from chartkey.storage.store import BlockStore, Store, replicate
from chartkey.storage.upkeep import Counter, Fault

__all__ = ["Ailment", "Repaired", "ailments", "holdings", "members", "repair"]


class Ailment(NamedTuple):
    """A fault and the name of the store that has it."""

    store: str
    fault: Fault


class Repaired(NamedTuple):
    """A pinned CID that a store was to have whole again; ``error`` is None if it has."""

    store: str
    cid: str
    error: StorageError | None


def members(store: BlockStore) -> tuple[BlockStore, ...]:
    """Return the stores of a mirror, or the one store. Never raises."""
    return store.stores if isinstance(store, Mirror) else (store,)


def holdings(store: BlockStore) -> list[Holding]:
    """Return which store pins what: for a mirror, each of its stores is looked at.

    Raises:
        StoreUnavailable: No store answers.
    """
    if isinstance(store, Mirror):
        return store.holdings()
    return [Holding(cid, (store.name,), ()) for cid in store.pins()]


def ailments(store: BlockStore, counter: Counter | None = None) -> Iterator[Ailment]:
    """Check every store and yield what is wrong with it.

    An embedded store has all its blocks read, any other one what it pins.

    Raises:
        StoreUnavailable: A store does not answer.
    """
    for one in members(store):
        found = one.verify(counter) if isinstance(one, EmbeddedStore) else _read(one, counter)
        for fault in found:
            yield Ailment(one.name, fault)


def repair(
    store: BlockStore, source: Store | None = None, counter: Counter | None = None
) -> Iterator[Repaired]:
    """Fetch again what is damaged, and for a mirror what some of its stores lack.

    Args:
        store: Put right; nothing in it is removed.
        source: Where good blocks come from; by default the stores of the mirror.
        counter: Is told how many blocks or pins have been checked.

    Yields:
        What was tried, with its outcome; what is known to be missing everywhere stays so.

    Raises:
        StoreUnavailable: A store cannot be checked.
    """
    whence = source or store
    wanted = {(one.store, cid): None for one in ailments(store, counter) for cid in one.fault.pins}
    for held in holdings(store):
        wanted |= {(name, held.cid): None for name in held.lacking}
    named = {one.name: one for one in members(store)}
    for name, cid in wanted:
        yield Repaired(name, cid, _fetched(cid, whence, named[name]))


def _fetched(cid: str, source: Store, target: BlockStore) -> StorageError | None:
    try:
        replicate(cid, source, target)
        # Kubo keeps a block that it believes to have, whatever became of it.
        for _ in target.blocks(cid):
            pass
    except StorageError as err:
        return err
    return None


def _read(store: BlockStore, counter: Counter | None) -> Iterator[Fault]:
    for count, pin in enumerate(store.pins(), 1):
        try:
            for _ in store.blocks(pin):
                pass
        except BlockMissing as err:
            yield Fault(str(err.values["cid"]), "missing", (pin,))
        except BlockCorrupt as err:
            yield Fault(str(err.values["cid"]), "corrupt", (pin,))
        except CidInvalid:
            # Other programs pin in a Kubo node what is no file and no folder.
            yield Fault(pin, "unexpected")
        if counter:
            counter("pins", count)
