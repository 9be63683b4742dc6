"""Orders in which people look at lists of records (R16).

Works on whatever has a ``kind`` and an ``anchored_at``: chain pointers before
they are read, opened records afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Protocol, TypeVar

from chartkey.models import Kind
from chartkey.records.moment import Moment

__all__ = ["Listed", "by_kind", "by_time"]

_FIRST = (Kind.EMERGENCY_CARD, Kind.PATIENT_SUMMARY)
"""The kinds that carry allergies come first in every view."""


class Listed(Protocol):
    """What a view needs to know of a record."""

    @property
    def kind(self) -> Kind:
        """Its coarse kind."""

    @property
    def anchored_at(self) -> int:
        """When it was anchored, in seconds since 1970-01-01 UTC."""

    @property
    def moment(self) -> Moment | None:
        """When the event was, ``None`` as long as the record was not opened."""


L = TypeVar("L", bound=Listed)


def by_time(records: Iterable[L], *, zone: tzinfo = UTC) -> list[L]:
    """Return the records, newest event first; ``zone`` is the institution's.

    A record whose event time is not known stands at its time of anchoring.
    Never raises.
    """

    def when(record: L) -> datetime:
        if record.moment is not None:
            return record.moment.earliest(zone)
        return datetime.fromtimestamp(record.anchored_at, UTC)

    return sorted(records, key=when, reverse=True)


def by_kind(records: Iterable[L], *, zone: tzinfo = UTC) -> dict[Kind, list[L]]:
    """Return the records under their kinds, those with allergies first.

    Within a kind the newest event comes first. Never raises.
    """
    groups: dict[Kind, list[L]] = {}
    for record in by_time(records, zone=zone):
        groups.setdefault(record.kind, []).append(record)
    order = sorted(groups, key=lambda kind: (kind not in _FIRST, kind))
    return {kind: groups[kind] for kind in order}
