"""Looking after a folder of blocks: finding damage, and removing what nobody pins.

A writer moves its blocks into place and pins their root under a shared lock on
the folder of pins; collection marks and removes under an exclusive one. Blocks
that a writer found here and counts on have a second name in its own folder until
then (see ``staging``), so that a collection in between takes nothing from it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple

from chartkey.errors import BlockCorrupt, BlockMissing, CidInvalid
from chartkey.storage import blockfiles
from chartkey.storage.cid import RAW, Cid, parse
from chartkey.storage.dag import Dag
from chartkey.storage.pipeline import ordered
from chartkey.storage.staging import sweep

__all__ = ["Collected", "Counter", "Fault", "Problem", "Upkeep", "is_pin", "locked"]

Counter = Callable[[str, int], None]
"""Is told what is being counted, and how many there have been."""
Problem = Literal["corrupt", "missing", "unexpected"]

_BLOCK_NAME: Final = re.compile("[0-9a-f]{64}")


class Fault(NamedTuple):
    """One thing that a check of a store found.

    ``what`` is the block's or the pin's CID (a stored block is named by its raw
    CID, as its codec is not known), or the name of a file that does not belong.
    ``pins`` are the pinned CIDs that cannot be read because of it, sorted.
    """

    what: str
    problem: Problem
    pins: tuple[str, ...] = ()


class Collected(NamedTuple):
    """What a collection removed: how many blocks, and their bytes."""

    blocks: int
    size: int


@contextmanager
def locked(pins: Path, *, exclusive: bool = False) -> Iterator[None]:
    """Hold the lock on a store's pins; waits for those who hold it.

    Raises:
        OSError: The folder is gone, or its file system has no locks.
    """
    handle = blockfiles.open_folder(pins)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def is_pin(name: str) -> bool:
    """Tell whether a file's name is a pin: a CID in the form that is written here."""
    try:
        return str(parse(name)) == name
    except CidInvalid:
        return False


class Upkeep:
    """The work on one store's folders; ``fetch`` returns a block's verified bytes."""

    def __init__(self, folder: Path, name: str, fetch: Callable[[Cid], bytes]) -> None:
        self._blocks, self._pins = folder / "blocks", folder / "pins"
        self._staging = folder / "staging"
        self._name, self._fetch = name, fetch

    def verify(self, counter: Counter | None) -> Iterator[Fault]:
        """Read every block, then follow every pin; yield what is wrong.

        Raises:
            StoreUnavailable: A block or a folder cannot be read at all.
        """
        found: dict[tuple[str, Problem], set[str]] = {}
        for count, faults in enumerate(ordered(self._check, self._files()), 1):
            found |= {fault: set() for fault in faults}
            if counter:
                counter("blocks", count)
        with blockfiles.faults(self._name, writing=False), locked(self._pins):
            for pin in self._listed(self._pins):
                if not is_pin(pin):
                    found[pin, "unexpected"] = set()
                    continue
                for fault in self._follow(pin, found):
                    found.setdefault(fault, set()).add(pin)
        for (what, problem), pins in found.items():
            yield Fault(what, problem, tuple(sorted(pins)))

    def collect(self, counter: Counter | None) -> Collected:
        """Remove every block that no pin leads to, and what dead writers left.

        Raises:
            BlockMissing, BlockCorrupt: A pin is damaged, so that it is not known
                what it leads to; nothing was removed.
            StoreReadOnly: The folder may not be written.
            StoreUnavailable: The operating system refused.
        """
        with blockfiles.faults(self._name), locked(self._pins, exclusive=True):
            kept = self._marked()
            sweep(self._staging)
            blocks = size = 0
            for shard, name in self._files():
                if _is_block(shard, name) and bytes.fromhex(name) not in kept:
                    size += self._remove(shard, name)
                    blocks += 1
                    if counter:
                        counter("removed", blocks)
            return Collected(blocks, size)

    def _marked(self) -> set[bytes]:
        roots = [parse(pin) for pin in self._listed(self._pins) if is_pin(pin)]
        return {link.cid.digest for root in roots for link in Dag(root, self._fetch).links()}

    def _remove(self, shard: str, name: str) -> int:
        folder = blockfiles.open_folder(self._blocks / shard)
        try:
            size = os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
            os.unlink(name, dir_fd=folder)
        finally:
            os.close(folder)
        return size

    def _files(self) -> Iterator[tuple[str, str]]:
        for shard in self._listed(self._blocks):
            path = self._blocks / shard
            # A file among the shards has no name inside one, and is reported.
            for name in self._listed(path) if path.is_dir() else [""]:
                yield shard, name

    def _listed(self, folder: Path) -> list[str]:
        with blockfiles.faults(self._name, writing=False):
            return sorted(os.listdir(folder))

    def _check(self, file: tuple[str, str]) -> list[tuple[str, Problem]]:
        shard, name = file
        if not _is_block(shard, name):
            return [(f"{shard}/{name}", "unexpected")]
        cid = Cid(RAW, bytes.fromhex(name))
        try:
            self._fetch(cid)
        except BlockCorrupt:
            return [(str(cid), "corrupt")]
        except BlockMissing:
            # Collected since it was listed; if a pin needs it, that is found below.
            return []
        return []

    def _follow(
        self, pin: str, found: dict[tuple[str, Problem], set[str]]
    ) -> Iterator[tuple[str, Problem]]:
        try:
            for link in Dag(parse(pin), self._fetch).links():
                block = str(Cid(RAW, link.cid.digest))
                if (block, "corrupt") in found:
                    yield block, "corrupt"
                elif not blockfiles.holds(self._blocks, blockfiles.file_name(link.cid)):
                    yield str(link.cid), "missing"
        except BlockMissing as err:
            yield str(err.values["cid"]), "missing"
        except BlockCorrupt as err:
            yield str(Cid(RAW, parse(str(err.values["cid"])).digest)), "corrupt"
        except CidInvalid:
            yield pin, "corrupt"


def _is_block(shard: str, name: str) -> bool:
    return bool(_BLOCK_NAME.fullmatch(name)) and blockfiles.shard_name(name) == shard
