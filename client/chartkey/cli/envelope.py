"""Looking at sealed files: what they are, and whether they open, by one reader or the other."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.session import Session, fail

__all__ = ["app"]

app = typer.Typer(help="Sealed files, as client/README.md lays them out.")


@app.command()
def check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A payload.", metavar="FILE")],
    data_key: Annotated[
        Path, typer.Option(help="A file that holds the data key in 64 hexadecimal digits.")
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

    session: Session = context.obj
    key, place = _hex(data_key.read_text("ascii"), 32), _hex(binding, 145)
    with path.open("rb") as source, scratch_file() as target:
        if independent:
            second.open_payload(source, target, key, place)
        else:
            open_stream(source, target, key, Binding(place))
        size = target.tell()
        target.seek(0)
        digest = sha256(target.read()).hexdigest()
    reader = "pycryptodome" if independent else "cryptography"
    session.show(
        {"size": size, "sha256": digest, "reader": reader},
        f"{path} opens ({reader}): {size} bytes, SHA-256 {digest}",
    )


def _hex(text: str, length: int) -> bytes:
    try:
        value = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != length:
        fail(f"that is not {length} bytes in hexadecimal")
    return value
