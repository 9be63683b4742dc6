"""Looking at sealed files: whether they open, by one reader or the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from chartkey.cli.choice import bytes_of, hexadecimal
from chartkey.cli.session import Session, passphrase_of, session_of
from chartkey.errors import DecryptionFailed

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys

__all__ = ["app"]

app = typer.Typer(help="Sealed files, as client/README.md lays them out.")

_CONTEXT_BYTES: Final = 145
_KEY_BYTES: Final = 32
_STEP: Final = 1 << 18
_PAYLOAD: Final = b"chartkey\x01\x01"

_Opener = Callable[[BinaryIO, BinaryIO], int]


@app.command()
def check(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="A payload, or a file sealed to named people.")
    ],
    binding: Annotated[
        str,
        typer.Option(
            help="What it is bound to, in hexadecimal: a record's context, 145 bytes; of a file "
            "sealed to people whatever was given when it was sealed."
        ),
    ],
    data_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of a payload: its key, in 64 hexadecimal digits."),
    ] = None,
    independent: Annotated[
        bool,
        typer.Option("--independent", help="Use the second reader, on pycryptodome and kyber-py."),
    ] = False,
) -> None:
    """Open a sealed file without keeping what is inside; print its size, suite and SHA-256.

    A payload needs --data-key; a file sealed to people is opened by the key file of --key.
    """
    from chartkey.records import scratch_file

    session = session_of(context)
    if data_key is not None:
        opener = _payload_opener(data_key, binding, independent)
    else:
        opener = _draft_opener(session, path, binding, independent)
    with path.open("rb") as source, scratch_file() as target:
        head = source.read(11)
        source.seek(0)
        with session.out.working("opening"):
            size = opener(source, target)
        target.seek(0)
        hasher = sha256()
        while chunk := target.read(_STEP):
            hasher.update(chunk)
    digest = hasher.hexdigest()
    reader = "pycryptodome" if independent else "cryptography"
    session.out.show(
        {"size": size, "sha256": digest, "suite": head[10], "reader": reader},
        f"{path} opens ({reader}): {size} bytes of suite {head[10]}, SHA-256 {digest}",
    )


def _payload_opener(data_key: Path, binding: str, independent: bool) -> _Opener:
    # Read as binary: what is no text is no hexadecimal either, and says so.
    key = bytes_of(data_key.read_bytes().decode("ascii", "replace"), _KEY_BYTES)
    place = bytes_of(binding, _CONTEXT_BYTES)
    return partial(_second_payload if independent else _first_payload, key, place)


def _draft_opener(session: Session, path: Path, binding: str, independent: bool) -> _Opener:
    from chartkey.crypto.keyfile import KeyFile

    with path.open("rb") as file:
        if file.read(len(_PAYLOAD)) == _PAYLOAD:
            raise typer.BadParameter("a payload opens with its data key: name it by --data-key.")
    place = hexadecimal(binding)
    keys = KeyFile.open(session.keyfile, passphrase_of(session.keyfile))
    read = _second_draft if independent else _first_draft
    return partial(_as_recipient, keys, partial(read, keys, place))


def _as_recipient(
    keys: Keys,
    read: Callable[[int, BinaryIO, BinaryIO], int],
    source: BinaryIO,
    target: BinaryIO,
) -> int:
    """It may be sealed to a key that was rotated since: every version is tried."""
    for version in range(keys.version, 0, -1):
        source.seek(0)
        try:
            return read(version, source, target)
        except DecryptionFailed:
            target.seek(0)
            target.truncate()
    raise DecryptionFailed


def _first_payload(key: bytes, place: bytes, source: BinaryIO, target: BinaryIO) -> int:
    from chartkey.crypto.payload import Binding, open_stream

    return open_stream(source, target, key, Binding(place, suite=place[0]))


def _second_payload(key: bytes, place: bytes, source: BinaryIO, target: BinaryIO) -> int:
    from chartkey.crypto import independent

    return independent.open_payload(source, target, key, place)


def _first_draft(keys: Keys, place: bytes, version: int, source: BinaryIO, target: BinaryIO) -> int:
    from chartkey.crypto.draft import open_draft

    private = keys.private_key(version)
    return open_draft(source, target, keys.address_bytes, private, place)


def _second_draft(
    keys: Keys, place: bytes, version: int, source: BinaryIO, target: BinaryIO
) -> int:
    from chartkey.crypto import independent
    from chartkey.crypto.wrap import private_der

    private = private_der(keys.private_key(version))
    return independent.open_draft(source, target, keys.address_bytes, private, place)
