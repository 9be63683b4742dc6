"""The command line, run in this process as a shell would run it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.manifest import Deployed, InstitutionEntry, Manifest
from chartkey.cli import main
from chartkey.crypto.keyfile import KeyFile

PASSPHRASE = "长城长"


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    """A stream that says that somebody watches it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Type a command line; nothing of the tester's own environment takes part."""
    for name in ("RPC", "MANIFEST", "KEY", "AFFILIATION", "PASSPHRASE_FILE", "LANG"):
        monkeypatch.delenv(f"CHARTKEY_{name}", raising=False)
    # Wide enough that typer wraps no line that a test looks for.
    monkeypatch.setenv("TERMINAL_WIDTH", "200")

    def typed(*words: object, answer: str = "", err: io.StringIO | None = None) -> Ended:
        out, errors = io.StringIO(), err or io.StringIO()
        monkeypatch.setattr(sys, "argv", ["chartkey", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return Ended(int(ended.value.code or 0), out.getvalue(), errors.getvalue())

    return typed


@pytest.fixture(scope="session")
def keyfile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file with its passphrase beside it."""
    folder = tmp_path_factory.mktemp("keys")
    beside = folder / "passphrase"
    beside.touch(mode=0o600)
    beside.write_text(PASSPHRASE + "\n", "utf-8")
    KeyFile.create(folder / "li.json", PASSPHRASE, "李医生", scrypt_n=2)
    return folder / "li.json"


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of a chain that is not there."""
    addresses = (f"0x{number:040x}" for number in count(1))
    contracts = {name: Deployed(next(addresses), bytes(32)) for name in CONTRACTS}
    path = tmp_path_factory.mktemp("alliance") / "alliance.json"
    Manifest(1337, 1, contracts, 1, None, (1337,)).save(path)
    return path


@pytest.fixture(scope="session")
def houses(alliance: Path) -> Manifest:
    """That manifest with one institution."""
    clinic = InstitutionEntry("0x" + "11" * 20, "朝阳里社区卫生服务中心", "custodian", "store")
    return replace(Manifest.load(alliance), institutions=(clinic,))
