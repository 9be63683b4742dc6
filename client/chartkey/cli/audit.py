"""The auditor's commands: replay, timeline, who could read. No key file is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.session import Session, fail

if TYPE_CHECKING:
    from chartkey.audit import Auditor

__all__ = ["app"]

app = typer.Typer(help="Audit the alliance from its events; needs no key.")


@app.command()
def replay(context: typer.Context) -> None:
    """Rebuild the whole state from the first block and compare it with the contracts."""
    session: Session = context.obj
    report = _auditor(session).verify(_progress(session))
    session.show(
        report.to_dict(),
        f"{report.events} events up to block {report.block.number} rebuild the state: "
        f"{report.answers} answers and {report.slots} storage slots of {report.contracts} "
        f"contracts agree, {report.proven} of them down to the storage root.",
    )


@app.command()
def timeline(
    context: typer.Context,
    html: Annotated[Path | None, typer.Option(help="Write a page to look at.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a table for a spreadsheet.")] = None,
) -> None:
    """Tell what happened, oldest first."""
    from chartkey.audit import print_table, to_csv, to_html

    session: Session = context.obj
    rows = _auditor(session).timeline()
    for path, text in ((html, to_html), (csv, to_csv)):
        if path is not None:
            _write(path, text(rows))
    if session.as_json:
        session.show([row.to_dict() for row in rows], "")
    elif html is None and csv is None:
        print_table(rows)
    else:
        print(f"{len(rows)} events written.")


@app.command()
def who(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="A record's whole id.")],
    block: Annotated[int | None, typer.Option(help="As of the end of this block.")] = None,
) -> None:
    """Answer who could read a record, and why."""
    session: Session = context.obj
    answer = _auditor(session).who_could_read(record, block)
    time = datetime.fromtimestamp(answer.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"Record {record} at block {answer.block} ({time}):"]
    lines += [f"  could read: {_reader(reader)}" for reader in answer.readers]
    lines += [f"  could not:  {_reader(reader)}" for reader in answer.barred]
    session.show(answer.to_dict(), "\n".join(lines))


def _auditor(session: Session) -> Auditor:
    from chartkey import Auditor

    return Auditor.open(session.net)


def _progress(session: Session) -> Any:
    import sys

    if session.as_json or not sys.stderr.isatty():
        return None
    return lambda what, count: print(f"\r{what}: {count} ", end="", file=sys.stderr)


def _reader(reader: Any) -> str:
    return ", ".join(str(value) for value in reader.to_dict().values() if value)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        fail(f"{path} exists; name another file")
    except OSError as err:
        fail(f"{path} cannot be written: {err.strerror}")
