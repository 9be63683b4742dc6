"""Shares for guardians, and the box that they open (P31)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.session import secret_of, session_of

__all__ = ["app"]

app = typer.Typer(help="Guardians: share the key of a recovery box, and open it again.")


@app.command()
def split(
    context: typer.Context,
    box: Annotated[
        Path, typer.Argument(metavar="BOX", help="Where the box goes; must not be there yet.")
    ],
    threshold: Annotated[int, typer.Option(help="How many guardians are enough, from 2.")],
    size: Annotated[int, typer.Option(help="How many guardians there are, up to 16.")],
    mnemonic_file: Annotated[
        Path | None,
        typer.Option("--mnemonic-file", help="Holds the words, mode 0600; asked for without it."),
    ] = None,
) -> None:
    """Seal a mnemonic into a box, and print a share for each guardian; none is stored.

    Custodians keep the box. Enough guardians open it, once the delay on chain has passed.
    """
    from chartkey.crypto.box import seal_box
    from chartkey.crypto.ownfile import create
    from chartkey.crypto.seed import Seed, address_of
    from chartkey.crypto.share import new_secret, split

    session = session_of(context)
    words = secret_of(mnemonic_file, "Mnemonic")
    address = address_of(Seed.from_mnemonic(words).ethereum_key(0))
    secret = new_secret()
    shares = [share.text for share in split(secret, threshold, size)]
    create(box, seal_box(words, secret, bytes.fromhex(address[2:])))
    value = {"account": address, "box": box, "shares": shares, "threshold": threshold}
    lines = [f"{box}: the box of {address}; {threshold} of these {size} shares open it:", *shares]
    session.out.show(value, "\n".join(lines))


@app.command()
def combine(
    context: typer.Context,
    box: Annotated[Path, typer.Argument(metavar="BOX", help="The box, as a custodian gave it.")],
    account: Annotated[str, typer.Option(help="The contact account whose box it is.")],
    shares_file: Annotated[
        Path | None,
        typer.Option(help="Holds a share on each line, mode 0600; asked for without it."),
    ] = None,
) -> None:
    """Print the mnemonic in a box, opened with enough guardians' shares."""
    from chartkey.chain.address import checksum
    from chartkey.crypto.box import open_box
    from chartkey.crypto.share import Share, combine

    session = session_of(context)
    place = bytes.fromhex(checksum(account)[2:])
    text = secret_of(shares_file, "Shares, divided by commas")
    lines = [line for line in text.replace(",", "\n").splitlines() if line.strip()]
    words = open_box(box.read_bytes(), combine([Share.from_text(line) for line in lines]), place)
    session.out.show({"mnemonic": words}, words)
