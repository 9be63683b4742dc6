"""How the audit writes numbers and names for people.

Names on chain are foreign text: what could move a terminal's cursor or turn the writing
around is replaced before anybody sees it (T28).
"""

from __future__ import annotations

from datetime import UTC, datetime

from chartkey.models import GrantTerms, Kind, Scope

__all__ = ["clean", "kind_label", "moment", "scope_label", "short"]

_LONGEST_NAME = 120


def clean(text: str) -> str:
    """Return foreign text as one printable line of at most 120 characters.

    Control and direction characters (Unicode categories Cc and Cf) become U+FFFD.
    """
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1]}…"


def short(id: str) -> str:
    """Return the beginning and the end of a ``0x…`` text that is longer than 14 characters."""
    return id if len(id) <= 14 else f"{id[:8]}…{id[-4:]}"


def moment(time: int) -> str:
    """Return Unix seconds as ISO 8601 in UTC; a time beyond the calendar stays a number."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return str(time)


def kind_label(number: int) -> str:
    """Return a record kind as people type it; an unassigned one is its number."""
    try:
        return Kind(number).label
    except ValueError:
        return f"number {number}"


def scope_label(terms: GrantTerms) -> str:
    """Return what a grant covers, in words."""
    if terms.scope == Scope.RECORD:
        return f"record 0x{terms.record_id.hex()} alone"
    if terms.scope == Scope.KIND:
        return f"every record of kind {kind_label(terms.kind)}"
    return "every record except those of kind unspecified"
