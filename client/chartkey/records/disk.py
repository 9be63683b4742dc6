"""Plaintext on disk: nameless while it is read, private and never half when it is saved."""

from __future__ import annotations

import errno
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from chartkey.errors import (
    FileExists,
    RecordInvalid,
    StorageError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.records.limits import LIMITS

__all__ = ["Window", "copy_to_scratch", "save", "save_all", "scratch_file"]

_STEP = 1 << 18


class Window(io.RawIOBase):
    """A reader with its own position over part of a shared file."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can seek: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the window; return how many bytes, 0 at its end."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(self._length - self._position, 0))
        self._file.seek(self._start + self._position)
        data = self._file.read(wanted)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position counted in bytes from the window's start; return it."""
        base = {io.SEEK_CUR: self._position, io.SEEK_END: self._length}.get(whence, 0)
        self._position = max(base + offset, 0)
        return self._position


class _Scratch(tempfile.SpooledTemporaryFile[bytes]):
    """A spool that may simply be forgotten: it has no name that could be left behind.

    Whoever still reads from it, such as a pydicom data set, keeps it alive.
    """

    def __del__(self) -> None:
        self.close()


def scratch_file(folder: str | os.PathLike[str] | None = None) -> BinaryIO:
    """Return an empty file to decrypt into: in memory up to 8 MiB, then nameless on disk.

    ``folder`` is where it goes, the system's temporary folder if not given.
    Nobody else can open it, and it is gone when closed. Never raises.
    """
    place = None if folder is None else os.fspath(folder)
    return cast(BinaryIO, _Scratch(max_size=LIMITS.spool_bytes, dir=place))


def copy_to_scratch(
    stream: BinaryIO, length: int, *, folder: str | os.PathLike[str] | None, source: str
) -> BinaryIO:
    """Return a scratch file with the next ``length`` bytes of a stream.

    Raises:
        RecordInvalid: the stream ends before.
        StoreFull: the disk has no room.
        StoreReadOnly: the folder may not be written.
        StoreUnavailable: another fault of the folder.
    """
    target = scratch_file(folder)
    left = length
    try:
        while left and (piece := stream.read(min(_STEP, left))):
            target.write(piece)
            left -= len(piece)
    except OSError as err:
        target.close()
        raise _disk_error(err, "the scratch folder") from err
    if left:
        target.close()
        raise RecordInvalid(source=source, problem="it has not the length it declares")
    return target


def save(target: Path, content: BinaryIO, *, overwrite: bool) -> None:
    """Write a stream to a file of mode 0600 that appears under its name when it is whole.

    Raises:
        FileExists: something has that name, and ``overwrite`` is false.
        StoreFull: the disk has no room.
        StoreReadOnly: the folder may not be written.
        StoreUnavailable: there is no such folder, or another fault of the disk.
    """
    try:
        _write(target, content, overwrite)
    except FileExistsError as err:
        raise FileExists(path=str(target)) from err
    except OSError as err:
        raise _disk_error(err, str(target.parent)) from err


def save_all(folder: Path, files: Sequence[Callable[[], BinaryIO]]) -> None:
    """Write streams as files ``00001.dcm`` and so on into a new folder (mode 0700).

    The folder appears under its name when all are in it; names are this function's own (T13).

    Raises:
        FileExists: something has that name.
        StoreFull, StoreReadOnly, StoreUnavailable: as :func:`save`.
    """
    if os.path.lexists(folder):
        raise FileExists(path=str(folder))
    try:
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".chartkey-"))
        try:
            for number, opened in enumerate(files, 1):
                with opened() as content:
                    _write(draft / f"{number:05}.dcm", content, overwrite=False)
            os.rename(draft, folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as err:
        raise _disk_error(err, str(folder.parent)) from err


def _write(target: Path, content: BinaryIO, overwrite: bool) -> None:
    """Write beside the target, then give it the name in one step."""
    if not overwrite and os.path.lexists(target):
        raise FileExistsError
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".chartkey-")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file, _STEP)
            file.flush()
            os.fsync(handle)
        if not overwrite:
            # Fails if somebody took the name meanwhile; a link would not work on every disk.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(draft, target)
    finally:
        if os.path.lexists(draft):
            os.unlink(draft)


def _disk_error(err: OSError, place: str) -> StorageError:
    if err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(store=place)
    if err.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnly(store=place)
    return StoreUnavailable(store=place, problem=err.strerror or "a fault of the disk")
