"""Which coarse kind a FHIR resource is (R15, P23).

What is not recognised stays ``Kind.UNSPECIFIED``, which no grant of a kind or
of everything covers: an unknown document is shared less, never more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartkey.models import Kind

__all__ = ["LOINC", "SNOMED", "codes", "first_resource", "kind_of", "kind_of_document"]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"

_NONE = Kind.UNSPECIFIED

_DOCUMENTS = {
    "60591-5": Kind.PATIENT_SUMMARY,
    "34133-9": Kind.PATIENT_SUMMARY,
    "18842-5": Kind.DISCHARGE_SUMMARY,
    "28655-9": Kind.DISCHARGE_SUMMARY,
    "34105-7": Kind.DISCHARGE_SUMMARY,
    "34106-5": Kind.DISCHARGE_SUMMARY,
    "11490-0": Kind.DISCHARGE_SUMMARY,
    "34745-0": Kind.DISCHARGE_SUMMARY,
    "78418-1": Kind.DISCHARGE_SUMMARY,
    "34117-2": Kind.ADMISSION_RECORD,
    "47039-3": Kind.ADMISSION_RECORD,
    "11506-3": Kind.COURSE_NOTE,
    "11504-8": Kind.OPERATION,
    "11488-4": Kind.CONSULTATION,
    "34746-8": Kind.NURSING,
    "11526-1": Kind.PATHOLOGY,
    "11502-2": Kind.LABORATORY,
    "18748-4": Kind.EXAMINATION,
    "59284-0": Kind.CONSENT_FORM,
}
"""LOINC document types, as Composition.type and DocumentReference.type carry them."""

_RESOURCES = {
    "AllergyIntolerance": Kind.PATIENT_SUMMARY,
    "Condition": Kind.DIAGNOSIS,
    "Consent": Kind.CONSENT_FORM,
    "Encounter": Kind.ENCOUNTER,
    "ImagingStudy": Kind.IMAGING,
    "MedicationDispense": Kind.PRESCRIPTION,
    "MedicationRequest": Kind.PRESCRIPTION,
    "MedicationStatement": Kind.PRESCRIPTION,
    "NutritionOrder": Kind.ORDER,
    "Patient": Kind.DEMOGRAPHICS,
    "ServiceRequest": Kind.ORDER,
}

_CATEGORIES = {
    "Observation": {
        "laboratory": Kind.LABORATORY,
        "vital-signs": Kind.TEMPERATURE_CHART,
        "imaging": Kind.EXAMINATION,
        "exam": Kind.EXAMINATION,
        "procedure": Kind.EXAMINATION,
        "therapy": Kind.TREATMENT_RESULT,
    },
    "DiagnosticReport": {
        "LAB": Kind.LABORATORY,
        "CH": Kind.LABORATORY,
        "HM": Kind.LABORATORY,
        "MB": Kind.LABORATORY,
        "BLB": Kind.TRANSFUSION,
        "SP": Kind.PATHOLOGY,
        "PAT": Kind.PATHOLOGY,
        "CP": Kind.PATHOLOGY,
        "RAD": Kind.EXAMINATION,
        "CT": Kind.EXAMINATION,
        "NMR": Kind.EXAMINATION,
        "CUS": Kind.EXAMINATION,
        "EC": Kind.EXAMINATION,
    },
    "Procedure": {"387713003": Kind.OPERATION},
}
"""By code of ``category``: observation-category, v2-0074 sections, SNOMED CT."""


def codes(concept: Any, system: str | None = None) -> Iterator[str]:
    """Yield the codes of a CodeableConcept, of one code system or of all.

    Takes anything that parsed JSON holds and skips what is not a coding.
    """
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in codings if isinstance(codings, list) else []:
        if not isinstance(coding, dict) or not isinstance(coding.get("code"), str):
            continue
        if system in (None, coding.get("system")):
            yield coding["code"]


def kind_of(resource: dict[str, Any]) -> Kind:
    """Return the kind of a document bundle or of a single resource.

    A document takes the kind of its Composition's LOINC type. Other bundles
    mix kinds, so they are ``Kind.UNSPECIFIED`` until a person names one.
    """
    name = resource.get("resourceType")
    if not isinstance(name, str):
        return _NONE
    if name == "Bundle":
        composition = first_resource(resource) if resource.get("type") == "document" else {}
        return kind_of(composition) if composition.get("resourceType") == "Composition" else _NONE
    if name in ("Composition", "DocumentReference"):
        found = (_DOCUMENTS.get(code) for code in codes(resource.get("type"), LOINC))
        return next((kind for kind in found if kind), _NONE)
    if name in _CATEGORIES:
        return _by_category(resource, _CATEGORIES[name])
    return _RESOURCES.get(name, _NONE)


def kind_of_document(code: str) -> Kind:
    """Return the kind of a document by its LOINC type, as a CDA's header has it."""
    return _DOCUMENTS.get(code, _NONE)


def first_resource(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the first entry's resource, ``{}`` if there is none."""
    entries = bundle.get("entry")
    entry = entries[0] if isinstance(entries, list) and entries else None
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource if isinstance(resource, dict) else {}


def _by_category(resource: dict[str, Any], kinds: dict[str, Kind]) -> Kind:
    category = resource.get("category")
    # DiagnosticReport and Observation have a list of categories, Procedure has one.
    for concept in category if isinstance(category, list) else [category]:
        for code in codes(concept):
            if code in kinds:
                return kinds[code]
    return _NONE
