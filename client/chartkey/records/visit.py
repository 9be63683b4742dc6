"""Encounters, as records tell of them: the events under which people look for records (R16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chartkey.models import Kind
from chartkey.records.fhir import printable, text_of
from chartkey.records.moment import Moment

__all__ = ["Setting", "Visit", "setting_of_code", "setting_of_kind", "visits_of_resource"]

_MOST_VISITS = 1000
"""Encounters of one record that are looked at: a bound on what its author can ask for (T14)."""


class Setting(StrEnum):
    """Where a visit took place; an emergency visit is one of the out-patient department's."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"


_CLASSES = {
    **dict.fromkeys(("IMP", "ACUTE", "NONAC", "SS"), Setting.INPATIENT),
    **dict.fromkeys(("AMB", "EMER", "FLD", "HH", "OBSENC", "PRENC", "VR"), Setting.OUTPATIENT),
}
"""HL7 v3 ActEncounterCode, as Encounter.class and a CDA's encompassingEncounter carry it."""

_INPATIENT_KINDS = frozenset(
    (Kind.FRONT_PAGE, Kind.ADMISSION_RECORD, Kind.COURSE_NOTE, Kind.DISCHARGE_SUMMARY)
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter: its id within the institution, where, when, and a line for people.

    ``id`` is ``system|value`` of its first identifier, or what refers to it inside the record.
    """

    id: str
    setting: Setting | None
    start: Moment | None
    end: Moment | None
    label: str


def setting_of_code(code: object) -> Setting | None:
    """Return the setting that an ActEncounterCode stands for, ``None`` for any other value."""
    return _CLASSES.get(code) if isinstance(code, str) else None


def setting_of_kind(kind: int) -> Setting | None:
    """Return the setting that a record's kind alone implies: a front page is of a hospital stay."""
    return Setting.INPATIENT if kind in _INPATIENT_KINDS else None


def visits_of_resource(document: dict[str, Any]) -> tuple[Visit, ...]:
    """Return the encounters that a FHIR resource or bundle holds or, if none, refers to.

    Takes any parsed JSON object; never raises.
    """
    held = [_held(resource, url) for url, resource in _encounters(document)]
    found = held or [visit for visit in map(_referred, _resources(document)) if visit]
    return tuple({visit.id: visit for visit in found[:_MOST_VISITS]}.values())


def _entries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if document.get("resourceType") != "Bundle":
        yield "", document
        return
    entries = document.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield str(entry.get("fullUrl", "")), resource


def _resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (resource for _, resource in _entries(document))


def _encounters(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return (one for one in _entries(document) if one[1].get("resourceType") == "Encounter")


def _held(encounter: dict[str, Any], url: str) -> Visit:
    period = encounter.get("period")
    period = period if isinstance(period, dict) else {}
    place = encounter.get("class")
    code = place.get("code") if isinstance(place, dict) else None
    return Visit(
        id=_identifier(encounter) or url or f"Encounter/{encounter.get('id')}",
        setting=setting_of_code(code),
        start=Moment.parse(period.get("start")),
        end=Moment.parse(period.get("end")),
        label=_label(encounter),
    )


def _label(encounter: dict[str, Any]) -> str:
    provider = encounter.get("serviceProvider")
    where = provider.get("display") if isinstance(provider, dict) else None
    service = text_of(encounter.get("serviceType")) or text_of(_first(encounter.get("type")))
    return printable(", ".join(str(part) for part in (service, where) if part))


def _referred(resource: dict[str, Any]) -> Visit | None:
    """Composition, Observation and others name the encounter that they belong to."""
    reference = resource.get("encounter")
    if not isinstance(reference, dict):
        reference = resource.get("context")
        inner = reference.get("encounter") if isinstance(reference, dict) else None
        reference = _first(inner) if inner else None
    if not isinstance(reference, dict):
        return None
    held = {"identifier": [reference.get("identifier")]}
    name = _identifier(held) or str(reference.get("reference") or "")
    label = reference.get("display")
    text = printable(label) if isinstance(label, str) else ""
    return Visit(name, None, None, None, text) if name else None


def _identifier(resource: dict[str, Any]) -> str:
    first = _first(resource.get("identifier"))
    value = first.get("value") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(value, str):
        return ""
    return printable(f"{first.get('system', '')}|{value}")


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None
