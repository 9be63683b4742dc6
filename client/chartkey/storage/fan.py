"""One stream of blocks, written to several stores at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Final

from chartkey.errors import StorageError
from chartkey.storage.store import Added, BlockStore
from chartkey.storage.unixfs import Block

__all__ = ["Fan"]

# The slowest store sets the pace; the others wait with this many blocks in memory.
_WAITING: Final = 4


class Fan:
    """Writes blocks to each of several stores, each in a thread of its own."""

    def __init__(self, stores: Sequence[BlockStore]) -> None:
        self._branches = [_Branch(store) for store in stores]

    def write(
        self, blocks: Iterable[Block]
    ) -> tuple[Added | None, list[tuple[BlockStore, StorageError]]]:
        """Hand every block to every store; a store that fails falls out.

        Returns:
            What was stored, None if no store has it; and the stores that fell out,
            each with its error.

        What ``blocks`` raises comes through unchanged, and no store keeps anything.
        """
        with ThreadPoolExecutor(len(self._branches)) as pool:
            running = [pool.submit(branch.run) for branch in self._branches]
            try:
                for block in blocks:
                    # When all have fallen out, the rest need not be read.
                    if not [branch.give(block) for branch in self._branches if branch.is_up]:
                        break
            except BaseException as err:
                for branch in self._branches:
                    branch.end(err)
                raise
            for branch in self._branches:
                branch.end(None)
            added = [future.result() for future in running]
        failures = [(one.store, one.error) for one in self._branches if one.error is not None]
        return next((one for one in added if one), None), failures


class _SourceFailed(Exception):
    """Ends a store's writing when the source of the blocks has failed."""


class _Branch:
    """One store's part: a queue of blocks, and how it ended."""

    def __init__(self, store: BlockStore) -> None:
        self.store = store
        self.error: StorageError | None = None
        self._queue: Queue[Block | BaseException | None] = Queue(_WAITING)
        self._down = threading.Event()

    @property
    def is_up(self) -> bool:
        """Whether the store still takes blocks."""
        return not self._down.is_set()

    def run(self) -> Added | None:
        """Write what is given; None if the store, or the source, failed."""
        try:
            return self.store.write_checked(self._given())
        except StorageError as err:
            self.error = err
        except _SourceFailed:
            pass
        finally:
            self._down.set()
            # Whoever waits to give a block is let go.
            while not self._queue.empty():
                self._queue.get_nowait()
        return None

    def give(self, block: Block) -> bool:
        """Wait until the store can take a block; return whether it is up."""
        self._queue.put(block)
        return self.is_up

    def end(self, failure: BaseException | None) -> None:
        """Say that no block follows, or that the source failed."""
        if self.is_up:
            self._queue.put(failure)

    def _given(self) -> Iterator[Block]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise _SourceFailed from item
            yield item
