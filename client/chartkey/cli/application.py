"""The command tree, and what every command shares: connection, key file, form of output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Final

import typer

from chartkey.cli import (
    audit,
    consent,
    envelope,
    guardians,
    holding,
    institution,
    keys,
    network,
    pins,
    records,
    relationship,
    store,
)
from chartkey.cli.doctor import doctor
from chartkey.cli.outcome import conclude
from chartkey.cli.output import Output, escape_unknown
from chartkey.cli.session import Session, session_of
from chartkey.cli.status import status

__all__ = ["app", "arranged", "main"]

_JSON: Final = "--json"
_SHARED: Final = ("--rpc", "--manifest", "--key", "--affiliation")
"""Shared options that take a value."""
_PANELS: Final = ("Patients", "Clinicians", "Patients and clinicians", "Institutions")

app = typer.Typer(
    name="chartkey",
    help="Encrypted medical records that follow the patient.",
    epilog="These options may stand anywhere: chartkey drafts --key patient.json --json\n\n"
    "The status is 0: done, 1: refused or failed, 2: typed wrongly, 130: interrupted.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def shared(
    context: typer.Context,
    rpc: Annotated[
        str,
        typer.Option(
            envvar="CHARTKEY_RPC",
            help="Address of an Ethereum node; of several, separated by commas, the first that "
            "can be used is.",
        ),
    ] = "http://127.0.0.1:8545",
    manifest: Annotated[
        str, typer.Option(envvar="CHARTKEY_MANIFEST", help="The alliance's manifest.")
    ] = "alliance.json",
    key: Annotated[
        str | None, typer.Option(envvar="CHARTKEY_KEY", help="Key file of whoever acts.")
    ] = None,
    affiliation: Annotated[
        str | None,
        typer.Option(
            envvar="CHARTKEY_AFFILIATION",
            help="Of a clinician who has several: an institution's name or account, or a "
            "department's id.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option(_JSON, help="Print one JSON value.")] = False,
) -> None:
    """Read what every command shares."""
    context.obj = Session(rpc, manifest, key, affiliation, Output(as_json))


@app.command("version")
def show_version(context: typer.Context) -> None:
    """Print the version of this library."""
    number = version("chartkey")
    session_of(context).out.show({"version": number}, f"chartkey {number}")


app.command()(status)
app.command()(doctor)
for panel in _PANELS:
    for module in (relationship, records, consent, institution):
        for command in module.PANELS.get(panel, ()):
            app.command(rich_help_panel=panel)(command)
app.add_typer(holding.app, name="records", rich_help_panel="Patients and clinicians")
app.add_typer(keys.app, name="keys")
app.add_typer(guardians.app, name="guardians")
app.add_typer(audit.app, name="audit")
app.add_typer(envelope.app, name="envelope")
app.add_typer(store.app, name="store")
app.add_typer(network.app, name="network")
app.add_typer(pins.app, name="pins")


def arranged(arguments: Sequence[str]) -> list[str]:
    """Return a command line with the shared options first, wherever they were typed.

    What follows ``--`` stays where it is.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first, rest = [], []
    words = iter(arguments[:end])
    for word in words:
        if word == _JSON or word.startswith(tuple(f"{name}=" for name in _SHARED)):
            first.append(word)
        elif word in _SHARED:
            value = next(words, _JSON)
            if value.startswith("--"):
                # Alone, for the parser to say what is missing.
                return [*(one for one in arguments if one == _JSON), word]
            first += [word, value]
        else:
            rest.append(word)
    return [*first, *rest, *arguments[end:]]


def main() -> None:
    """Run the command line and end the program with its status; see ``outcome`` for which.

    Raises:
        SystemExit: always.
    """
    escape_unknown()
    arguments = arranged(sys.argv[1:]) or ["--help"]
    raise SystemExit(conclude(lambda: _run(arguments), as_json=_JSON in arguments))


def _run(arguments: list[str]) -> int | None:
    # Named, because the name would otherwise follow from how Python was started.
    status: int | None = app(args=arguments, prog_name="chartkey", standalone_mode=False)
    return status
