"""Files that only their owner may read, written whole or not at all (T27)."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chartkey.errors import KeyfileExists, KeyfileInvalid, KeyfileUnsafe

__all__ = ["create", "read", "replace"]

MODE: Final = 0o600
_SIZE_LIMIT: Final = 1 << 20


def create(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write a new file durably, with mode 0600.

    Raises:
        KeyfileExists: there is one and ``overwrite`` was not asked for.
        OSError: it cannot be written; nothing is left behind.
    """
    with _written_aside(path, data) as aside:
        if overwrite:
            os.replace(aside, path)
            return
        try:
            # A link, unlike a rename, never takes the place of what is there.
            os.link(aside, path)
        except FileExistsError:
            raise KeyfileExists(path=path) from None


def read(path: Path, limit: int = _SIZE_LIMIT) -> bytes:
    """Return the file's content, at most ``limit`` bytes, if nobody else can read or write it.

    Raises:
        KeyfileUnsafe: its mode grants anything to group or others.
        KeyfileInvalid: it is missing, not a plain file, or over the limit, by default 1 MiB.
    """
    with _opened(path) as descriptor:
        return _read(path, descriptor, limit)


def replace(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace the file by ``change`` of its content; two at a time take turns.

    Raises:
        KeyfileUnsafe: as :func:`read`.
        KeyfileInvalid: as :func:`read`.
        OSError: it cannot be written; the old file stays.
    """
    path = path.resolve()
    with _locked(path) as descriptor:
        data = change(_read(path, descriptor))
        with _written_aside(path, data) as aside:
            os.replace(aside, path)


def _read(path: Path, descriptor: int, limit: int = _SIZE_LIMIT) -> bytes:
    # The open file is asked, not the path, which could change in between.
    status = os.fstat(descriptor)
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
        problem = f"it is not a plain file of at most {limit >> 20} MiB"
        raise KeyfileInvalid(path=path, problem=problem)
    if mode & 0o077:
        raise KeyfileUnsafe(path=path, mode=f"{mode:04o}")
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(limit)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as err:
        raise KeyfileInvalid(path=path, problem=err.strerror or "it cannot be read") from err
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Hold the file's lock; whoever waited for a file since replaced tries the new one."""
    while True:
        with _opened(path) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                yield descriptor
                return


@contextmanager
def _written_aside(path: Path, data: bytes) -> Iterator[Path]:
    """Write to a neighbour, fsynced; afterwards remove it and fsync the folder."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield aside
    finally:
        aside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
