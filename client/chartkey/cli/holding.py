"""``chartkey records …``: list, view, search, show elements of, and erase records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.choice import pick
from chartkey.cli.file import write_new
from chartkey.cli.output import tamed
from chartkey.cli.pointers import COLUMNS, listed, pointer_rows, wanted_record
from chartkey.cli.session import Session, session_of
from chartkey.models import Role

if TYPE_CHECKING:
    from chartkey.actors import Institution, Patient
    from chartkey.actors.index import Found
    from chartkey.records.view import View

__all__ = ["app"]

app = typer.Typer(
    help="List records; view, search, disclose and erase them.",
    invoke_without_command=True,
)

Request = Annotated[
    str | None,
    typer.Option("--request", metavar="REQUEST", help="Only what this one's grant covers."),
]
RecordId = Annotated[
    str | None,
    typer.Argument(metavar="RECORD", help="Its id, or how it begins; not needed if only one."),
]


@app.callback()
def records(context: typer.Context, request: Request = None) -> None:
    """List the records that one may read: a patient all, a clinician granted or written ones."""
    if context.invoked_subcommand is not None:
        return
    session = session_of(context)
    rows = pointer_rows(session, listed(session.reader(), request))
    session.out.table(rows, COLUMNS, "No record.")


@app.command()
def view(
    context: typer.Context,
    request: Request = None,
    by: Annotated[str, typer.Option(metavar="ORDER", help="time, event or kind.")] = "time",
    setting: Annotated[
        str | None,
        typer.Option(metavar="SETTING", help="Only inpatient or only outpatient records."),
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="Show versions that were replaced, too.")
    ] = False,
) -> None:
    """Look at records by time, event or kind, allergies first; clinicians sign receipts."""
    session = session_of(context)
    found = _view(session, request, by, setting, versions)
    session.out.done()
    session.out.show(found.to_dict(), "\n".join(tamed(line) for line in found.lines()))


@app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All must be in a record.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="NUMBER", help="At most.")] = 50,
) -> None:
    """Search one's own records, in the encrypted index on this device."""
    session = session_of(context)
    found = session.patient().search(" ".join(words), limit=limit, progress=session.out.counter)
    session.out.done()
    rows = [_found_row(one) for one in found]
    session.out.table(rows, "record when kind title snippet", "Nothing found.")


@app.command()
def elements(context: typer.Context, wanted: RecordId = None) -> None:
    """List the elements of a record that can be disclosed one by one."""
    session = session_of(context)
    patient = session.patient()
    pointer = wanted_record(patient, wanted, None)
    with session.out.working("fetching, opening and verifying"):
        found = patient.elements(pointer)
    rows = [{"element": one.index, "what": one.label, "bytes": one.size} for one in found]
    session.out.table(rows, "element what bytes", "No element.")


@app.command()
def disclose(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the proof is written.")],
    element: Annotated[
        list[int],
        typer.Option("--element", min=1, metavar="NUMBER", help="Which; may be repeated."),
    ],
    wanted: Annotated[
        str | None,
        typer.Option("--record", metavar="RECORD", help="Whose id begins so, if several."),
    ] = None,
    audience: Annotated[
        str, typer.Option(metavar="TEXT", help="For whom, at most 64 characters; signed.")
    ] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file.")] = False,
) -> None:
    """Write a file that proves some elements of a record and shows nothing of the others."""
    session = session_of(context)
    patient = session.patient()
    pointer = wanted_record(patient, wanted, None)
    with session.out.working("fetching, opening and proving"):
        found = patient.disclose(pointer, element, audience=audience)
    write_new(target, found.to_json(), overwrite)
    answer = {"record": pointer.record, "root": pointer.root, "file": target, "elements": element}
    told = f"{len(found.proofs)} elements of 0x{pointer.record.hex()} written to {target}."
    session.out.show(answer, f"{told}\nRoot on chain: 0x{pointer.root.hex()}")


@app.command()
def erase(
    context: typer.Context,
    wanted: RecordId = None,
    this_version: Annotated[
        bool, typer.Option("--this-version", help="Leave the versions before and after it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Have a record's keys destroyed everywhere, for good; the certificate is anchored."""
    session = session_of(context)
    patient = session.patient()
    pointer = pick({p.record: p for p in patient.records()}, wanted, "records")
    if not yes:
        session.out.confirm(f"Erase record 0x{pointer.record.hex()} so that nobody opens it again?")
    with session.out.working("asking the custodians to erase"):
        erased = patient.erase(pointer, versions=not this_version)
    unanswered = [session.named(one) for one in erased.unanswered]
    answer = {
        "erased": erased.records,
        "certified": True,
        "at": erased.erased_at,
        "unanswered": unanswered,
    }
    lines = [f"Erased 0x{record.hex()}." for record in erased.records]
    lines.append("The custodians' certificate is anchored. What readers took before, they keep.")
    if unanswered:
        names = ", ".join(str(name) for name in unanswered)
        lines.append(f"{names}, once the mirror, did not answer: run the same again later.")
    session.out.show(answer, "\n".join(lines))


@app.command()
def seal(context: typer.Context, wanted: RecordId = None) -> None:
    """Seal a record for a dispute, as patient or institution: nobody erases it meanwhile."""
    session = session_of(context)
    side = _side(session)
    pointer = pick({p.record: p for p in side.records()}, wanted, "records")
    side.seal(pointer)
    session.out.show({"sealed": pointer.record}, f"Sealed 0x{pointer.record.hex()}.")


@app.command()
def unseal(context: typer.Context, wanted: RecordId = None) -> None:
    """Lift one's own seal from a record; the other side's stays."""
    session = session_of(context)
    side = _side(session)
    pointer = pick({p.record: p for p in side.records()}, wanted, "records")
    side.lift_seal(pointer)
    session.out.show({"lifted": pointer.record}, f"Lifted the seal on 0x{pointer.record.hex()}.")


def _side(session: Session) -> Patient | Institution:
    return session.patient() if session.role is Role.PATIENT else session.institution()


def _view(
    session: Session, request: str | None, by: str, setting: str | None, versions: bool
) -> View:
    from chartkey import Patient

    person = session.reader()
    named: dict[str, Any] = {
        "setting": setting,
        "versions": versions,
        "progress": session.out.counter,
    }
    if isinstance(person, Patient):
        if request is not None:
            raise typer.BadParameter("a patient's own records need no request.")
        return person.view(by, **named)
    if request is None:
        return person.view(None, by, **named)
    chosen = pick({r.id: r for r in person.requested()}, request, "requests")
    return person.view(chosen, by, **named)


def _found_row(found: Found) -> dict[str, Any]:
    row = found.entry.to_dict()
    return row | {"snippet": found.snippet}
