"""Work done ahead in threads, handed back in order.

Hashing, reading and flushing blocks release the interpreter's lock, so that two
threads use two cores. At most ``ahead`` items are in memory, whatever the file's
size.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["ordered"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD: Final = 8
_THREADS: Final = 4


def ordered(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    ahead: int = _AHEAD,
    threads: int = _THREADS,
) -> Iterator[Result]:
    """Yield ``work(item)`` for each item, in the items' order.

    The window opens by one with each result taken, up to ``ahead``: somebody who
    wants only the first few bytes does not pay for the next megabytes. What
    ``work`` or ``items`` raises is raised here, and nothing further is begun.
    """
    remaining = iter(items)
    first = list(islice(remaining, 2))
    if len(first) < 2:
        yield from map(work, first)
        return
    yield from _threaded(work, chain(first, remaining), ahead, threads)


def _threaded(
    work: Callable[[Item], Result], items: Iterator[Item], ahead: int, threads: int
) -> Iterator[Result]:
    from concurrent.futures import ThreadPoolExecutor

    pending: deque[Future[Result]] = deque()
    taken = 0
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) > min(ahead - 1, taken):
                    taken += 1
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
