"""The timeline as a file: JSON, CSV, or one HTML page that needs nothing else (R41).

The page holds no script and loads nothing, and its content security policy says so: names on
chain are foreign text (T28). In CSV, a text that a spreadsheet would run as a formula is
quoted with an apostrophe.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import groupby

from chartkey.audit.timeline import Row
from chartkey.audit.wording import moment, short

__all__ = ["to_csv", "to_html", "to_json"]

_COLUMNS = (
    "block",
    "at",
    "time",
    "who",
    "what",
    "entity",
    "group",
    "event",
    "account",
    "tx",
    "log_index",
)

_STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", sans-serif;
  max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #1c2630; background: #fff; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .4rem; border-bottom: 1px solid #d7dde3; }
p.counts span { margin-right: 1.2rem; white-space: nowrap; }
ol { list-style: none; margin: 0; padding: 0; }
li { display: grid; grid-template-columns: 5.2rem 1fr; gap: .2rem 1rem;
  padding: .45rem 0 .45rem .7rem; border-left: .3rem solid var(--tone); margin: .35rem 0; }
time, .place { color: #5b6770; font-size: .85rem; font-variant-numeric: tabular-nums; }
.place { grid-column: 2; overflow-wrap: anywhere; }
b.key { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem;
  background: var(--tone); }
.governance { --tone: #6b4fa0; } .people { --tone: #2f6fb0; }
.relationship { --tone: #2b8a7e; } .record { --tone: #3f8f3a; }
.consent { --tone: #c9741a; } .relay { --tone: #9aa4ad; }
@media (prefers-color-scheme: dark) {
  body { background: #14191e; color: #dfe6ec; } h2 { border-color: #39434c; }
  time, .place { color: #98a4ae; } }
@media print { body { max-width: none; } li { break-inside: avoid; } }
"""


def to_json(rows: Sequence[Row]) -> str:
    """Return the rows as a JSON array of objects, UTF-8 text."""
    return json.dumps([row.to_dict() for row in rows], ensure_ascii=False, indent=1) + "\n"


def to_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV (RFC 4180) under a line of column names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in rows:
        values = row.to_dict()
        writer.writerow([_cell(values[column]) for column in _COLUMNS])
    return out.getvalue()


def to_html(rows: Sequence[Row], title: str = "Chartkey timeline") -> str:
    """Return the rows as one HTML page, days in order, everything escaped.

    ``title`` is shown at the top, for example the alliance's name.
    """
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    days = "".join(_day(day, list(of_day)) for day, of_day in groupby(rows, _date))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(_extent(rows))}</p>
<p class="counts">{_counts(rows)}</p>
{days}</body>
</html>
"""


def _cell(value: object) -> object:
    # A leading one of these makes a spreadsheet evaluate the cell.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _extent(rows: Sequence[Row]) -> str:
    if not rows:
        return "No events."
    first, last = rows[0], rows[-1]
    return (
        f"{len(rows)} events, block {first.block} to {last.block}, "
        f"{moment(first.time)} to {moment(last.time)}. Times are UTC."
    )


def _counts(rows: Sequence[Row]) -> str:
    counts = Counter(row.group for row in rows)
    return "".join(
        f'<span><b class="key {group}"></b>{escape(group)} {number}</span>'
        for group, number in counts.items()
    )


def _date(row: Row) -> str:
    return moment(row.time)[:10]


def _day(day: str, rows: list[Row]) -> str:
    items = "".join(map(_item, rows))
    return f"<h2>{escape(day)}</h2>\n<ol>\n{items}</ol>\n"


def _item(row: Row) -> str:
    place = f"block {row.block} · {row.entity} · {row.event} · transaction {short(row.tx)}"
    # <bdi> keeps a name that is written from right to left from turning its neighbours around.
    return (
        f'<li class="{row.group}"><time datetime="{escape(moment(row.time))}">'
        f"{escape(moment(row.time)[11:19])}</time>"
        f"<div><strong><bdi>{escape(row.who)}</bdi></strong> <bdi>{escape(row.what)}</bdi></div>"
        f'<div class="place">{escape(place)}</div></li>\n'
    )
