"""A desk with a command line, on an alliance that a test may do with as it likes."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from chartkey.cli import main
from chartkey.crypto.keyfile import KeyFile

from scripts.alliance.stage import Alliance
from tests.chains import Chain

WANG, LI, ZHANG, LIU = "dr-wang", "dr-li", "patient-zhang", "patient-liu"


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


class Desk:
    """A command line on an alliance, whose files are this test's own."""

    def __init__(self, chain: Chain, alliance: Alliance, folder: Path) -> None:
        self.chain, self.alliance, self.folder = chain, alliance, folder

    def keyfile(self, label: str) -> Path:
        return self.folder / "keys" / f"{label}.json"

    def address(self, label: str) -> str:
        return KeyFile.address(self.keyfile(label))

    def run(self, words: str, *more: object, key: str | None = None, answer: str = "") -> Ended:
        """Type a command line."""
        out, err = io.StringIO(), io.StringIO()
        shared = ["--rpc", self.chain.rpc, "--manifest", str(self.folder / "alliance.json")]
        acting = ["--key", str(self.keyfile(key))] if key else []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                sys, "argv", ["chartkey", *words.split(), *map(str, more), *shared, *acting]
            )
            patch.setattr(sys, "stdin", io.StringIO(answer))
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                pytest.raises(SystemExit) as ended,
            ):
                main()
        return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    def text(self, words: str, *more: object, **named: Any) -> str:
        """What a command that succeeds tells people."""
        ended = self.run(words, *more, **named)
        assert (ended.status, ended.err) == (0, "")
        return ended.out

    def json(self, words: str, *more: object, **named: Any) -> Any:
        """What a command that succeeds tells programs."""
        return json.loads(self.text(words, *more, "--json", **named))

    def refused(self, words: str, *more: object, **named: Any) -> Any:
        """The error of a command that is refused, which programs and people are told alike."""
        ended = self.run(words, *more, "--json", **named)
        assert (ended.status, ended.err) == (1, "")
        error = json.loads(ended.out)
        told = self.run(words, *more, **named)
        assert (told.status, told.out, told.err) == (1, "", f"chartkey: {error['message']}\n")
        return error["error"]


def granted(desk: Desk, words: str = "--kind patient-summary") -> str:
    """Let the ward ask and the patient approve; return the request's id."""
    asked = desk.json(f"request {desk.address(ZHANG)} {words}", key=LI)["request"]
    desk.text("approve", asked, "--yes", key=ZHANG)
    return str(asked)
