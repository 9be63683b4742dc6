"""Which records there are for whoever asks, and how a list shows them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chartkey.cli.choice import pick
from chartkey.cli.session import Session
from chartkey.errors import AccessDenied, RecordMissing

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Patient
    from chartkey.models import RecordPointer

__all__ = ["COLUMNS", "listed", "pointer_rows", "wanted_record"]

COLUMNS = "record kind status current institution author anchored"


def listed(person: Patient | Clinician, request: str | None) -> list[RecordPointer]:
    """Return a patient's own records, or what a clinician may read, under one request or at all.

    Raises:
        RequestMissing: there is no such request, or it has no grant in force.
    """
    from chartkey import Patient

    if isinstance(person, Patient):
        return person.records()
    if request is None:
        return person.readable()
    return person.records(pick({r.id: r for r in person.requested()}, request, "requests"))


def wanted_record(
    person: Patient | Clinician, wanted: str | None, request: str | None
) -> RecordPointer:
    """Choose what to read; a clinician learns nothing of records beyond "not granted" (P11).

    Raises:
        RecordMissing: none of a patient's own begins so.
        AccessDenied: a clinician may read none that begins so.
        Ambiguous: several do.
    """
    from chartkey import Patient

    found = {pointer.record: pointer for pointer in listed(person, request)}
    if isinstance(person, Patient):
        return pick(found, wanted, "records")
    try:
        return pick(found, wanted, "records")
    except RecordMissing:
        raise AccessDenied from None


def pointer_rows(session: Session, pointers: list[RecordPointer]) -> list[dict[str, Any]]:
    """Return records as rows of a table. What was erased says so."""
    from chartkey.audit.wording import kind_label, moment
    from chartkey.chain.history import RelationshipHistory

    @cache
    def institution_of(relationship: str) -> str | None:
        return session.named(session.net.relationship(relationship).parties().institution)

    @cache
    def time_of(block: int) -> str:
        return moment(session.net.block(block).timestamp)

    @cache
    def erased_at(relationship: str) -> frozenset[bytes]:
        return RelationshipHistory(session.net, relationship).erased()

    def status_of(pointer: RecordPointer) -> str:
        erased = pointer.record in erased_at(pointer.relationship)
        return "erased" if erased else pointer.status.name.lower()

    return [
        {
            "record": pointer.record,
            "kind": kind_label(pointer.kind),
            "status": status_of(pointer),
            "current": not pointer.superseded,
            "institution": institution_of(pointer.relationship),
            "relationship": pointer.relationship,
            "author": pointer.author,
            "anchored": time_of(pointer.block),
            "block": pointer.block,
        }
        for pointer in pointers
    ]
