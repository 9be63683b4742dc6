"""What folders take on disk, how they grow, and what is left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Sample", "Space", "measure"]

Sample = tuple[float, int]
"""When, Unix seconds, and how many bytes."""

_DAY: Final = 86_400
_LEAST: Final = 60.0
"""Seconds: what grew within fewer says nothing about a day."""


@dataclass(frozen=True, slots=True)
class Space:
    """A folder's size, what is free beside it, both in bytes, and its growth in bytes a day: None
    when there is nothing to compare with. ``measured`` tells whether growth is from an earlier
    look, and not the chain's whole size over its whole age.
    """

    folder: Path
    size: int
    free: int
    growth: int | None
    measured: bool

    @property
    def days(self) -> int | None:
        """In how many days it is full at this growth; None when it does not grow."""
        return self.free // self.growth if self.growth and self.growth > 0 else None


def measure(folder: Path, now: float, earlier: Sequence[Sample], age: float | None) -> Space:
    """Measure a folder.

    ``earlier`` are earlier samples, oldest first; ``age`` is that of what is in there, in seconds,
    for an average where there is none.

    Raises:
        OSError: the folder is not there, or may not be read.
    """
    size, free = _size(folder), shutil.disk_usage(folder).free
    for at, then in earlier:
        if now - at >= _LEAST:
            return Space(folder, size, free, int((size - then) * _DAY / (now - at)), True)
    whole = int(size * _DAY / age) if age and age >= _LEAST else None
    return Space(folder, size, free, whole, False)


def _size(folder: Path) -> int:
    """Return the bytes that a folder takes on disk, as ``du`` counts them."""

    def fail(err: OSError) -> None:
        # Files come and go under a running node; that the folder itself is away is an error.
        if Path(err.filename) == folder:
            raise err

    total, seen = 0, set()
    for place, _, names in os.walk(folder, onerror=fail):
        for name in names:
            try:
                found = os.lstat(os.path.join(place, name))
            except FileNotFoundError:
                continue
            if found.st_ino not in seen:
                seen.add(found.st_ino)
                total += found.st_blocks * 512
    return total
