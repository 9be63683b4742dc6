"""The command tree, and what every command shares: connection, key file, form of output."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from chartkey.cli import audit, clinic, consent, envelope, keys, records
from chartkey.cli.session import Session

__all__ = ["app", "main"]

app = typer.Typer(
    name="chartkey",
    help="Encrypted medical records that follow the patient.",
    epilog="Every command takes --json after chartkey: chartkey --json drafts",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def shared(
    context: typer.Context,
    rpc: Annotated[
        str, typer.Option(envvar="CHARTKEY_RPC", help="Address of an Ethereum node.")
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
            help="A clinician's affiliation: account or name of an institution, or a department.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Read what every command shares."""
    context.obj = Session(rpc, manifest, key, affiliation, json)


@app.command("version")
def show_version(context: typer.Context) -> None:
    """Print the version of this library."""
    session: Session = context.obj
    session.show({"version": version("chartkey")}, f"chartkey {version('chartkey')}")


for module in (records, consent, clinic):
    for command in module.COMMANDS:
        app.command()(command)
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(envelope.app, name="envelope")


def main() -> None:
    """Run the command line; a known error ends it with status 1 and one clear line."""
    from chartkey.cli.session import reported

    with reported():
        app()
