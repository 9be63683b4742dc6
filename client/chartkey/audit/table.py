"""The timeline as a table in a terminal; needs the extra ``[audit]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from chartkey.audit.timeline import Row
from chartkey.audit.wording import moment, short
from chartkey.errors import ExtraMissing

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_table"]

_COLOURS = {
    "governance": "magenta",
    "people": "blue",
    "relationship": "cyan",
    "record": "green",
    "consent": "yellow",
    "care": "bright_cyan",
    "emergency": "red",
    "evidence": "bright_yellow",
    "charge": "bright_blue",
    "research": "bright_green",
    "relay": "bright_black",
}


_UNBOUNDED = 100_000
"""Columns where no terminal bounds them: as many as the sentences need, so that grep finds them."""


_SHORTEST_RUN = 4


def print_table(
    rows: Sequence[Row], console: Console | None = None, *, brief: bool = False
) -> None:
    """Print a row for each event; to standard output unless a rich console is given.

    With ``brief``, of four or more like events in a row by the same account the first is shown,
    and how many followed.

    On a terminal the table is as wide as that; in a file or a pipe no sentence is wrapped, whatever
    ``COLUMNS`` says of the terminal that a parent process once had.

    Raises:
        ExtraMissing: rich is not installed; ``pip install 'chartkey[audit]'`` brings it.
    """
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as err:
        raise ExtraMissing(extra="audit", package="rich") from err
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("block", justify="right", no_wrap=True)
    table.add_column("time (UTC)", justify="right", no_wrap=True)
    table.add_column("who", overflow="fold", min_width=12, max_width=26)
    table.add_column("what", overflow="fold", min_width=20)
    table.add_column("entity", overflow="fold", min_width=14, max_width=28)
    today = ""
    for row, like in _runs(rows) if brief else ((row, []) for row in rows):
        day, _, clock = moment(row.time).rstrip("Z").partition("T")
        noun, _, id = row.entity.partition(" ")
        # As Text, not str: a name must not be read as rich's markup.
        table.add_row(
            str(row.block),
            clock if day == today else f"{day}\n{clock}",
            Text(row.who, _COLOURS[row.group]),
            Text(row.what),
            Text(f"{noun} {short(id)}"),
        )
        today = day
        if like:
            table.add_row("", "", "", f"and {len(like)} more, to block {like[-1].block}", "")
    (console or Console(width=None if sys.stdout.isatty() else _UNBOUNDED)).print(table)


def _runs(rows: Sequence[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Yield rows with those of their kind that followed at once, where they make a long run."""
    for _, run in groupby(rows, key=lambda row: (row.event, row.who, row.account)):
        first, *like = run
        if len(like) + 1 >= _SHORTEST_RUN:
            yield first, like
        else:
            yield from ((row, []) for row in (first, *like))
