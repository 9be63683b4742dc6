"""Drafting, confirming, listing and reading records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.session import Session, fail, pick
from chartkey.models import Kind

if TYPE_CHECKING:
    from chartkey.actors.drafting import Draft
    from chartkey.models import RecordPointer

__all__ = ["COMMANDS", "kind_of", "when"]


def when(seconds: int) -> str:
    """Return a time as people read it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def kind_of(text: str | None) -> Kind | None:
    """Return the kind that was typed, as ``patient-summary``; ends the program for another."""
    if text is None:
        return None
    kinds = {kind.label: kind for kind in Kind}
    if text not in kinds:
        fail(f"there is no kind {text!r}; there are: {', '.join(kinds)}")
    return kinds[text]


def _row(pointer: RecordPointer) -> dict[str, Any]:
    return {
        "record": pointer.record,
        "kind": Kind(pointer.kind).label if pointer.kind in list(Kind) else pointer.kind,
        "status": pointer.status.name.lower(),
        "current": "no" if pointer.superseded else "yes",
        "block": pointer.block,
        "author": pointer.author,
        "relationship": pointer.relationship,
    }


def _draft_row(draft: Draft) -> dict[str, Any]:
    return {
        "draft": draft.record,
        "kind": draft.kind.label,
        "author": draft.author,
        "answer by": when(draft.deadline),
        "bytes": draft.header.size,
    }


def draft(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(help="The patient's account.")],
    source: Annotated[Path, typer.Argument(help="A FHIR R4 JSON file or a DICOM file.")],
    kind: Annotated[str | None, typer.Option(help="Coarse kind, in clear on chain.")] = None,
    corrects: Annotated[str | None, typer.Option(help="Record that this one replaces.")] = None,
    relationship: Annotated[str | None, typer.Option(help="Which, if several.")] = None,
    days: Annotated[float, typer.Option(help="Days for the patient to answer.")] = 7,
) -> None:
    """Clinician: draft a record and leave it for the patient to confirm."""
    session: Session = context.obj
    clinician = session.clinician()
    parent = None
    if corrects:
        parent = pick({p.record: p for p in clinician.records()}, corrects, "records")
    made = clinician.draft(
        patient, source, kind=kind_of(kind), corrects=parent, relationship=relationship, days=days
    )
    session.show(_draft_row(made), f"Draft 0x{made.record.hex()} waits for the patient.")


def drafts(context: typer.Context) -> None:
    """Patient: list the drafts that wait for an answer."""
    session: Session = context.obj
    rows = [_draft_row(draft) for draft in session.patient().drafts()]
    session.table(rows, "No draft waits.")


def confirm(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The draft's id, or how it begins.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Patient: look at a draft and confirm it; it is sealed, stored and anchored."""
    session: Session = context.obj
    patient = session.patient()
    chosen = pick({d.record: d for d in patient.drafts()}, record, "drafts")
    if not yes:
        with patient.look(chosen) as opened:
            typer.echo("\n".join(opened.summary()), err=True)
        typer.confirm("Anchor this record?", abort=True, err=True)
    pointer = patient.confirm(chosen)
    session.show(_row(pointer), f"Anchored 0x{pointer.record.hex()} in block {pointer.block}.")


def refuse(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The draft's id, or how it begins.")],
) -> None:
    """Patient: refuse a draft; the custodian erases it."""
    session: Session = context.obj
    patient = session.patient()
    chosen = pick({d.record: d for d in patient.drafts()}, record, "drafts")
    patient.refuse(chosen)
    session.show({"refused": chosen.record}, "Refused; the custodian has erased it.")


def records(
    context: typer.Context,
    request: Annotated[str | None, typer.Argument(help="A request that was approved.")] = None,
) -> None:
    """List one's own records, or those that an approved request covers."""
    session: Session = context.obj
    session.table([_row(p) for p in _listed(session, request)], "No record.")


def read(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The record's id, or how it begins.")],
    request: Annotated[str | None, typer.Option(help="The request that was approved.")] = None,
    save: Annotated[Path | None, typer.Option(help="Write the content to this file.")] = None,
    whole: Annotated[bool, typer.Option("--bundle", help="Print the whole FHIR JSON.")] = False,
) -> None:
    """Read a record: fetch, decrypt, verify every byte, and show it."""
    session: Session = context.obj
    pointer = pick({p.record: p for p in _listed(session, request)}, record, "records")
    with session.reader.read(pointer) as opened:
        if save is not None:
            opened.save(save)
        if whole:
            session.as_json = True
            session.show(opened.resource, "")
            return
        value = {**_row(pointer), "summary": opened.summary(), "saved": save and str(save)}
        session.show(value, "\n".join(opened.summary()))


def _listed(session: Session, request: str | None) -> list[RecordPointer]:
    from chartkey import Patient

    person = session.reader
    if isinstance(person, Patient):
        return person.records()
    asked = person.requested()
    if request is not None:
        return person.records(pick({r.id: r for r in asked}, request, "requests"))
    return person.readable()


COMMANDS = (draft, drafts, confirm, refuse, records, read)
