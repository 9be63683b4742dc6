"""Blocks that wait, outside the store proper, until the whole file is on disk.

Every writer has a folder of its own under ``staging/``. When all its blocks are
flushed they are renamed into place, the root last; a writer that fails removes
its folder, and the folder of one that was killed is removed by the next writer.
So a failed or killed write leaves nothing behind but, at worst, whole blocks
that no pin names.

A block that the store holds already gets a second name (a hard link) in the
writer's folder and is moved with the others: should it be collected meanwhile,
the move brings it back, and its folder entry is flushed whoever wrote it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chartkey.storage import blockfiles
from chartkey.storage.pipeline import ordered
from chartkey.storage.unixfs import Block

__all__ = ["Staging", "grouped", "sweep"]

_GROUP: Final = 32
_GROUP_BYTES: Final = 1 << 20


class Staging:
    """One writer's folder, from its first block to the last rename."""

    def __init__(self, folder: Path, blocks: Path, store: str) -> None:
        self._parent = folder
        self._blocks = blocks
        self._store = store

    def __enter__(self) -> Self:
        with blockfiles.faults(self._store):
            sweep(self._parent)
            self._folder, self._handle = self._claim()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Removed before the lock is let go, so that no sweep meets it half removed.
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._handle)

    def put(self, group: list[Block]) -> Block:
        """Write blocks, at least one, and flush them; return the last.

        What the store already holds intact is linked.

        Raises:
            StoreFull: No room.
            StoreReadOnly: Not allowed to write.
            StoreUnavailable: The operating system refused.
        """
        with blockfiles.faults(self._store):
            for block in group:
                name = blockfiles.file_name(block.cid)
                if not self._link(name, block.data):
                    self._create(name, block.data)
        return group[-1]

    def commit(self, root: Block) -> None:
        """Move every block into the store, the root last, and make the moves durable.

        Raises:
            StoreFull: No room for another folder entry.
            StoreReadOnly: Not allowed to write.
            StoreUnavailable: The operating system refused.
        """
        last = blockfiles.file_name(root.cid)
        with blockfiles.faults(self._store):
            names = os.listdir(self._handle)
            self._move([name for name in names if name != last])
            # Whoever finds the root may count on everything below it.
            self._move([name for name in names if name == last])

    def _link(self, name: str, data: bytes) -> bool:
        try:
            shard = blockfiles.open_folder(f"{self._blocks}/{blockfiles.shard_name(name)}")
        except FileNotFoundError:
            return False
        try:
            os.link(name, name, src_dir_fd=shard, dst_dir_fd=self._handle, follow_symlinks=False)
        except FileExistsError:
            return True
        except OSError:
            # Not there, or on a file system without links: it is written.
            return False
        finally:
            os.close(shard)
        return self._is_intact(name, data)

    def _is_intact(self, name: str, data: bytes) -> bool:
        try:
            # Bytes, not the mere name: writing a file again repairs a damaged block.
            if blockfiles.read_from(self._handle, name) == data:
                return True
        except blockfiles.NotABlock:
            pass
        os.unlink(name, dir_fd=self._handle)
        return False

    def _create(self, name: str, data: bytes) -> None:
        try:
            blockfiles.create(self._handle, name, data)
        except FileExistsError:
            # The same block twice in one file, perhaps being written by another thread.
            return

    def _move(self, names: list[str]) -> None:
        shards: dict[str, list[str]] = {}
        for name in names:
            shards.setdefault(blockfiles.shard_name(name), []).append(name)
        if self._make_shards(list(shards)):
            blockfiles.flush_folder(self._blocks)
        for shard, group in shards.items():
            self._rename(shard, group)
        for _ in ordered(blockfiles.flush_folder, [self._blocks / shard for shard in shards]):
            pass

    def _make_shards(self, shards: list[str]) -> bool:
        made = False
        for shard in shards:
            try:
                os.mkdir(self._blocks / shard, blockfiles.FOLDER_MODE)
                made = True
            except FileExistsError:
                continue
        return made

    def _rename(self, shard: str, names: list[str]) -> None:
        folder = blockfiles.open_folder(self._blocks / shard)
        try:
            for name in names:
                os.rename(name, name, src_dir_fd=self._handle, dst_dir_fd=folder)
        finally:
            os.close(folder)

    def _claim(self) -> tuple[Path, int]:
        """Make and lock a folder; a sweep may take it in between, then make another."""
        while True:
            folder = self._parent / secrets.token_hex(8)
            os.mkdir(folder, blockfiles.FOLDER_MODE)
            handle = _lock(folder)
            if handle is not None:
                return folder, handle


def grouped(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield small blocks together: handing each to a thread costs more than writing it."""
    group: list[Block] = []
    size = 0
    for block in blocks:
        group.append(block)
        size += len(block.data)
        if size >= _GROUP_BYTES or len(group) == _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def sweep(parent: Path) -> None:
    """Remove the folders of writers that no longer live: nobody holds their lock.

    Raises:
        OSError: The folder cannot be read.
    """
    for folder in parent.iterdir():
        handle = _lock(folder)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


def _lock(folder: Path) -> int | None:
    """Return the folder's descriptor with its lock held, or None if it is taken or gone."""
    try:
        handle = blockfiles.open_folder(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.stat(folder).st_ino == os.fstat(handle).st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None
