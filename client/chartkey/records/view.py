"""Views of records: by time, by event, by kind, in-patient or out-patient; allergies first (R16).

``make_view`` makes of records, once they were opened, what people look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

from chartkey.models import Kind, RecordPointer, RecordStatus
from chartkey.records.glance import Glance
from chartkey.records.moment import Moment
from chartkey.records.outline import Allergies
from chartkey.records.visit import Setting, Visit, setting_of_kind

__all__ = ["Entry", "Group", "Order", "View", "make_view"]

_FIRST = (Kind.EMERGENCY_CARD, Kind.PATIENT_SUMMARY)
"""The kinds that carry allergies come first in every view."""


class Order(StrEnum):
    """How a view is arranged."""

    TIME = "time"
    EVENT = "event"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in a view.

    ``anchored_at`` is in Unix seconds, ``institution`` its name or account, ``zone`` the one that
    its institution means where the record names none.
    """

    pointer: RecordPointer
    glance: Glance = field(repr=False)
    anchored_at: int
    institution: str
    zone: tzinfo = UTC

    @property
    def kind(self) -> Kind:
        """Its coarse kind."""
        return self.glance.kind

    @property
    def moment(self) -> Moment | None:
        """When the event was, as precise as its author knew."""
        return self.glance.moment

    @property
    def settings(self) -> frozenset[Setting]:
        """Where it was written, as its encounters say, or else as its kind implies."""
        told = frozenset(v.setting for v in self.glance.visits if v.setting is not None)
        implied = setting_of_kind(self.kind)
        return told or frozenset([implied] if implied else [])

    @property
    def when(self) -> datetime:
        """The event's first instant in UTC, or that of anchoring if it has none."""
        if self.moment is not None:
            return self.moment.earliest(self.zone)
        return datetime.fromtimestamp(self.anchored_at, UTC)

    def to_dict(self) -> dict[str, Any]:
        """Return what programs get of it: JSON-ready but for ids, which are bytes."""
        return {
            "record": self.pointer.record,
            "kind": self.kind.label,
            "title": self.glance.title,
            "when": self.moment.text if self.moment else None,
            "institution": self.institution,
            "relationship": self.pointer.relationship,
            "status": self.pointer.status.name.lower(),
            "current": not self.pointer.superseded,
            "settings": sorted(self.settings),
            "mediaType": self.glance.media_type,
        }

    def line(self) -> str:
        """Return it on one line for people."""
        when = self.moment.text if self.moment else "no date"
        notes = [self.institution]
        notes += ["attested only"] if self.pointer.status is RecordStatus.ATTESTED else []
        notes += ["an earlier version"] if self.pointer.superseded else []
        number = "0x" + self.pointer.record[:5].hex()
        return f"{number}  {when}  {self.glance.title} ({', '.join(notes)})"


@dataclass(frozen=True, slots=True)
class Group:
    """Records under one heading: an event, a kind, or all of them."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What people look at, allergies first.

    ``whole`` says of a granted view whether it shows every record of its relationships (never
    what it lacks), and is ``None`` for one's own. ``unopened`` are records that belong in it and
    could not be opened now.
    """

    order: Order
    allergies: Allergies
    groups: tuple[Group, ...]
    whole: bool | None
    unopened: tuple[RecordPointer, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        """Its records, each once, in the order of the view."""
        found = {e.pointer.record: e for group in self.groups for e in group.entries}
        return list(found.values())

    def to_dict(self) -> dict[str, Any]:
        """Return what programs get of it: JSON-ready but for ids, which are bytes."""
        return {
            "allergies": {
                "known": list(self.allergies.lines),
                "noneKnown": not self.allergies.lines and self.allergies.denied is not None,
            },
            "extent": _EXTENTS[self.whole],
            "order": self.order,
            "groups": [
                {"heading": group.heading, "records": [e.to_dict() for e in group.entries]}
                for group in self.groups
            ],
            "unopened": [pointer.record for pointer in self.unopened],
        }

    def lines(self) -> list[str]:
        """Return it for people: allergies, then how far it reaches, then the records."""
        lines = [*self.allergies.outline(), *_TOLD[self.whole]]
        for group in self.groups:
            lines += ["", f"{group.heading}:"] if group.heading else [""]
            lines += [f"  {entry.line()}" for entry in group.entries]
        if not self.groups:
            lines += ["", "No record."]
        if self.unopened:
            lines += ["", f"{len(self.unopened)} more could not be opened now; look again later."]
        return lines


_EXTENTS = {None: "own", True: "whole", False: "partial"}
_TOLD: dict[bool | None, list[str]] = {
    None: [],
    True: ["Extent: whole, as far as these relationships go"],
    False: ["Extent: partial"],
}


def make_view(
    entries: Iterable[Entry],
    *,
    order: Order = Order.TIME,
    setting: Setting | None = None,
    versions: bool = False,
    whole: bool | None = None,
    unopened: Sequence[RecordPointer] = (),
) -> View:
    """Arrange opened records for people.

    Args:
        entries: The records.
        order: By time (newest first), by event, or by kind.
        setting: Only in-patient or only out-patient records; allergies are of all of them.
        versions: Show versions that were replaced, too.
        whole: For a granted view, whether it has every record; ``None`` for one's own.
        unopened: What belongs in it and could not be opened.
    """
    found = list(entries)
    current = [entry for entry in found if not entry.pointer.superseded]
    shown = [e for e in (found if versions else current) if setting in (None, *e.settings)]
    shown.sort(key=lambda entry: entry.when, reverse=True)
    groups = _GROUPED[order](shown)
    return View(order, _allergies(current), tuple(groups), whole, tuple(unopened))


def _allergies(entries: list[Entry]) -> Allergies:
    """What any record names counts, whatever another denies; the newest denial is shown."""
    found = [entry.glance.allergies for entry in sorted(entries, key=lambda e: e.when)]
    lines = dict.fromkeys(line for one in reversed(found) for line in one.lines)
    denials = [one.denied for one in found if one.denied is not None]
    return Allergies(tuple(lines), denials[-1] if denials else None)


def _by_time(entries: list[Entry]) -> list[Group]:
    return [Group("", tuple(entries))] if entries else []


def _by_kind(entries: list[Entry]) -> list[Group]:
    kinds = sorted({e.kind for e in entries}, key=lambda kind: (kind not in _FIRST, kind))
    return [Group(k.label, tuple(e for e in entries if e.kind is k)) for k in kinds]


def _by_event(entries: list[Entry]) -> list[Group]:
    """A record stands under each of its encounters; ids are an institution's own."""
    events: dict[tuple[str, str], list[tuple[Entry, Visit]]] = {}
    for entry in entries:
        for visit in entry.glance.visits:
            place = (entry.institution, visit.id)
            events.setdefault(place, []).append((entry, visit))
    ordered = sorted(events.values(), key=_began, reverse=True)
    groups = [Group(_heading(found), tuple(entry for entry, _ in found)) for found in ordered]
    rest = tuple(entry for entry in entries if not entry.glance.visits)
    return [*groups, *([Group("of no event", rest)] if rest else [])]


def _began(found: list[tuple[Entry, Visit]]) -> datetime:
    starts = [visit.start.earliest(entry.zone) for entry, visit in found if visit.start]
    return min(starts, default=min(entry.when for entry, _ in found))


def _heading(found: list[tuple[Entry, Visit]]) -> str:
    """Take from each record what it knows of the event: one has the dates, another the ward."""
    visits = [visit for _, visit in found]
    start = next((v.start.text for v in visits if v.start), None)
    end = next((v.end.text for v in visits if v.end), None)
    dates = f"{start or '…'} to {end}" if end else start
    setting = next((str(v.setting) for v in visits if v.setting), None)
    label = next((v.label for v in visits if v.label), None)
    parts = (setting, dates, label, found[0][0].institution)
    return ", ".join(part for part in parts if part)


_GROUPED = {Order.TIME: _by_time, Order.KIND: _by_kind, Order.EVENT: _by_event}
