"""Looking at sealed files: whether they open, by one reader or the other."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.choice import bytes_of
from chartkey.cli.session import session_of

__all__ = ["app"]

app = typer.Typer(help="Sealed files, as client/README.md lays them out.")

_CONTEXT_BYTES = 145
_KEY_BYTES = 32
_STEP = 1 << 18


@app.command()
def check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A payload.")],
    data_key: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Holds the data key in 64 hexadecimal digits."),
    ],
    binding: Annotated[str, typer.Option(help="The record's context, 145 bytes in hexadecimal.")],
    independent: Annotated[
        bool, typer.Option("--independent", help="Use the second reader, on pycryptodome.")
    ] = False,
) -> None:
    """Open a payload without keeping what is inside; print its size and SHA-256."""
    from chartkey.crypto import independent as second
    from chartkey.crypto.payload import Binding, open_stream
    from chartkey.records import scratch_file

    session = session_of(context)
    # Read as binary: what is no text is no hexadecimal either, and says so.
    key = bytes_of(data_key.read_bytes().decode("ascii", "replace"), _KEY_BYTES)
    place = bytes_of(binding, _CONTEXT_BYTES)
    with path.open("rb") as source, scratch_file() as target:
        with session.out.working("opening"):
            if independent:
                second.open_payload(source, target, key, place)
            else:
                open_stream(source, target, key, Binding(place))
        size = target.tell()
        target.seek(0)
        hasher = sha256()
        while chunk := target.read(_STEP):
            hasher.update(chunk)
    digest = hasher.hexdigest()
    reader = "pycryptodome" if independent else "cryptography"
    session.out.show(
        {"size": size, "sha256": digest, "reader": reader},
        f"{path} opens ({reader}): {size} bytes, SHA-256 {digest}",
    )
