"""The owner's index on this device: brought up to date, searched, and kept encrypted (R16).

It is made of the records and can be made again from them: a file that is lost, damaged, another's
or of another version is replaced, never repaired. Records that cannot be opened now are tried
again the next time.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chartkey.actors.delivery import unerased
from chartkey.actors.device import beside
from chartkey.actors.entries import Shelf
from chartkey.crypto.indexfile import open_index, seal_index
from chartkey.crypto.ownfile import create, read
from chartkey.errors import ChartkeyError, NodeUnavailable, StoreUnavailable
from chartkey.records.catalogue import Catalogue, Key
from chartkey.records.glance import glance
from chartkey.records.inflate import deflate, gunzip
from chartkey.records.limits import LIMITS

if TYPE_CHECKING:
    from chartkey.actors.owning import Owning
    from chartkey.models import RecordPointer
    from chartkey.records.view import Entry

__all__ = ["Found", "Index", "Progress", "forget"]

_LARGEST: Final = 1 << 28
"""Bytes of an index file, and of what it holds; a file beyond is made anew (T14)."""

_SECONDS_BETWEEN: Final = 10.0
"""After so long what was opened is kept, so that an interruption costs little."""

Progress = Callable[[str, int], None]
"""Called with what is being done, and how often it was done."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found, and the words around the first of those asked for."""

    entry: Entry
    snippet: str = field(repr=False)


class Index:
    """The index of one owner, as up to date as custodians allow.

    ``unopened`` are records that could not be opened now. A device that cannot be written loses
    a convenience: the index is made anew each time.

    Args:
        owner: Whose records.
        progress: Called while records are opened.

    Raises:
        NodeUnavailable: the node is away.
    """

    def __init__(self, owner: Owning, progress: Progress | None = None) -> None:
        self._owner, self._shelf = owner, Shelf(owner.network)
        self._catalogue = _load(owner) or Catalogue.empty()
        self._pointers = {Key(p.relationship, p.record, p.root): p for p in self._living()}
        self._drop_stale()
        self.unopened = tuple(self._open_missing(progress))

    def entries(self) -> Iterator[Entry]:
        """Yield every record that the index knows, in no order.

        Raises:
            NodeUnavailable: the node is away.
        """
        for key, seen in self._catalogue.glances().items():
            yield self._shelf.entry(self._pointers[key], seen)

    def search(self, words: str, limit: int) -> list[Found]:
        """Return the records that hold every word, the closest first.

        Raises:
            NodeUnavailable: the node is away.
        """
        return [
            Found(self._shelf.entry(self._pointers[hit.key], hit.glance), hit.snippet)
            for hit in self._catalogue.search(words, limit)
        ]

    def _living(self) -> Iterator[RecordPointer]:
        """What was erased is not tried again, on this device or another."""
        by_place: dict[str, list[RecordPointer]] = {}
        for pointer in self._owner.records():
            by_place.setdefault(pointer.relationship, []).append(pointer)
        for pointers in by_place.values():
            yield from unerased(self._owner.network, pointers)

    def _drop_stale(self) -> None:
        stale = self._catalogue.keys() - self._pointers.keys()
        if stale:
            self._catalogue.drop(stale)
            self._keep()

    def _open_missing(self, progress: Progress | None) -> Iterator[RecordPointer]:
        """Open what is new; yield what does not open."""
        kept, missing = time.monotonic(), self._pointers.keys() - self._catalogue.keys()
        for number, key in enumerate(sorted(missing), 1):
            try:
                with self._owner.read(self._pointers[key]) as opened:
                    self._catalogue.put(key, glance(opened))
            except NodeUnavailable:
                raise
            except ChartkeyError:
                # Whatever one record's author or custodian did must not hide the others.
                yield self._pointers[key]
            if progress is not None:
                progress("records opened", number)
            if time.monotonic() - kept > _SECONDS_BETWEEN:
                self._keep()
                kept = time.monotonic()
        if missing:
            self._keep()

    def _keep(self) -> None:
        with suppress(OSError):
            _save(self._owner, self._catalogue)


def forget(owner: Owning, relationship: str, records: Collection[bytes]) -> None:
    """Take erased records out of the file on this device; no node is asked (P06).

    Raises:
        StoreUnavailable: it cannot be written: their words are still on the device.
    """
    path = beside(owner.keys, ".index")
    catalogue = _load(owner)
    try:
        if catalogue is None:
            path.unlink(missing_ok=True)
            return
        gone = [key for key in catalogue.keys() if key.relationship == relationship]  # noqa: SIM118
        catalogue.drop([key for key in gone if key.record in records])
        _save(owner, catalogue)
    except OSError as err:
        problem = err.strerror or "it cannot be written"
        raise StoreUnavailable(store="This device's index", problem=problem) from err


def _load(owner: Owning) -> Catalogue | None:
    """Return what lies on the device if it is this owner's, whole, and of this version."""
    try:
        sealed = read(beside(owner.keys, ".index"), _LARGEST)
        packed = open_index(owner.keys, sealed)
        content = gunzip(io.BytesIO(packed), cap=_LARGEST, limits=LIMITS, source="the index")
    except (ChartkeyError, OSError):
        return None
    return Catalogue.load(content)


def _save(owner: Owning, catalogue: Catalogue) -> None:
    sealed = seal_index(owner.keys, deflate(catalogue.dump()))
    create(beside(owner.keys, ".index"), sealed, overwrite=True)
