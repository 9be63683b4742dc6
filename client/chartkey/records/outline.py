"""A record in a few lines for people: allergies first, whatever else it holds (R16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartkey.records.cda import ClinicalDocument
from chartkey.records.fhir import printable, text_of
from chartkey.records.imaging import Image
from chartkey.records.kinds import codes

__all__ = [
    "Allergies",
    "allergies_of_cda",
    "allergies_of_image",
    "allergies_of_resource",
    "label_of",
    "outline_of_cda",
    "outline_of_image",
    "outline_of_resource",
]

_NONE_KNOWN = frozenset(
    (
        "716186003",
        "409137002",
        "428607008",
        "429625007",
        "no-known-allergies",
        "no-known-medication-allergies",
        "no-known-environmental-allergies",
        "no-known-food-allergies",
        "nilknown",
    )
)
"""SNOMED CT, IPS absent-unknown and list-empty-reason codes that say somebody asked."""
_UNKNOWN = frozenset(("no-allergy-info",))
_ALLERGY_SECTION = "48765-2"
_WITHDRAWN = frozenset(("entered-in-error", "refuted"))
_OVER = frozenset(
    (
        "inactive",
        "remission",
        "resolved",
        "stopped",
        "on-hold",
        "cancelled",
        "not-taken",
        "not-done",
        "ended",
    )
)
_MOST_LINES = 12

_SECTIONS = {
    "Medication": ("MedicationStatement", "MedicationRequest", "MedicationAdministration"),
    "Problems": ("Condition",),
    "Procedures": ("Procedure",),
    "Immunisations": ("Immunization",),
    "Results": ("Observation", "DiagnosticReport"),
    "Imaging": ("ImagingStudy",),
}


def outline_of_resource(document: dict[str, Any]) -> list[str]:
    """Return the lines for a FHIR resource or bundle, allergies first.

    "None known" is told apart from "not recorded" (R25). Every text of the
    record is on one line and without characters that steer a terminal. Takes
    any parsed JSON object; never raises.
    """
    resources = list(_resources(document))
    names = _references(document)
    lines = allergies_of_resource(document).outline()
    lines += [f"Patient: {_person(one)}" for one in _of(resources, "Patient")][:1]
    for heading, types in _SECTIONS.items():
        found = [one for one in _of(resources, *types) if not _withdrawn(one)]
        lines += _listed(heading, [_label(one, names) for one in found])
    return lines


def allergies_of_cda(document: ClinicalDocument) -> Allergies:
    """Return what a CDA document's section on allergies says. Never raises.

    Only where its one entry denies is none known; in any other case its rows stand, whatever
    they say: nothing is taken for a denial that might be none.
    """
    sections = [one for one in document.sections if one.code == _ALLERGY_SECTION]
    rows = tuple(row for one in sections if not one.empty for row in one.rows)
    entries = sum(one.entries for one in sections)
    denied = any(one.negated or one.codes & _NONE_KNOWN for one in sections)
    if denied and entries == 1:
        return Allergies((), "; ".join(rows))
    return Allergies(rows)


def outline_of_cda(document: ClinicalDocument) -> list[str]:
    """Return the lines for a CDA document, allergies first. Never raises."""
    named = ", ".join(document.patient) or "not named"
    sections = [printable(one.title or "untitled") for one in document.sections]
    lines = [*allergies_of_cda(document).outline(), f"Patient: {named}"]
    return lines + _listed("Sections", sections)


def outline_of_image(image: Image) -> list[str]:
    """Return the lines for a DICOM file, allergies first. Never raises."""
    patient, pixels = image.patient, image.pixels
    who = [patient.get(name, "") for name in ("PatientName", "PatientSex", "PatientBirthDate")]
    named = ", ".join(printable(word.replace("^", " ")) for word in who if word) or "not named"
    lines = [*allergies_of_image(image).outline(), f"Imaging: {image.title}", f"Patient: {named}"]
    if "Rows" in pixels and "Columns" in pixels:
        size = (
            f"{pixels['Columns']} by {pixels['Rows']}, {pixels.get('NumberOfFrames', '1')} frames"
        )
        lines.append(printable(f"Pixels: {size}"))
    return lines


def _resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if document.get("resourceType") != "Bundle":
        yield document
        return
    for entry in _list(document.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of(resources: list[dict[str, Any]], *types: str) -> list[dict[str, Any]]:
    return [one for one in resources if one.get("resourceType") in types]


def _references(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map what a reference may say to the entry's resource."""
    found = {}
    for entry in _list(document.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            found[str(entry.get("fullUrl"))] = resource
            found[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
    return found


@dataclass(frozen=True, slots=True, repr=False)
class Allergies:
    """What a record says about allergies: some, none known, or nothing (R25).

    ``lines`` name them one by one; ``denied`` is how somebody said that none is known, ``""`` if
    nobody put it into words, ``None`` if nobody said so.
    """

    lines: tuple[str, ...] = ()
    denied: str | None = None

    def outline(self) -> list[str]:
        """Return the lines that come first in every view."""
        if self.lines:
            return _listed("Allergies", list(self.lines))
        if self.denied is None:
            return ["Allergies: not recorded here"]
        return [f"Allergies: none known{f' ({self.denied})' if self.denied else ''}"]


def allergies_of_resource(document: dict[str, Any]) -> Allergies:
    """Return what a FHIR resource or bundle says about allergies.

    Takes any parsed JSON object; never raises.
    """
    resources = list(_resources(document))
    stated = [one for one in _of(resources, "AllergyIntolerance") if not _withdrawn(one)]
    reasons = {code for one in stated for code in codes(one.get("code"))}
    reasons |= set(_empty_reasons(resources))
    real = [one for one in stated if not _said(one) & (_NONE_KNOWN | _UNKNOWN)]
    lines = tuple(_allergy(one) for one in real)
    denied = [text_of(one.get("code")) for one in stated if _said(one) & _NONE_KNOWN]
    return Allergies(lines, "; ".join(denied) if reasons & _NONE_KNOWN else None)


def allergies_of_image(image: Image) -> Allergies:
    """Return what a DICOM file says about allergies (PS3.3, Allergies). Never raises."""
    stated = printable(image.notes.get("Allergies", ""))
    return Allergies(tuple(one.strip() for one in stated.split("\\") if one.strip()))


def _said(allergy: dict[str, Any]) -> set[str]:
    return set(codes(allergy.get("code")))


def _empty_reasons(resources: list[dict[str, Any]]) -> Iterator[str]:
    for composition in _of(resources, "Composition"):
        for section in _list(composition.get("section")):
            if isinstance(section, dict) and _ALLERGY_SECTION in codes(section.get("code")):
                yield from codes(section.get("emptyReason"))


def _withdrawn(resource: dict[str, Any]) -> bool:
    states = set(codes(resource.get("verificationStatus"))) | {str(resource.get("status"))}
    return bool(states & _WITHDRAWN)


def _allergy(resource: dict[str, Any]) -> str:
    label = text_of(resource.get("code")) or "unnamed"
    risk = ["high risk"] if resource.get("criticality") == "high" else []
    return _noted(label, risk + _ended(resource))


def _ended(resource: dict[str, Any]) -> list[str]:
    """Return what says that something is over or never began, as a note."""
    status = next(codes(resource.get("clinicalStatus")), None) or str(resource.get("status"))
    return [printable(status)] if status in _OVER else []


def _noted(label: str, notes: list[str]) -> str:
    return f"{label} ({', '.join(notes)})" if notes else label


def _person(patient: dict[str, Any]) -> str:
    words = [_name(patient), str(patient.get("gender", "")), str(patient.get("birthDate", ""))]
    return ", ".join(printable(word) for word in words if word) or "not named"


def _name(patient: dict[str, Any]) -> str:
    name = next((one for one in _list(patient.get("name")) if isinstance(one, dict)), {})
    if isinstance(name.get("text"), str):
        return str(name["text"])
    given = [str(word) for word in _list(name.get("given"))]
    return " ".join([*given, str(name.get("family", ""))]).strip()


def label_of(resource: dict[str, Any]) -> str:
    """Return what a FHIR resource is about, in a few words; ``""`` if it does not say.

    Takes any parsed JSON object; never raises.
    """
    if resource.get("resourceType") == "Patient":
        return _person(resource)
    if resource.get("resourceType") == "AllergyIntolerance":
        return _allergy(resource)
    title = resource.get("title")
    label = printable(title) if isinstance(title, str) else _label(resource, {})
    return "" if label == "unnamed" else label


def _label(resource: dict[str, Any], names: dict[str, dict[str, Any]]) -> str:
    concept = resource.get("code") or resource.get("medicationCodeableConcept")
    concept = concept or resource.get("vaccineCode") or _medication(resource, names)
    label = text_of(concept) or printable(str(resource.get("description") or "unnamed"))
    value = _value(resource)
    return _noted(f"{label}: {value}" if value else label, _ended(resource))


def _medication(resource: dict[str, Any], names: dict[str, dict[str, Any]]) -> Any:
    reference = resource.get("medicationReference")
    target = str(reference.get("reference")) if isinstance(reference, dict) else ""
    for inner in _list(resource.get("contained")):
        if isinstance(inner, dict) and target == f"#{inner.get('id')}":
            return inner.get("code")
    return names.get(target, {}).get("code")


def _value(resource: dict[str, Any]) -> str:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict):
        return printable(f"{quantity.get('value', '')} {quantity.get('unit', '')}")
    if isinstance(text := resource.get("valueString"), str):
        return printable(text)
    return text_of(resource.get("valueCodeableConcept"))


def _listed(heading: str, labels: list[str]) -> list[str]:
    if not labels:
        return []
    more = len(labels) - _MOST_LINES
    shown = labels if heading == "Allergies" else labels[:_MOST_LINES]
    lines = [f"{heading}:", *(f"  - {label}" for label in shown)]
    return lines if more <= 0 or heading == "Allergies" else [*lines, f"  … and {more} more"]
