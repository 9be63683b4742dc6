"""What a record is about, taken once when it is opened: for views, and for the owner's index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from chartkey.models import Kind
from chartkey.records.document import CDA, DICOM, SERIES
from chartkey.records.moment import Moment
from chartkey.records.opened import Opened
from chartkey.records.outline import (
    Allergies,
    allergies_of_cda,
    allergies_of_image,
    allergies_of_resource,
)
from chartkey.records.texts import texts_of_resource
from chartkey.records.visit import Setting, Visit, visits_of_resource

__all__ = ["Glance", "glance"]


@dataclass(frozen=True, slots=True, repr=False)
class Glance:
    """A record's title, time, allergies and encounters; ``texts`` are all its words.

    Its ``repr`` shows nothing of the patient's.
    """

    media_type: str
    kind: Kind
    title: str
    moment: Moment | None
    allergies: Allergies
    visits: tuple[Visit, ...]
    texts: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return everything but the texts, as one JSON object."""
        return json.dumps(
            {
                "mediaType": self.media_type,
                "kind": int(self.kind),
                "title": self.title,
                "moment": self.moment and self.moment.text,
                "allergies": [self.allergies.denied, *self.allergies.lines],
                "visits": [_packed(visit) for visit in self.visits],
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Glance:
        """Read what :meth:`to_json` wrote; the texts are not in it. For one's own files only."""
        members = json.loads(text)
        denied, *lines = members["allergies"]
        return cls(
            media_type=members["mediaType"],
            kind=Kind(members["kind"]),
            title=members["title"],
            moment=Moment.parse(members["moment"]),
            allergies=Allergies(tuple(lines), denied),
            visits=tuple(_unpacked(visit) for visit in members["visits"]),
        )


def glance(opened: Opened) -> Glance:
    """Look through an opened record once.

    Raises:
        RecordInvalid: its author sealed something damaged.
        RecordTooLarge: over a cap of ``Limits`` (T14).
        ExtraMissing: it is DICOM and pydicom is not installed.
    """
    allergies, visits, texts = _SEEN.get(opened.media_type, _resource)(opened)
    return Glance(
        media_type=opened.media_type,
        kind=opened.kind,
        title=opened.title,
        moment=opened.moment,
        allergies=allergies,
        visits=tuple(visits),
        texts=(opened.title, *texts),
    )


_Seen = tuple[Allergies, Iterable[Visit], Iterable[str]]


def _resource(opened: Opened) -> _Seen:
    document = opened.exact
    return (
        allergies_of_resource(document),
        visits_of_resource(document),
        texts_of_resource(document),
    )


def _image(opened: Opened) -> _Seen:
    image = opened.image
    words = [*image.image.values(), *image.patient.values(), *image.notes.values()]
    visits = [image.visit] if image.visit else []
    return allergies_of_image(image), visits, words


def _cda(opened: Opened) -> _Seen:
    document = opened.cda
    words = [text for one in document.sections for text in (one.title, *one.rows) if text]
    visits = [document.visit] if document.visit else []
    return allergies_of_cda(document), visits, [*document.patient, *words]


_SEEN: dict[str, Callable[[Opened], _Seen]] = {DICOM: _image, SERIES: _image, CDA: _cda}


def _packed(visit: Visit) -> list[Any]:
    start, end = visit.start and visit.start.text, visit.end and visit.end.text
    return [visit.id, visit.setting, start, end, visit.label]


def _unpacked(packed: list[Any]) -> Visit:
    name, setting, start, end, label = packed
    place = Setting(setting) if setting else None
    return Visit(name, place, Moment.parse(start), Moment.parse(end), label)
