"""FHIR R4, validated once at the door, and what its title and time are.

Validation is by ``fhir.resources.R4B``, the edition of that library which takes
R4. It checks structure: which fields exist, their types and forms, and which
are required. It does not check value sets, profiles or references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chartkey.errors import RecordInvalid
from chartkey.records.extra import load
from chartkey.records.kinds import first_resource
from chartkey.records.moment import Moment

__all__ = ["moment_of", "title_of", "validate"]

_PACKAGE = {"extra": "fhir", "package": "fhir.resources"}
_R4, _R5 = "fhir.resources.R4B", "fhir.resources"
_FIELD = re.compile(r"_?[a-z][A-Za-z]{0,40}\d{0,3}", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,40}", re.ASCII)
_FAULTS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What the library is known to let escape beside its own ValidationError (a ValueError)."""

_PROBLEMS = {
    "extra_forbidden": "R4 has no such field there",
    "missing": "a required field is missing",
    "model_field_validation.missing": "a required field is missing",
    "list_type": "a list is needed there",
    "model_type": "an object is needed there",
    "dict_type": "an object is needed there",
    "string_type": "a text is needed there",
}
_BUNDLE_TYPES = frozenset(
    (
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
    )
)
_TIMES = (
    "date",
    "effectiveDateTime",
    "effectiveInstant",
    "performedDateTime",
    "occurrenceDateTime",
    "started",
    "authoredOn",
    "recordedDate",
    "dateTime",
    "onsetDateTime",
    "dateAsserted",
    "issued",
    "whenHandedOver",
    "created",
)
_PERIODS = ("effectivePeriod", "performedPeriod", "occurrencePeriod", "period")
_TITLE_CHARACTERS = 200


def validate(document: Any, *, source: str) -> None:
    """Refuse what is not one FHIR R4 resource; a bundle is checked entry by entry.

    ``document`` is parsed JSON and is not changed. ``source`` names the file in
    messages; they give the path of the first fault and never its content.

    Raises:
        RecordInvalid: not FHIR, another release of FHIR, or not valid R4.
        ExtraMissing: fhir.resources is not installed.
    """
    if not isinstance(document, dict) or "resourceType" not in document:
        raise RecordInvalid(source=source, problem="it is JSON but not FHIR: no resourceType")
    if document["resourceType"] != "Bundle":
        _check(document, _name(document), source)
        return
    _check_bundle(document, source)


def _check_bundle(bundle: dict[str, Any], source: str) -> None:
    """Check the bundle without its resources, then one resource at a time.

    Validated in one piece, a bundle takes about ten times its text in memory.
    """
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RecordInvalid(source=source, problem="Bundle.entry: a list of objects is needed")
    shell = dict(bundle)
    if entries:
        shell["entry"] = [
            {name: value for name, value in entry.items() if name != "resource"}
            for entry in entries
        ]
    _check(shell, "Bundle", source)
    if bundle.get("type") not in _BUNDLE_TYPES:
        raise RecordInvalid(source=source, problem="Bundle.type: R4 has no such bundle type")
    for index, entry in enumerate(entries):
        if "resource" in entry:
            _check(entry["resource"], f"Bundle.entry[{index}].resource", source)
    opening = first_resource(bundle).get("resourceType")
    if bundle["type"] == "document" and opening != "Composition":
        # R4 invariant bdl-11; without it nobody can tell what the document is.
        problem = "Bundle.entry[0]: a document must begin with a Composition"
        raise RecordInvalid(source=source, problem=problem)


def _check(resource: Any, path: str, source: str) -> None:
    fault = _fault(_R4, resource, path)
    if fault is None:
        return
    newer = isinstance(resource, dict) and _fault(_R5, resource, path) is None
    prefix = "it is FHIR R5, and R4 is needed: " if newer else "it is not valid FHIR R4: "
    raise RecordInvalid(source=source, problem=prefix + fault)


def _fault(edition: str, resource: Any, path: str) -> str | None:
    """Return what is wrong with one resource, with its path; ``None`` if nothing is."""
    model = _model(edition, resource)
    if model is None:
        return f"{path}: no resource of a type that FHIR R4 has"
    try:
        model.model_validate(resource)
    except _FAULTS as err:
        # Not kept as a cause: the library's errors quote the record's content.
        return _explain(err, path)
    return None


def _model(edition: str, resource: Any) -> Any:
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(name, str) or not _TYPE.fullmatch(name):
        return None
    base = load(f"{edition}.resource", **_PACKAGE).Resource
    try:
        model = load(edition, **_PACKAGE).get_fhir_model_class(name)
    except (KeyError, ValueError):
        return None
    # Data types and the two abstract resources are models too, but no records.
    concrete = issubclass(model, base) and name not in ("Resource", "DomainResource")
    return model if concrete else None


def _explain(err: Exception, path: str) -> str:
    errors = getattr(err, "errors", None)
    if errors is None:
        return f"{path}: it cannot be read as this resource type"
    first = errors(include_url=False, include_context=False, include_input=False)[0]
    problem = _PROBLEMS.get(first["type"], "the value does not have the form that R4 asks for")
    return f"{path}{''.join(_steps(first['loc']))}: {problem}"


def _steps(location: tuple[Any, ...]) -> Iterator[str]:
    for step in location:
        if isinstance(step, int):
            yield f"[{step}]"
        else:
            # The name of an unknown field comes from the file and could be anything.
            yield f".{step}" if _FIELD.fullmatch(step) else ".(a name that is not FHIR's)"


def _name(resource: dict[str, Any]) -> str:
    name = resource["resourceType"]
    return name if isinstance(name, str) and _TYPE.fullmatch(name) else "resourceType"


def title_of(document: dict[str, Any]) -> str:
    """Return a line for lists: a document's own title, or type and code.

    At most 200 characters, none of them a control character. Never raises.
    """
    name = str(document.get("resourceType"))
    if name == "Bundle":
        title = first_resource(document).get("title") if _is_document(document) else None
        entries = document.get("entry", [])
        title = title or f"Bundle ({document.get('type')}, {len(entries)} entries)"
    else:
        label = document.get("title") or text_of(document.get("code") or document.get("type"))
        label = label or document.get("description")
        title = f"{name}: {label}" if label else name
    return printable(str(title))[:_TITLE_CHARACTERS]


def text_of(concept: Any) -> str:
    """Return what a CodeableConcept says to people, ``""`` if nothing."""
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding")
    candidates = [concept.get("text")]
    for field in ("display", "code"):
        for coding in codings if isinstance(codings, list) else []:
            candidates.append(coding.get(field) if isinstance(coding, dict) else None)
    return next((printable(text) for text in candidates if isinstance(text, str) and text), "")


def printable(text: str) -> str:
    """Return ``text`` on one line without the characters that steer a terminal."""
    return "".join(one if one.isprintable() else " " for one in text).strip()


def moment_of(document: dict[str, Any]) -> Moment | None:
    """Return when the documented event was, as the record gives it, or ``None``."""
    if document.get("resourceType") == "Bundle":
        inner = first_resource(document) if _is_document(document) else {}
        return moment_of(inner) or Moment.parse(document.get("timestamp"))
    texts = [document.get(field) for field in _TIMES]
    for field in _PERIODS:
        period = document.get(field)
        texts.append(period.get("start") if isinstance(period, dict) else None)
    moments = (Moment.parse(text) for text in texts)
    return next((moment for moment in moments if moment), None)


def _is_document(bundle: dict[str, Any]) -> bool:
    return bundle.get("type") == "document"
