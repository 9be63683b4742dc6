"""Making and looking at key files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.session import Session

__all__ = ["app"]

app = typer.Typer(help="Key files: make one, look at it, rotate its encryption key.")


@app.command()
def new(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Where the key file goes; must not exist.")],
    label: Annotated[str, typer.Option(help="What people call it.")],
    institution: Annotated[
        bool, typer.Option("--institution", help="With a key for identity handles.")
    ] = False,
    bits: Annotated[int, typer.Option(help="RSA key size: 3072 or 4096.")] = 3072,
) -> None:
    """Make a key file under a passphrase; the passphrase is asked for, or found as always."""
    from chartkey.crypto.keyfile import KeyFile

    session: Session = context.obj
    session.key = str(path)
    passphrase = session.new_passphrase()
    keys = KeyFile.create(path, passphrase, label, bits=bits, handle_key=institution)
    value = {"address": keys.address, "label": label, "path": os.fspath(path)}
    session.show(value, f"{path}: {keys.address} ({label})")


@app.command()
def show(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A key file.")],
) -> None:
    """Show whose key file it is; no passphrase is needed and no key is shown."""
    from chartkey.crypto.keyfile import KeyFile

    session: Session = context.obj
    address = KeyFile.address(path)
    session.show({"address": address, "path": os.fspath(path)}, address)


@app.command()
def rotate(context: typer.Context) -> None:
    """Make a new encryption key in --key and publish it; earlier ones keep opening old records."""
    session: Session = context.obj
    version = session.reader.rotate_key()
    session.show({"version": version}, f"Encryption key {version} is published.")
