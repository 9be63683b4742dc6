"""Files that a command writes for people: never over another, unless that was asked for."""

from __future__ import annotations

from pathlib import Path

from chartkey.errors import FileExists

__all__ = ["write_new"]


def write_new(path: Path, text: str, overwrite: bool) -> str:
    """Write a text file in UTF-8 and return its path as text.

    Raises:
        FileExists: something has that name, and ``overwrite`` is false.
        OSError: it cannot be written.
    """
    try:
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as err:
        raise FileExists(path=path) from err
    return str(path)
