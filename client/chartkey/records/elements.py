"""What a commitment's elements are, for people who choose among them (R70).

An element says by itself what it is: FHIR's are canonical JSON objects, others begin with an
ASCII label and a zero byte.
"""

from __future__ import annotations

import re

from chartkey.errors import InputError
from chartkey.records.fhir import printable
from chartkey.records.fhirjson import parse
from chartkey.records.outline import label_of

__all__ = ["describe_element", "element_content"]

_SOURCE = "the element"
_LABELS = {
    b"dicom-image": "DICOM: what the image is (modality, study, date; not the picture)",
    b"dicom-patient": "DICOM: whose it is (name, identifier, birth date, sex)",
    b"cda-file": "CDA: the file's SHA-256 and length",
    b"cda-header": "CDA: the header (whose it is, by whom, when)",
    b"dicom-thumbnail": "DICOM: the thumbnail's length and SHA-256",
    b"dicom-file": "DICOM: the file's length and SHA-256",
}
_LONGEST_LABEL = 120
_SEARCHED = 4096
_TITLE = re.compile(rb"<(?:[\w.-]+:)?title[^>]*>([^<]{1,200})<")


def element_content(value: bytes) -> object:
    """Return an element as JSON if it is FHIR's, else ``None``. Never raises."""
    if not value.startswith(b"{"):
        return None
    try:
        return parse(value, source=_SOURCE)
    except InputError:
        return None


def describe_element(value: bytes) -> str:
    """Return one line that says what an element is, without control characters. Never raises."""
    content = element_content(value)
    if not isinstance(content, dict):
        mark, _, text = value.partition(b"\0")
        return _section(text) if mark == b"cda-section" else _LABELS.get(mark, "unknown")
    resource = content.get("resource", content)
    if not isinstance(resource, dict):
        return "a bundle's entry"
    name = resource.get("resourceType")
    if name == "Bundle":
        return "the bundle's own fields, without its entries"
    if not isinstance(name, str):
        return "a bundle's entry without a resource"
    label = label_of(resource)
    return printable(f"{name}: {label}" if label else name)[:_LONGEST_LABEL]


def _section(text: bytes) -> str:
    """An element is checked by its hash, not as XML: its title is looked for, not parsed."""
    found = _TITLE.search(text[:_SEARCHED])
    title = found[1].decode("utf-8", "replace") if found else "untitled"
    return printable(f"CDA section: {title}")[:_LONGEST_LABEL]
