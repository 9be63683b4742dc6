"""A local file that appears under its name when it is whole and on disk, or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from chartkey.errors import FileExists

__all__ = ["new_file"]

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def new_file(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file (mode 0600) beside ``path``, and give it that name at the end.

    Raises:
        FileExists: There is something of that name, and it is not to be replaced.
        OSError: It cannot be written.
    """
    target = Path(path)
    if not overwrite and os.path.lexists(target):
        raise FileExists(path=target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, _FLAGS, 0o600)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(handle)
        _publish(temporary, target, overwrite)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _publish(temporary: Path, target: Path, overwrite: bool) -> None:
    try:
        # Fails where something has appeared meanwhile; a rename would replace it.
        os.link(temporary, target) if not overwrite else os.rename(temporary, target)
    except FileExistsError as err:
        raise FileExists(path=target) from err
    except PermissionError:
        # Sticks formatted for cameras know no second name.
        os.rename(temporary, target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
