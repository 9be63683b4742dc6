"""One invocation: who acts, through which node, and how results and errors are printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from chartkey.errors import (
    Ambiguous,
    ChartkeyError,
    KeyfileInvalid,
    PassphraseMissing,
    RecordMissing,
)

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Institution, Patient
    from chartkey.chain.network import Network

__all__ = ["Session", "fail", "pick", "plain", "reported"]


def plain(value: Any) -> Any:
    """Return a value as JSON has it: bytes as 0x-prefixed hexadecimal, dataclasses as objects."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@contextmanager
def reported() -> Iterator[None]:
    """Turn a known error into one line (or one JSON object) and status 1; others stay loud."""
    try:
        yield
    except ChartkeyError as err:
        if "--json" in sys.argv:
            print(json.dumps(err.as_dict(), ensure_ascii=False))
        else:
            print(f"chartkey: {err}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output went away; nothing of ours is half-written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


class Session:
    """What a command works with. Nothing is connected or opened before it is used."""

    def __init__(
        self, rpc: str, manifest: str, key: str | None, affiliation: str | None, as_json: bool
    ) -> None:
        self.rpc, self.manifest, self.key = rpc, manifest, key
        self.affiliation, self.as_json = affiliation, as_json

    @cached_property
    def net(self) -> Network:
        """The connection; checked before anything is done with it."""
        from chartkey import connect

        return connect(self.rpc, self.manifest)

    @cached_property
    def passphrase(self) -> str | None:
        """The passphrase, asked for only if nothing else provides it and somebody is there."""
        from chartkey.crypto.passphrase import find_passphrase

        try:
            return find_passphrase(self.keyfile)
        except PassphraseMissing:
            if not sys.stdin.isatty():
                raise
            import typer

            return str(typer.prompt(f"Passphrase of {self.keyfile}", hide_input=True, err=True))

    def new_passphrase(self) -> str:
        """The passphrase for a new key file: found as always, or asked for twice."""
        from chartkey.crypto.passphrase import find_passphrase

        try:
            return find_passphrase(self.keyfile)
        except PassphraseMissing:
            if not sys.stdin.isatty():
                raise
            import typer

            return str(
                typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
            )

    @property
    def keyfile(self) -> str:
        """The key file of whoever acts."""
        if self.key is None:
            raise KeyfileInvalid(path="--key", problem="name one with --key or CHARTKEY_KEY")
        return self.key

    def patient(self) -> Patient:
        """Open the key file as a patient's."""
        from chartkey import Patient

        return Patient.open(self.net, self.keyfile, passphrase=self.passphrase)

    def clinician(self) -> Clinician:
        """Open the key file as a clinician's, under the chosen affiliation."""
        from chartkey import Clinician

        return Clinician.open(
            self.net, self.keyfile, affiliation=self.affiliation, passphrase=self.passphrase
        )

    def institution(self) -> Institution:
        """Open the key file as an institution's."""
        from chartkey import Institution

        return Institution.open(self.net, self.keyfile, passphrase=self.passphrase)

    @cached_property
    def reader(self) -> Patient | Clinician:
        """The key file, opened as what its account is certified for."""
        from chartkey.crypto.keyfile import KeyFile
        from chartkey.models import Role

        address = KeyFile.address(self.keyfile)
        role = self.net.registrar.person_of(address).role
        return self.clinician() if role is Role.CLINICIAN else self.patient()

    def show(self, value: Any, text: str) -> None:
        """Print the value as JSON, or the text."""
        print(json.dumps(plain(value), ensure_ascii=False, indent=2) if self.as_json else text)

    def table(self, rows: list[dict[str, Any]], empty: str) -> None:
        """Print rows as JSON, or as aligned columns with a head; ``empty`` when there are none."""
        if self.as_json:
            self.show(rows, "")
            return
        if not rows:
            print(empty)
            return
        names = list(rows[0])
        cells = [names, *([str(plain(row[name])) for name in names] for row in rows)]
        widths = [max(_width(line[i]) for line in cells) for i in range(len(names))]
        for line in cells:
            padded = (c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True))
            print("  ".join(padded).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def pick(found: dict[bytes, Any], wanted: str, what: str) -> Any:
    """Return the one whose id begins with the hexadecimal ``wanted``.

    Raises:
        RecordMissing: none does.
        Ambiguous: several do.
    """
    start = wanted.lower().removeprefix("0x")
    matches = {key: item for key, item in found.items() if key.hex().startswith(start)}
    if not matches:
        raise RecordMissing(record=wanted)
    if len(matches) > 1:
        choices = ", ".join("0x" + key.hex() for key in matches)
        raise Ambiguous(what=what, choices=choices, parameter="its whole id")
    return next(iter(matches.values()))


def fail(message: str) -> NoReturn:
    """End with status 2: the command was typed wrongly."""
    print(f"chartkey: {message}", file=sys.stderr)
    sys.exit(2)
