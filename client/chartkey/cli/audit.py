"""The auditor's commands: replay, timeline, who could read. No key file is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartkey.cli.choice import bytes_of, pick
from chartkey.cli.file import write_new
from chartkey.cli.session import Session, session_of
from chartkey.cli.shown import disclosed, told

if TYPE_CHECKING:
    from chartkey.audit import Answer, Auditor

__all__ = ["app"]

app = typer.Typer(help="Audit the alliance from its events; needs no key.")


@app.command()
def replay(context: typer.Context) -> None:
    """Rebuild the whole state from the first block and compare it with the contracts."""
    session = session_of(context)
    report = _auditor(session).verify(session.out.counter)
    session.out.done()
    session.out.show(
        report.to_dict(),
        f"{report.events} events up to block {report.block.number} rebuild the state: "
        f"{report.answers} answers and {report.slots} storage slots of {report.contracts} "
        f"contracts agree, {report.proven} of them down to the storage root.",
    )


@app.command()
def timeline(
    context: typer.Context,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page to look at.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a table for a spreadsheet.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace those files.")] = False,
    brief: Annotated[
        bool, typer.Option("--brief", help="In the table, count long runs of like events.")
    ] = False,
) -> None:
    """Tell what happened, oldest first."""
    from chartkey.audit import print_table, to_csv, to_html

    session = session_of(context)
    rows = _auditor(session).timeline()
    written = []
    for path, render in ((html, to_html), (csv, to_csv)):
        if path is not None:
            written.append(write_new(path, render(rows), overwrite))
    if session.out.as_json:
        session.out.show([row.to_dict() for row in rows], "")
    elif written:
        print(f"{len(rows)} events written to {' and '.join(written)}.")
    else:
        print_table(rows, brief=brief)


@app.command()
def who(
    context: typer.Context,
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="RECORD", help="Its id, or how it begins; not needed if only one."),
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="NUMBER", help="As of the end of this block; by default the newest."
        ),
    ] = None,
    relationship: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where it is anchored, if two use the same id."),
    ] = None,
) -> None:
    """Answer who could read a record, who could not, and why."""
    from chartkey.chain.address import checksum

    session = session_of(context)
    auditor = _auditor(session)
    place = None if relationship is None else checksum(relationship)
    known = {id: id for one in auditor.replay().relationships.values() for id in one.records}
    answer = auditor.who_could_read(pick(known, wanted, "records"), block, place)
    session.out.show(answer.to_dict(), "\n".join(_lines(answer)))


@app.command("check-disclosure")
def check_disclosure(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What a patient disclosed.")],
    root: Annotated[
        str | None,
        typer.Option(metavar="ROOT", help="The record's anchored root, where it is known."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no node: what the chain says stays open.")
    ] = False,
) -> None:
    """Check a disclosed part of a record, and show it with what the chain says of the record."""
    from chartkey.actors.disclosure import Disclosure
    from chartkey.records.limits import LIMITS

    session = session_of(context)
    with file.open("rb") as stream:
        found = Disclosure.from_json(stream.read(LIMITS.fhir_bytes + 1))
    found.check(None if root is None else bytes_of(root, 32))
    anchored = None if offline else found.check_anchored(session.net)
    session.out.show(disclosed(found, anchored, session), told(found, anchored, session))


def _auditor(session: Session) -> Auditor:
    from chartkey import Auditor

    auditor = Auditor.open(session.net)
    auditor.replay(session.out.counter)
    session.out.done()
    return auditor


def _lines(answer: Answer) -> list[str]:
    from chartkey.audit.wording import moment

    return [
        f"Record 0x{answer.record.hex()} at block {answer.block} ({moment(answer.time)}):",
        *(f"  could read: {reader.name}: {reader.reason}" for reader in answer.readers),
        *(f"  could not:  {reader.name}: {reader.reason}" for reader in answer.barred),
    ]
