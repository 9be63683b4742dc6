"""Making and looking at key files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.session import new_passphrase, session_of

__all__ = ["app"]

app = typer.Typer(help="Key files: make one, look at it, rotate its encryption key.")


@app.command()
def new(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where it goes; must not be there yet.")
    ],
    label: Annotated[
        str | None, typer.Option(help="What people call it; by default the file's name.")
    ] = None,
    institution: Annotated[
        bool, typer.Option("--institution", help="With a key for identity handles.")
    ] = False,
    bits: Annotated[int, typer.Option(help="RSA key size: 3072 or 4096.")] = 3072,
) -> None:
    """Make a key file. Its passphrase is in CHARTKEY_PASSPHRASE_FILE, beside it, or asked for."""
    from chartkey.crypto.keyfile import KeyFile

    session = session_of(context)
    name = path.stem if label is None else label
    passphrase = new_passphrase(path)
    with session.out.working("making keys"):
        keys = KeyFile.create(path, passphrase, name, bits=bits, handle_key=institution)
    value = {"address": keys.address, "label": name, "path": path}
    session.out.show(value, f"{path}: {keys.address} ({name})")


@app.command()
def show(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="By default the one of --key.")
    ] = None,
) -> None:
    """Print whose key file it is; no passphrase is needed and no key is shown."""
    from chartkey.crypto.keyfile import KeyFile

    session = session_of(context)
    file = Path(session.keyfile) if path is None else path
    address = KeyFile.address(file)
    session.out.show({"address": address, "path": file}, address)


@app.command()
def rotate(context: typer.Context) -> None:
    """Add a new encryption key to --key and publish it; earlier ones keep opening old records."""
    session = session_of(context)
    person = session.reader()
    with session.out.working("making a key and publishing it"):
        version = person.rotate_key()
    session.out.show({"version": version}, f"Encryption key {version} is published.")
