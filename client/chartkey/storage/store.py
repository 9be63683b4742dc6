"""What every store can do, whatever stands behind it."""

from __future__ import annotations

import io
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import BinaryIO, NamedTuple, Protocol

from chartkey.errors import BlockCorrupt, CidInvalid
from chartkey.storage.cid import Cid, parse
from chartkey.storage.dag import Dag
from chartkey.storage.dagpb import Entry
from chartkey.storage.folder import entries, folder_blocks, write_folder
from chartkey.storage.newfile import new_file
from chartkey.storage.pipeline import ordered
from chartkey.storage.reader import DagReader
from chartkey.storage.unixfs import MAX_BLOCK, UNIXFS_V1_2025, Block, Profile, blocks

__all__ = ["Added", "BlockStore", "Store", "replicate"]


class Added(NamedTuple):
    """What came of storing a file: its root CID as text, and its length in bytes."""

    cid: str
    size: int


class Store(Protocol):
    """A place for immutable files, each named by the CID of its content.

    Nothing read from a store is believed: every block is compared with its CID,
    wherever it came from (R51, T01). A file is stored whole or not at all, and
    its CID is Kubo's under the profile ``unixfs-v1-2025``.
    """

    @property
    def name(self) -> str:
        """What messages call this store; it holds no path and no credential."""

    def add(self, source: BinaryIO, profile: Profile = UNIXFS_V1_2025) -> Added:
        """Store a file and pin it.

        Args:
            source: Read to its end, once, from where it stands; never closed. What
                it raises comes through unchanged, and nothing is stored.
            profile: What decides the CID: one of ``PROFILES``.

        Raises:
            StoreFull: No room; what had been written was removed again.
            StoreReadOnly: The store may not be written.
            StoreUnavailable: The store does not answer.
            BlockCorrupt: The store filed the bytes under another CID.
        """

    def add_folder(self, path: str | os.PathLike[str], profile: Profile = UNIXFS_V1_2025) -> Added:
        """Store a local folder with everything in it, and pin it; the size is its files'.

        Raises:
            FolderInvalid: No folder, or it holds something that is neither file nor
                folder, or a name that cannot be given back.
            StoreFull: No room; what had been written was removed again.
            StoreReadOnly: The store may not be written.
            StoreUnavailable: The store does not answer.
            BlockCorrupt: The store filed the bytes under another CID.
            OSError: A file cannot be read.
        """

    def entries(self, cid: str) -> list[Entry]:
        """Return a folder's entries, sorted by name; names are plain file names (T13).

        Raises:
            CidInvalid: Not an accepted CID, it names no folder, or one with other names.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """

    def read_folder(
        self, cid: str, target: str | os.PathLike[str], limit: int | None = None
    ) -> int:
        """Write a folder to a new local one, all verified, and return its files' bytes.

        It appears under its name when it is whole; a failure leaves nothing.

        Args:
            cid: The folder.
            target: Where it goes; nothing is there yet.
            limit: The most file bytes the caller will take.

        Raises:
            FileExists: ``target`` is there already.
            CidInvalid: Not an accepted CID, it names no folder, one over the limit,
                or one with names that are not plain file names (T13).
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
            OSError: It cannot be written.
        """

    def open(self, cid: str) -> BinaryIO:
        """Return a seekable stream of a file; bytes are verified before they are handed out.

        Raises:
            CidInvalid: Not an accepted CID, or it names no file.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """

    def read(self, cid: str, target: BinaryIO, limit: int | None = None) -> int:
        """Write a file's verified bytes to ``target``, in order, and return how many.

        Blocks before a missing or corrupt one have been written by the time it
        raises: they are the file's, but not all of it. What ``target`` raises
        comes through unchanged.

        Args:
            cid: The file.
            target: Where the bytes go; never closed.
            limit: The most bytes the caller will take; a longer file is refused
                before anything is written.

        Raises:
            CidInvalid: Not an accepted CID, it names no file, or one over the limit.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """

    def has(self, cid: str) -> bool:
        """Tell whether a file or folder is here, as far as the store can tell without reading it.

        The embedded store looks for every block; a remote one is asked for the root,
        which is written after everything below it.

        Raises:
            CidInvalid: Not an accepted CID.
            StoreUnavailable: The store does not answer.
        """

    def pin(self, cid: str) -> None:
        """Keep a file that is here; pinning twice is pinning once.

        Raises:
            CidInvalid: Not an accepted CID, or it names no file.
            BlockMissing: The file is not here, or not whole.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreFull: No room for the pin.
            StoreReadOnly: The store may not be written.
            StoreUnavailable: The store does not answer.
        """

    def unpin(self, cid: str) -> None:
        """Let a file be collected; what is not pinned is left as it is.

        Raises:
            CidInvalid: Not an accepted CID.
            StoreReadOnly: The store may not be written.
            StoreUnavailable: The store does not answer.
        """

    def pins(self) -> list[str]:
        """Return the pinned CIDs as text, sorted.

        Raises:
            StoreUnavailable: The store does not answer.
        """

    def blocks(self, cid: str, *, parents_first: bool = False) -> Iterator[Block]:
        """Yield the verified blocks of a file or folder; the last is the root.

        Children come before their parents; with ``parents_first`` the root comes
        first and all others after the node that leads to them.

        Raises:
            CidInvalid: Not an accepted CID, or it names neither.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """

    def write(self, blocks: Iterable[Block]) -> Added:
        """Take a file as blocks, the last of which is its root, and pin it.

        Raises:
            CidInvalid: There was no block.
            BlockCorrupt: A block is not its CID's; nothing was kept.
            StoreFull: No room; what had been written was removed again.
            StoreReadOnly: The store may not be written.
            StoreUnavailable: The store does not answer.
        """

    def close(self) -> None:
        """Give back what is held open; the next use takes it again."""


class BlockStore(ABC):
    """The half of a store that follows from fetching and writing single blocks."""

    name: str

    @property
    def is_writable(self) -> bool:
        """Whether files can be put here at all."""
        return True

    @abstractmethod
    def fetch(self, cid: Cid) -> bytes:
        """Return a block's bytes, verified: never more than ``MAX_BLOCK``.

        Raises:
            BlockMissing: It is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """

    @abstractmethod
    def has(self, cid: str) -> bool:
        """See ``Store.has``."""

    @abstractmethod
    def pin(self, cid: str) -> None:
        """See ``Store.pin``."""

    @abstractmethod
    def unpin(self, cid: str) -> None:
        """See ``Store.unpin``."""

    @abstractmethod
    def pins(self) -> list[str]:
        """See ``Store.pins``."""

    @abstractmethod
    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """Keep and pin blocks that are known to be their CIDs'; otherwise see ``Store.write``."""

    def add(self, source: BinaryIO, profile: Profile = UNIXFS_V1_2025) -> Added:
        """See ``Store.add``."""
        return self.write_checked(blocks(source, profile))

    def add_folder(self, path: str | os.PathLike[str], profile: Profile = UNIXFS_V1_2025) -> Added:
        """See ``Store.add_folder``."""
        return self.write_checked(folder_blocks(path, profile))

    def write(self, blocks: Iterable[Block]) -> Added:
        """See ``Store.write``."""
        return self.write_checked(ordered(self._checked, blocks))

    def open(self, cid: str) -> BinaryIO:
        """See ``Store.open``."""
        return io.BufferedReader(DagReader(self._dag(cid)))

    def is_folder(self, cid: str) -> bool:
        """Tell whether a CID names a folder; fetches its root.

        Raises:
            CidInvalid: Not an accepted CID, or it names neither file nor folder.
            BlockMissing: The root is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """
        return self._dag(cid).is_folder

    def save(self, cid: str, target: str | os.PathLike[str]) -> int:
        """Write a file, verified, to a new local one (mode 0600), and return how many bytes.

        It appears under its name when it is whole and on disk; a failure leaves nothing.

        Raises:
            FileExists: ``target`` is there already.
            CidInvalid: Not an accepted CID, or it names no file.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
            OSError: It cannot be written.
        """
        with new_file(target) as file:
            return self.read(cid, file)

    def entries(self, cid: str) -> list[Entry]:
        """See ``Store.entries``."""
        return entries(self._dag(cid))

    def read_folder(
        self, cid: str, target: str | os.PathLike[str], limit: int | None = None
    ) -> int:
        """See ``Store.read_folder``."""
        return write_folder(self._dag(cid), target, limit)

    def read(self, cid: str, target: BinaryIO, limit: int | None = None) -> int:
        """See ``Store.read``.

        Raises:
            CidInvalid: Not an accepted CID, it names no file, or one over the limit.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """
        dag = self._dag(cid)
        if limit is not None and dag.size > limit:
            raise CidInvalid(problem=f"it names a file of more than {limit} bytes")
        written = 0
        with closing(dag.chunks()) as chunks:
            for chunk in chunks:
                target.write(chunk)
                written += len(chunk)
        return written

    def blocks(self, cid: str, *, parents_first: bool = False) -> Iterator[Block]:
        """See ``Store.blocks``."""
        return self._dag(cid).blocks(parents_first=parents_first)

    def close(self) -> None:
        """See ``Store.close``."""
        return

    def _dag(self, cid: str) -> Dag:
        return Dag(parse(cid), self.fetch)

    def _checked(self, block: Block) -> Block:
        self._verified(block.cid, block.data)
        return block

    def _verified(self, cid: Cid, data: bytes) -> bytes:
        if len(data) > MAX_BLOCK or not cid.names(data):
            raise BlockCorrupt(cid=str(cid), store=self.name)
        return data


def replicate(cid: str, source: Store, target: Store) -> Added:
    """Copy a file from one store to another and pin it there.

    Each block is verified when it leaves ``source``; a block that ``target``
    holds damaged is replaced.

    Raises:
        CidInvalid: Not an accepted CID, or it names no file.
        BlockMissing: ``source`` lacks a block; nothing was kept in ``target``.
        BlockCorrupt: A block is not its CID's; nothing was kept in ``target``.
        StoreFull: ``target`` has no room.
        StoreReadOnly: ``target`` may not be written.
        StoreUnavailable: A store does not answer.
    """
    return target.write(source.blocks(cid))
