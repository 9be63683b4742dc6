"""What goes to standard output, for people or as one JSON value; progress goes to standard error.

Names and free texts come from other people: nothing of them reaches a terminal that could steer
it (T28).
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer

__all__ = ["Output", "escape_unknown", "tamed"]

_CLEAR_LINE = "\r\x1b[K"
_SHOWN_BYTES = 5
"""Bytes of an id in a table: commands take an id by how it begins."""


def escape_unknown() -> None:
    """Have a terminal without Chinese show a name as escapes, where Python would break off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Output:
    """Prints results; with ``as_json`` exactly one JSON value, and no progress."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def show(self, value: Any, text: str) -> None:
        """Print the value as JSON, or the text."""
        print(_json(value) if self.as_json else text)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: str, empty: str) -> None:
        """Print rows as JSON, or the named columns aligned; ``empty`` where there are none.

        Args:
            rows: Each with the same keys; JSON shows all of them.
            columns: The keys to show to people, separated by spaces.
            empty: A sentence.
        """
        if self.as_json:
            print(_json(rows))
        elif not rows:
            print(empty)
        else:
            names = columns.split()
            print(aligned([names, *([cell(row[name]) for name in names] for row in rows)]))

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Say on a terminal what takes its time, until it is done."""
        if not self._is_watched:
            yield
            return
        print(f"{what} …", end="", file=sys.stderr, flush=True)
        try:
            yield
        finally:
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    @property
    def counter(self) -> Callable[[str, int], None] | None:
        """What shows a count on a terminal while it grows; None when nobody watches."""
        return self._count if self._is_watched else None

    def confirm(self, question: str) -> None:
        """Ask on standard error, so that standard output stays the answer's alone.

        Raises:
            Abort: the answer was not yes.
        """
        print(f"{question} [y/N]: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise typer.Abort

    def done(self) -> None:
        """Take the count off the terminal."""
        if self._is_watched:
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    @property
    def _is_watched(self) -> bool:
        return not self.as_json and sys.stderr.isatty()

    @staticmethod
    def _count(what: str, number: int) -> None:
        print(f"{_CLEAR_LINE}{what}: {number:,}", end="", file=sys.stderr, flush=True)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: bytes as 0x-prefixed hexadecimal, paths as text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def cell(value: Any) -> str:
    """Return a value as people read it in a table: ids by how they begin, foreign text tamed."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return "0x" + value[:_SHOWN_BYTES].hex()
    return tamed(str(value))


def tamed(text: str) -> str:
    """Return foreign text on one line, without what steers a terminal; shortened if it had any."""
    if text.isprintable():
        return text
    from chartkey.audit.wording import clean

    return clean(text)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells with their columns aligned."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _json(value: Any) -> str:
    # A GBK terminal would turn UTF-8 text into something that is no JSON: escapes survive it.
    spoken = getattr(sys.stdout, "encoding", None) or "utf-8"
    escaped = not spoken.lower().replace("-", "").startswith("utf")
    return json.dumps(plain(value), ensure_ascii=escaped, indent=2)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
