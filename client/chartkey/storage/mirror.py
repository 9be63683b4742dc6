"""Several stores as one: written to all, read from whichever answers correctly first (R53).

Writing hands each block to every store at once and succeeds when the wanted
number of stores has the whole file pinned; a store that fails falls out, and the
same call made again completes it, as stores skip what they have. Reading asks
the first store, and after a short wait the next one as well; a store that lacks
a block, answers wrong bytes or does not answer is passed over and reported, and
what does not answer is asked last from then on. No store is believed: each
compares every block with its CID.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, NamedTuple, TypeVar

from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CopiesMissing,
    StorageError,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.storage.cid import Cid, parse
from chartkey.storage.fan import Fan
from chartkey.storage.store import Added, BlockStore, replicate
from chartkey.storage.unixfs import Block

__all__ = ["Holding", "Mirror", "PassedOver"]

_PATIENCE: Final = 0.5
"""Seconds before the next store is asked as well."""
_SLOW: Final = "another store was quicker"
_REPORTS: Final = 1000
_THREADS: Final = 8

_Answer = TypeVar("_Answer")


class PassedOver(NamedTuple):
    """A store that did not do its part, and why."""

    store: str
    error: StorageError


class Holding(NamedTuple):
    """A pinned CID, the names of the stores that pin it, and of those that do not."""

    cid: str
    stores: tuple[str, ...]
    lacking: tuple[str, ...]


class Mirror(BlockStore):
    """A store made of several others.

    Args:
        stores: In the order in which they are asked; each has a name of its own.
        copies: How many must have a file before writing it succeeds; by default
            all that can be written.
        report: Is told of each store that is passed over; ``passed_over`` keeps
            the last ones.

    Raises:
        StoreUnavailable: There is no store, two have one name, or there are fewer
            than ``copies``.
    """

    def __init__(
        self,
        stores: Sequence[BlockStore],
        copies: int | None = None,
        report: Callable[[PassedOver], None] | None = None,
    ) -> None:
        self.name = f"mirror of {len(stores)} stores"
        self._stores = tuple(stores)
        self._order = list(stores)
        self._writable = [store for store in stores if store.is_writable]
        self._copies = len(self._writable) if copies is None else copies
        self._report = report
        self._pool: ThreadPoolExecutor | None = None
        self.passed_over: deque[PassedOver] = deque(maxlen=_REPORTS)
        if not stores or len({store.name for store in stores}) != len(stores):
            raise StoreUnavailable(store=self.name, problem="it needs stores, each named once")
        if not 0 <= self._copies <= len(self._writable) or copies == 0:
            problem = f"it has {len(self._writable)} stores to write to"
            raise StoreUnavailable(store=self.name, problem=problem)

    @property
    def is_writable(self) -> bool:
        """Whether one of the stores can be written."""
        return bool(self._writable)

    @property
    def stores(self) -> tuple[BlockStore, ...]:
        """The stores, in the order in which they were given."""
        return self._stores

    def close(self) -> None:
        """Give back what the stores hold open."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        for store in self._stores:
            store.close()

    def fetch(self, cid: Cid) -> bytes:
        """See ``BlockStore.fetch``: from whichever store answers correctly first.

        Raises:
            BlockMissing: No store has it, and none answered wrongly or not at all.
            BlockCorrupt, StoreUnavailable: No store answered with the right bytes.
        """
        order = list(self._order)
        asked: dict[Future[bytes], BlockStore] = {}
        failures: list[StorageError] = []
        while order or asked:
            if order:
                store = order.pop(0)
                asked[self._threads().submit(store.fetch, cid)] = store
            done, _ = wait(asked, _PATIENCE if order else None, FIRST_COMPLETED)
            for future in done:
                store = asked.pop(future)
                try:
                    data = future.result()
                except StorageError as err:
                    failures.append(err)
                    self._pass_over(store, err)
                    continue
                for slow in asked.values():
                    self._pass_over(slow, StoreUnavailable(store=slow.name, problem=_SLOW))
                return data
        raise _worst(failures)

    def has(self, cid: str) -> bool:
        """See ``Store.has``: whether one of the stores has it."""
        parse(cid)
        return any(self._try(lambda one: one.has(cid), store) for store in self._stores)

    def pins(self) -> list[str]:
        """See ``Store.pins``: what at least one of the stores pins.

        Raises:
            StoreUnavailable: None of them answers.
        """
        return [one.cid for one in self.holdings()]

    def holdings(self) -> list[Holding]:
        """Return for each pinned CID which stores pin it, sorted; those away count as lacking.

        Raises:
            StoreUnavailable: None of the stores answers.
        """
        pinned = {
            store.name: self._try(lambda one: set(one.pins()), store) for store in self._writable
        }
        if self._writable and all(found is None for found in pinned.values()):
            raise StoreUnavailable(store=self.name, problem="none of its stores answers")
        return [
            Holding(
                cid,
                tuple(name for name, found in pinned.items() if found and cid in found),
                tuple(name for name, found in pinned.items() if not found or cid not in found),
            )
            for cid in sorted(set().union(*(found or () for found in pinned.values())))
        ]

    def pin(self, cid: str) -> None:
        """See ``Store.pin``: pins it in every store, copying it to those that lack it.

        Raises:
            CidInvalid: Not an accepted CID, or it names no file.
            CopiesMissing: Fewer stores than must have it could pin it.
            StoreReadOnly: None of the stores can be written.
        """
        parse(cid)
        self._settle(cid, [store for store in self._targets() if self._kept(cid, store)])

    def unpin(self, cid: str) -> None:
        """See ``Store.unpin``: in every store.

        Raises:
            CidInvalid: Not an accepted CID.
            StoreReadOnly: None of the stores can be written, or one may not be.
            StoreUnavailable: One of the stores does not answer; the others unpinned.
        """
        parse(cid)
        failures: list[StorageError] = []
        for store in self._targets():
            try:
                store.unpin(cid)
            except StorageError as err:
                failures.append(err)
                self._pass_over(store, err)
        if failures:
            raise failures[0]

    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """See ``BlockStore.write_checked``.

        Raises:
            CidInvalid: There was no block.
            CopiesMissing: Fewer stores than must have it took it; those keep it.
            StoreReadOnly: None of the stores can be written.
            StorageError: None of the stores took it.
        """
        fan = Fan(self._targets())
        added, failures = fan.write(blocks)
        for store, error in failures:
            self._pass_over(store, error)
        if added is None:
            raise _worst([error for _, error in failures])
        fallen = [store for store, _ in failures]
        self._settle(added.cid, [store for store in self._writable if store not in fallen])
        return added

    def _settle(self, cid: str, have: Sequence[BlockStore]) -> None:
        if len(have) < self._copies:
            missing = [store.name for store in self._writable if store not in have]
            problem = "not in " + ", ".join(missing)
            raise CopiesMissing(cid=cid, have=len(have), wanted=self._copies, problem=problem)

    def _kept(self, cid: str, store: BlockStore) -> bool:
        try:
            try:
                store.pin(cid)
            except (BlockMissing, BlockCorrupt):
                replicate(cid, self, store)
        except StorageError as err:
            self._pass_over(store, err)
            return False
        return True

    def _try(self, ask: Callable[[BlockStore], _Answer], store: BlockStore) -> _Answer | None:
        try:
            return ask(store)
        except StorageError as err:
            self._pass_over(store, err)
            return None

    def _targets(self) -> list[BlockStore]:
        if not self._writable:
            raise StoreReadOnly(store=self.name)
        return self._writable

    def _pass_over(self, store: BlockStore, error: StorageError) -> None:
        if isinstance(error, StoreUnavailable):
            # Asked last from now on. One assignment: other threads see either order.
            self._order = [*(one for one in self._order if one is not store), store]
        passed = PassedOver(store.name, error)
        self.passed_over.append(passed)
        if self._report:
            self._report(passed)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_THREADS * len(self._stores))
        return self._pool


def _worst(failures: Sequence[StorageError]) -> StorageError:
    """Return what to raise when every store failed: that it is nowhere only if all say so."""
    others = [error for error in failures if not isinstance(error, BlockMissing)]
    return (others or list(failures))[0]
