"""Where a key file's passphrase comes from, so that it stands in no code and no command line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from chartkey.errors import KeyfileUnsafe, PassphraseMissing

__all__ = ["find_passphrase"]

VARIABLE = "CHARTKEY_PASSPHRASE_FILE"


def find_passphrase(keyfile: str | os.PathLike[str], given: str | None = None) -> str:
    """Return the passphrase of a key file.

    In this order: ``given``; the file that the environment variable
    ``CHARTKEY_PASSPHRASE_FILE`` names; a file ``passphrase`` beside the key file. Such a file
    holds one line and has mode 0600.

    Raises:
        PassphraseMissing: there is none.
        KeyfileUnsafe: the passphrase file may be read by others (T27).
    """
    if given is not None:
        return given
    named = os.environ.get(VARIABLE)
    path = Path(named) if named else Path(keyfile).parent / "passphrase"
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeyfileUnsafe(path=path, mode=f"{mode:04o}")
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as err:
        raise PassphraseMissing(path=Path(keyfile)) from err
