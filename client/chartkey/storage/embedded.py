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
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CidInvalid,
    StoreUnavailable,
)
from chartkey.storage import blockfiles
from chartkey.storage.cid import RAW, Cid, parse
from chartkey.storage.pipeline import ordered
from chartkey.storage.staging import Staging
from chartkey.storage.store import Added, BlockStore
from chartkey.storage.unixfs import UNIXFS_V1_2025, Block, Dag

__all__ = ["EmbeddedStore", "Fault"]

_MARKER: Final = "chartkey-store.json"
_FORMAT: Final = {"format": 1, "profile": UNIXFS_V1_2025.name}
_PARTS: Final = ("blocks", "pins", "staging")
_BLOCK_NAME: Final = re.compile("[0-9a-f]{64}")


class Fault(NamedTuple):
    """One thing that ``EmbeddedStore.verify`` found.

    ``what`` is the block's or the pin's CID (a stored block is named by its raw
    CID, as its codec is not known), or the name of a file that does not belong.
    """

    what: str
    problem: Literal["corrupt", "missing", "unexpected"]


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

    def has(self, cid: str) -> bool:
        """See ``Store.has``."""
        return self._holds(parse(cid))

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
        root = parse(cid)
        for link in Dag(root, self._fetch).links():
            if not self._holds(link.cid):
                raise BlockMissing(cid=str(link.cid), store=self.name)
        self._write_pin(root)

    def unpin(self, cid: str) -> None:
        """See ``Store.unpin``."""
        name = str(parse(cid))
        with blockfiles.faults(self.name), suppress(FileNotFoundError):
            os.unlink(self._pins / name)
            blockfiles.flush_folder(self._pins)

    def pins(self) -> list[str]:
        """See ``Store.pins``."""
        return [name for name in self._listed(self._pins) if _is_pin(name)]

    def verify(self) -> Iterator[Fault]:
        """Read every block and follow every pin; yield what is wrong, as it is found.

        Raises:
            StoreUnavailable: A block cannot be read at all.
        """
        for faults in ordered(self._check_block, self._block_files()):
            yield from faults
        for name in self._listed(self._pins):
            if _is_pin(name):
                yield from self._check_pin(name)
            else:
                yield Fault(name, "unexpected")

    def _write(self, blocks: Iterable[Block]) -> Added:
        root = None
        with Staging(self._staging, self._blocks, self.name) as staging:
            for block in ordered(staging.put, blocks):
                root = block
            if root is None:
                raise CidInvalid(problem="there is no block to write")
            staging.commit(root)
        self._write_pin(root.cid)
        return Added(str(root.cid), root.size)

    def _fetch(self, cid: Cid) -> bytes:
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

    def _block_files(self) -> Iterator[tuple[str, str]]:
        for shard in self._listed(self._blocks):
            path = self._blocks / shard
            # A file among the shards has no name inside one, and is reported.
            for name in self._listed(path) if path.is_dir() else [""]:
                yield shard, name

    def _check_block(self, file: tuple[str, str]) -> list[Fault]:
        shard, name = file
        if not _BLOCK_NAME.fullmatch(name) or blockfiles.shard_name(name) != shard:
            return [Fault(f"{shard}/{name}", "unexpected")]
        cid = Cid(RAW, bytes.fromhex(name))
        try:
            self._fetch(cid)
        except (BlockCorrupt, BlockMissing):
            return [Fault(str(cid), "corrupt")]
        return []

    def _check_pin(self, name: str) -> Iterator[Fault]:
        try:
            for link in Dag(parse(name), self._fetch).links():
                if not self._holds(link.cid):
                    yield Fault(str(link.cid), "missing")
        except BlockMissing as err:
            yield Fault(str(err.values["cid"]), "missing")
        except (BlockCorrupt, CidInvalid):
            yield Fault(name, "corrupt")

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


def _is_pin(name: str) -> bool:
    try:
        return str(parse(name)) == name
    except CidInvalid:
        return False
