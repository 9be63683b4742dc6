"""The words of a record, for its owner's index: what people would search for."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

__all__ = ["MOST_CHARACTERS", "texts_of_resource"]

MOST_CHARACTERS = 4 << 20
"""Characters of one record that are indexed: a bound on what its author can ask for (T14)."""

_SILENT = frozenset(
    (
        *("resourceType", "id", "reference", "system", "url", "fullUrl", "profile", "lastUpdated"),
        *("data", "contentType", "hash", "versionId", "uri", "use", "unit", "sourceReference"),
    )
)
"""Members that hold references, links, binary content or form, nothing that anybody says."""


def texts_of_resource(document: dict[str, Any]) -> tuple[str, ...]:
    """Return every different text of a FHIR resource or bundle, in order.

    Codes are among them, local ones beside standard ones; a quantity stands with its unit;
    narratives without their markup. At most 4 Mi characters; takes any parsed JSON object and
    never raises.
    """
    found: dict[str, None] = {}
    room = MOST_CHARACTERS
    for text in _walk(document):
        if text in found:
            continue
        room -= len(text)
        if room < 0:
            break
        found[text] = None
    return tuple(found)


def _walk(value: Any) -> Iterator[str]:
    """Iterate, not recurse: the depth is the author's to choose."""
    pending = [("", value)]
    while pending:
        name, current = pending.pop()
        if isinstance(current, dict):
            yield from _quantity(current)
            members = [(key, inner) for key, inner in current.items() if key not in _SILENT]
            pending += reversed(members)
        elif isinstance(current, list):
            pending += [(name, inner) for inner in reversed(current)]
        elif isinstance(current, str):
            yield from _spoken(name, current)


def _quantity(value: dict[str, Any]) -> Iterator[str]:
    number, unit = value.get("value"), value.get("unit")
    if number is not None and not isinstance(number, str | dict | list):
        yield f"{number} {unit if isinstance(unit, str) else ''}".strip()


def _spoken(name: str, text: str) -> Iterator[str]:
    if name == "div":
        yield from _narrative(text)
    elif text.strip():
        yield " ".join(text.split())


def _narrative(markup: str) -> Iterator[str]:
    reader = _Words()
    reader.feed(markup)
    reader.close()
    for words in reader.found:
        if text := " ".join(words.split()):
            yield text


class _Words(HTMLParser):
    """What a narrative says between its tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)
