"""The default store: a folder of blocks that needs no daemon and yields Kubo's CIDs (R51).

    chartkey-store.json    format and import profile
    blocks/ab/abcd…        one file a block, named by its digest in hexadecimal
    pins/bafy…             one empty file a pinned root, named by its CID
    staging/…              blocks of files that are being written

Folders are made with mode 0700 and files with 0600. The folder may be used by
several processes at once.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    StoreUnavailable,
)
from chartkey.storage import blockfiles
from chartkey.storage.cid import Cid, parse
from chartkey.storage.pipeline import ordered
from chartkey.storage.staging import Staging, grouped
from chartkey.storage.store import Added, BlockStore
from chartkey.storage.unixfs import UNIXFS_V1_2025, Block
from chartkey.storage.upkeep import Collected, Counter, Fault, Upkeep, is_pin, locked

__all__ = ["EmbeddedStore"]

_MARKER: Final = "chartkey-store.json"
_FORMAT: Final = {"format": 1, "profile": UNIXFS_V1_2025.name}
_PARTS: Final = ("blocks", "pins", "staging")
# Flushes that wait together share the disk's time: more of them than there are cores.
_FLUSHES: Final = 8


class EmbeddedStore(BlockStore):
    """A store in a folder of this machine.

    Args:
        folder: Made if it is missing; otherwise empty, or a store already.

    Raises:
        StoreFull: No room to make it.
        StoreReadOnly: It is not there and may not be made.
        StoreUnavailable: Something else lies there, or another release's store.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        # Resolved once: below it no link is followed, and a later chdir moves nothing.
        self._folder = Path(os.path.realpath(folder))
        self._blocks, self._pins, self._staging = (self._folder / part for part in _PARTS)
        self.name = f"store {self._folder.name!r}"
        with blockfiles.faults(self.name, writing=False):
            self._prepare()
        self._upkeep = Upkeep(self._folder, self.name, self.fetch)

    def has(self, cid: str) -> bool:
        """See ``Store.has``."""
        try:
            return all(self._holds(link.cid) for link in self._dag(cid).links())
        except (BlockMissing, BlockCorrupt):
            return False

    def pin(self, cid: str) -> None:
        """See ``Store.pin``.

        Raises:
            CidInvalid: Not an accepted CID, or it names no file.
            BlockMissing: The file is not here, or not whole.
            BlockCorrupt: A block on disk is not its CID's.
            StoreFull: No room for the pin.
            StoreReadOnly: The folder may not be written.
            StoreUnavailable: The operating system refused.
        """
        dag = self._dag(cid)
        with blockfiles.faults(self.name), locked(self._pins):
            for link in dag.links():
                if not self._holds(link.cid):
                    raise BlockMissing(cid=str(link.cid), store=self.name)
            self._write_pin(dag.root)

    def unpin(self, cid: str) -> None:
        """See ``Store.unpin``."""
        name = str(parse(cid))
        with blockfiles.faults(self.name), locked(self._pins), suppress(FileNotFoundError):
            os.unlink(self._pins / name)
            blockfiles.flush_folder(self._pins)

    def pins(self) -> list[str]:
        """See ``Store.pins``."""
        return [name for name in self._listed(self._pins) if is_pin(name)]

    def verify(self, counter: Counter | None = None) -> Iterator[Fault]:
        """Read every block and follow every pin; yield what is wrong, and whom it concerns.

        Args:
            counter: Is told how many blocks have been read.

        Raises:
            StoreUnavailable: A block cannot be read at all.
        """
        yield from self._upkeep.verify(counter)

    def collect(self, counter: Counter | None = None) -> Collected:
        """Remove the blocks that no pin leads to; writers and readers may be at work.

        Args:
            counter: Is told how many blocks have been removed.

        Raises:
            BlockMissing, BlockCorrupt: A pin is damaged, so that it is not known
                what it leads to; nothing was removed. Repair or unpin it first.
            StoreReadOnly: The folder may not be written.
            StoreUnavailable: The operating system refused.
        """
        return self._upkeep.collect(counter)

    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """See ``BlockStore.write_checked``.

        Raises:
            CidInvalid: There was no block.
        """
        root = None
        with Staging(self._staging, self._blocks, self.name) as staging:
            groups = grouped(blocks)
            for block in ordered(staging.put, groups, ahead=_FLUSHES, threads=_FLUSHES):
                root = block
            if root is None:
                raise CidInvalid(problem="there is no block to write")
            with blockfiles.faults(self.name), locked(self._pins):
                staging.commit(root)
                self._write_pin(root.cid)
        return Added(str(root.cid), root.size)

    def fetch(self, cid: Cid) -> bytes:
        """See ``BlockStore.fetch``.

        Raises:
            BlockMissing: It is not in the store.
            BlockCorrupt: What lies there is not the CID's.
            StoreUnavailable: The operating system refused.
        """
        try:
            data = blockfiles.read(self._blocks, blockfiles.file_name(cid))
        except FileNotFoundError as err:
            raise BlockMissing(cid=str(cid), store=self.name) from err
        except blockfiles.NotABlock as err:
            raise BlockCorrupt(cid=str(cid), store=self.name) from err
        except OSError as err:
            raise self._unavailable(err.strerror or type(err).__name__) from err
        return self._verified(cid, data)

    def _holds(self, cid: Cid) -> bool:
        with blockfiles.faults(self.name, writing=False):
            return blockfiles.holds(self._blocks, blockfiles.file_name(cid))

    def _listed(self, folder: Path) -> list[str]:
        with blockfiles.faults(self.name, writing=False):
            return sorted(os.listdir(folder))

    def _write_pin(self, root: Cid) -> None:
        with blockfiles.faults(self.name):
            folder = blockfiles.open_folder(self._pins)
            try:
                with suppress(FileExistsError):
                    blockfiles.create(folder, str(root), b"")
                os.fsync(folder)
            finally:
                os.close(folder)

    def _prepare(self) -> None:
        try:
            found = set(os.listdir(self._folder))
        except FileNotFoundError:
            found = set()
        except NotADirectoryError as err:
            raise self._unavailable("it is not a folder") from err
        if _MARKER not in found:
            with blockfiles.faults(self.name):
                self._found(found)
        self._check_marker()
        for path in (self._blocks, self._pins, self._staging):
            # A link here would carry writes out of the store (T13).
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise self._unavailable("its folders have been replaced")

    def _found(self, found: set[str]) -> None:
        """Make the store; one whose making was interrupted is completed."""
        if any(name not in _PARTS and not name.startswith(_MARKER) for name in found):
            raise self._unavailable("the folder holds other files and no store")
        os.makedirs(self._folder, blockfiles.FOLDER_MODE, exist_ok=True)
        for part in _PARTS:
            with suppress(FileExistsError):
                os.mkdir(self._folder / part, blockfiles.FOLDER_MODE)
        folder = blockfiles.open_folder(self._folder)
        try:
            temporary = f"{_MARKER}.{secrets.token_hex(8)}"
            blockfiles.create(folder, temporary, json.dumps(_FORMAT).encode())
            os.rename(temporary, _MARKER, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        finally:
            os.close(folder)
        with suppress(PermissionError):
            blockfiles.flush_folder(self._folder.parent)

    def _check_marker(self) -> None:
        try:
            found = json.loads((self._folder / _MARKER).read_bytes())
        except ValueError as err:
            raise self._unavailable(f"its {_MARKER} is damaged") from err
        if found != _FORMAT:
            raise self._unavailable("it is of a format that this release does not know")

    def _unavailable(self, problem: str) -> StoreUnavailable:
        return StoreUnavailable(store=self.name, problem=problem)
