"""Drafting, confirming, listing and reading records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.choice import days, kind_of, pick, range_of
from chartkey.cli.pointers import pointer_rows, wanted_record
from chartkey.cli.session import Session, session_of

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Patient
    from chartkey.actors.drafting import Draft
    from chartkey.models import RecordPointer
    from chartkey.records import Opened

__all__ = ["PANELS"]

_DRAFT_COLUMNS = "draft kind author institution until bytes"

DraftId = Annotated[
    str | None,
    typer.Argument(metavar="DRAFT", help="Its id, or how it begins; not needed if only one."),
]
RecordId = Annotated[
    str | None,
    typer.Argument(metavar="RECORD", help="Its id, or how it begins; not needed if only one."),
]


def draft(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The patient's account.")],
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A FHIR R4 JSON, CDA XML or DICOM file, or a folder: a DICOM series.",
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="In clear on chain; by default what the file is."),
    ] = None,
    corrects: Annotated[
        str | None, typer.Option(metavar="RECORD", help="The version that this one replaces.")
    ] = None,
    relationship: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Of the one that is meant, if several fit."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What text is written in, if the file does not say."),
    ] = None,
    answer_in: Annotated[
        float, days("After so many days the institution may anchor it without the patient.")
    ] = 7,
) -> None:
    """Draft a record, sign it, and leave it for the patient to confirm."""
    session = session_of(context)
    filed, clinician = kind_of(kind), session.clinician()
    parent = None
    if corrects is not None:
        parent = pick({p.record: p for p in clinician.records()}, corrects, "records")
    with session.out.working("checking, signing and sealing"):
        made = clinician.draft(
            patient,
            source,
            kind=filed,
            corrects=parent,
            relationship=relationship,
            days=answer_in,
            encoding=encoding,
        )
    row = _draft_row(session, made)
    session.out.show(row, f"Draft 0x{made.record.hex()} waits for the patient.")


def drafts(context: typer.Context) -> None:
    """List the drafts that wait for an answer."""
    session = session_of(context)
    rows = [_draft_row(session, draft) for draft in session.patient().drafts()]
    session.out.table(rows, _DRAFT_COLUMNS, "No draft waits.")


def confirm(
    context: typer.Context,
    wanted: DraftId = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not show it and ask.")] = False,
) -> None:
    """Look at a draft and confirm it: it is sealed, stored and anchored."""
    session = session_of(context)
    patient = session.patient()
    chosen = pick({d.record: d for d in patient.drafts()}, wanted, "drafts")
    if not yes:
        with patient.look(chosen) as opened:
            typer.echo("\n".join(opened.summary()), err=True)
        session.out.confirm("Anchor this record?")
    with session.out.working("sealing, storing and anchoring"):
        pointer = patient.confirm(chosen)
    row = pointer_rows(session, [pointer])[0]
    text = f"Anchored record 0x{pointer.record.hex()} in block {pointer.block}."
    session.out.show(row, text)


def refuse(context: typer.Context, wanted: DraftId = None) -> None:
    """Refuse a draft; the custodian erases it."""
    session = session_of(context)
    patient = session.patient()
    chosen = pick({d.record: d for d in patient.drafts()}, wanted, "drafts")
    patient.refuse(chosen)
    session.out.show({"refused": chosen.record}, "Refused; the custodian has erased it.")


def overdue(context: typer.Context) -> None:
    """List the drafts that their patients did not answer in time."""
    session = session_of(context)
    rows = [_draft_row(session, draft) for draft in session.institution().overdue()]
    session.out.table(rows, _DRAFT_COLUMNS, "No draft is overdue.")


def attest(context: typer.Context, wanted: DraftId = None) -> None:
    """Anchor an overdue draft without the patient, visibly as attested."""
    session = session_of(context)
    institution = session.institution()
    chosen = pick({d.record: d for d in institution.overdue()}, wanted, "drafts")
    with session.out.working("sealing, storing and anchoring"):
        institution.attest(chosen)
    text = f"Anchored 0x{chosen.record.hex()} as attested; the patient may confirm it later."
    session.out.show({"attested": chosen.record}, text)


def read(
    context: typer.Context,
    wanted: RecordId = None,
    request: Annotated[
        str | None,
        typer.Option(metavar="REQUEST", help="Only among what this one's grant covers."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the content here, mode 0600.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file.")] = False,
    whole: Annotated[bool, typer.Option("--bundle", help="Print the whole FHIR JSON.")] = False,
    part: Annotated[
        str | None,
        typer.Option(
            "--bytes",
            metavar="START:END",
            help="Fetch only these bytes, for example the beginning of a large study; with --save.",
        ),
    ] = None,
) -> None:
    """Read a record: fetch, decrypt, verify every byte, show it; clinicians sign a receipt."""
    session = session_of(context)
    asked = None if part is None else range_of(part)
    if asked is not None and (save is None or whole):
        raise typer.BadParameter("--bytes writes to a file: name it with --save, without --bundle.")
    person = session.reader()
    pointer = wanted_record(person, wanted, request)
    if asked is not None and save is not None:
        _save_part(session, person, pointer, asked, save, overwrite)
        return
    with session.out.working("fetching, opening and verifying"):
        opened = person.read(pointer)
    with opened:
        if save is not None:
            opened.save(save, overwrite=overwrite)
        if whole:
            _show_whole(session, opened)
        else:
            lines = opened.summary()
            row = pointer_rows(session, [pointer])[0] | {"summary": lines, "saved": save}
            session.out.show(row, "\n".join(lines))


def _save_part(
    session: Session,
    person: Patient | Clinician,
    pointer: RecordPointer,
    asked: tuple[int, int],
    path: Path,
    overwrite: bool,
) -> None:
    from chartkey.records.disk import save

    with session.out.working("fetching and opening a part"):
        found = person.read_part(pointer, *asked)
    with found:
        save(path, found, overwrite=overwrite)
        size = found.tell()
    value = pointer_rows(session, [pointer])[0] | {"start": asked[0], "bytes": size, "saved": path}
    session.out.show(value, f"{path}: {size:,} bytes from byte {asked[0]:,} on")


def _show_whole(session: Session, opened: Opened) -> None:
    session.out.as_json = True
    session.out.show(opened.resource, "")


def _draft_row(session: Session, draft: Draft) -> dict[str, Any]:
    from chartkey.audit.wording import kind_label, moment

    institution = session.net.relationship(draft.relationship).parties().institution
    return {
        "draft": draft.record,
        "kind": kind_label(draft.header.attestation.kind),
        "author": draft.author,
        "institution": session.named(institution),
        "relationship": draft.relationship,
        "until": moment(draft.deadline),
        "bytes": draft.header.size,
    }


PANELS = {
    "Institutions": (overdue, attest),
    "Patients": (drafts, confirm, refuse),
    "Clinicians": (draft,),
    "Patients and clinicians": (read,),
}
