"""Block files on disk: where a block lies, and how one is read and made durable.

Names are made here from a block's digest, never from what a caller passed, and
no symbolic link is followed below the store's folder (T13). A block lies in one
of 256 folders named by its digest's first byte.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chartkey.errors import StorageError, StoreFull, StoreReadOnly, StoreUnavailable
from chartkey.storage.cid import Cid
from chartkey.storage.unixfs import MAX_BLOCK

__all__ = [
    "FILE_MODE",
    "FOLDER_MODE",
    "NotABlock",
    "create",
    "faults",
    "file_name",
    "flush_folder",
    "holds",
    "open_folder",
    "read",
    "read_from",
    "shard_name",
]

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600

_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a planted FIFO would wait for a writer for ever.
_READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

# Whole leaves; smaller files gain nothing.
_DIRECT: Final = 1 << 20
_O_DIRECT: Final = getattr(os, "O_DIRECT", 0)
_PAGE: Final = mmap.PAGESIZE

# EFBIG: the quota of a process (RLIMIT_FSIZE) ends a write as a full disk does.
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY: Final = {errno.EROFS, errno.EACCES, errno.EPERM}


class _Aligned(threading.local):
    """A page-aligned buffer for each thread that writes."""

    def __init__(self) -> None:
        self.buffer = memoryview(mmap.mmap(-1, MAX_BLOCK))


_ALIGNED: Final = _Aligned()


class NotABlock(Exception):
    """What lies under a block's name is a link, a folder, a device, or too large."""


@contextmanager
def faults(store: str, *, writing: bool = True) -> Iterator[None]:
    """Turn the operating system's refusals into the store's.

    Raises:
        StoreFull: While writing: no room, or a quota is used up.
        StoreReadOnly: While writing: not allowed to.
        StoreUnavailable: Anything else, with the system's own word for it.
    """
    try:
        yield
    except OSError as err:
        raise _fault(err, store, writing) from err


def file_name(cid: Cid) -> str:
    """Return the name of a block's file: 64 hexadecimal digits."""
    return cid.digest.hex()


def shard_name(name: str) -> str:
    """Return the folder a block's file lies in: the first two digits of ``name``."""
    return name[:2]


def open_folder(path: Path | str) -> int:
    """Open a folder that is not a symbolic link; the caller closes the descriptor.

    Raises:
        OSError: It is missing, a link, or not a folder.
    """
    return os.open(path, _FOLDER_FLAGS)


def read(blocks: Path, name: str) -> bytes:
    """Return the bytes of the block file ``name``, unverified.

    Raises:
        FileNotFoundError: There is none.
        NotABlock: Something else lies there.
        OSError: It cannot be read.
    """
    try:
        shard = open_folder(f"{blocks}/{shard_name(name)}")
    except OSError as err:
        raise _unlike(err) from err
    try:
        return read_from(shard, name)
    finally:
        os.close(shard)


def read_from(folder: int, name: str) -> bytes:
    """Return the bytes of a block file in an open folder, unverified.

    Raises:
        FileNotFoundError: There is none.
        NotABlock: Something else lies there.
        OSError: It cannot be read.
    """
    try:
        handle = os.open(name, _READ_FLAGS, dir_fd=folder)
    except OSError as err:
        raise _unlike(err) from err
    with open(handle, "rb", buffering=0) as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BLOCK:
            raise NotABlock
        return _read_all(file.fileno(), status.st_size)


def holds(blocks: Path, name: str) -> bool:
    """Tell whether a regular file lies under a block's name; its bytes are not read.

    Raises:
        OSError: The folder cannot be searched.
    """
    try:
        shard = open_folder(blocks / shard_name(name))
    except OSError as err:
        if err.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
            return False
        raise
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=shard, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False
    finally:
        os.close(shard)


def create(folder: int, name: str, data: bytes) -> None:
    """Write a new file in an open folder and wait until its bytes are on disk.

    Raises:
        FileExistsError: The name is taken.
        OSError: It cannot be written.
    """
    handle = os.open(name, _CREATE_FLAGS, FILE_MODE, dir_fd=folder)
    try:
        view = memoryview(data)
        if len(data) >= _DIRECT and len(data) % _PAGE == 0:
            view = view[_write_direct(handle, view) :]
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(path: Path) -> None:
    """Wait until a folder's entries are on disk: a rename is durable only then.

    Raises:
        OSError: It is missing, a link, or cannot be flushed.
    """
    handle = open_folder(path)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unlike(err: OSError) -> Exception:
    is_other = err.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO)
    return NotABlock() if is_other else err


def _write_direct(handle: int, view: memoryview) -> int:
    """Write past the page cache, and return how many bytes; 0 where there is no such way.

    The bytes go to the disk from a buffer that is aligned as it wants them, without a
    pass through pages that would have to be found, filled and written back.
    """
    flags = fcntl.fcntl(handle, fcntl.F_GETFL)
    try:
        fcntl.fcntl(handle, fcntl.F_SETFL, flags | _O_DIRECT)
        aligned = _ALIGNED.buffer[: len(view)]
        aligned[:] = view
        return os.write(handle, aligned)
    except OSError as err:
        # File systems differ in whether and how they refuse; a full disk is one everywhere.
        if err.errno == errno.EINVAL:
            return 0
        raise
    finally:
        fcntl.fcntl(handle, fcntl.F_SETFL, flags)


def _read_all(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _fault(err: OSError, store: str, writing: bool) -> StorageError:
    if writing and err.errno in _FULL:
        return StoreFull(store=store)
    if writing and err.errno in _READ_ONLY:
        return StoreReadOnly(store=store)
    return StoreUnavailable(store=store, problem=err.strerror or type(err).__name__)
