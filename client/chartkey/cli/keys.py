"""Making and looking at key files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.choice import suite_of
from chartkey.cli.session import new_passphrase, session_of

__all__ = ["app"]

app = typer.Typer(help="Key files: make one, look at it, rotate its encryption key.")

SuiteName = Annotated[
    str,
    typer.Option(
        "--suite",
        metavar="SUITE",
        help="hybrid (RSA together with ML-KEM-768, which a quantum computer does not break) or "
        "rsa (as earlier releases).",
    ),
]


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
    suite: SuiteName = "hybrid",
) -> None:
    """Make a key file. Its passphrase is in CHARTKEY_PASSPHRASE_FILE, beside it, or asked for."""
    from chartkey.crypto.keyfile import KeyFile

    session, made_for = session_of(context), suite_of(suite)
    name = path.stem if label is None else label
    passphrase = new_passphrase(path)
    with session.out.working("making keys"):
        keys = KeyFile.create(
            path, passphrase, name, bits=bits, suite=made_for, handle_key=institution
        )
    value = {"address": keys.address, "label": name, "path": path, "suite": suite}
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
    holder = session.holder()
    with session.out.working("making a key and publishing it"):
        version = holder.rotate_key()
    session.out.show({"version": version}, f"Encryption key {version} is published.")


@app.command()
def rewrap(context: typer.Context, suite: SuiteName = "hybrid") -> None:
    """Move --key to a suite: a key of it, published, and every relationship's root wrapped to it.

    Run it again after an interruption: it goes on where it was, and does nothing twice.
    """
    session, wanted = session_of(context), suite_of(suite)
    holder, count = session.holder(), session.out.counter
    try:
        rotated = holder.rewrap(
            wanted,
            progress=count and (lambda done, total: count(f"of {total:,} roots wrapped", done)),
        )
    finally:
        session.out.done()
    value = {
        "version": rotated.version,
        "suite": rotated.suite.label,
        "relationships": rotated.relationships,
        "wrapped": rotated.wrapped,
    }
    text = f"Encryption key {rotated.version} ({rotated.suite.label}) is published"
    if rotated.relationships:
        text += f"; {rotated.wrapped:,} of {rotated.relationships:,} roots were wrapped to it now"
    session.out.show(value, f"{text}.")
