"""The command tree: shared options, help, and what needs no chain."""

from __future__ import annotations

import stat
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from chartkey.cli.application import app, arranged
from chartkey.crypto.keyfile import KeyFile
from typer.main import get_command

from tests.unit.cli.conftest import PASSPHRASE
from tests.vectors.stored import load, named, record_context

Run = Callable[..., Any]
VERBS = {
    *("version", "status", "keys", "audit", "envelope", "store"),
    *("drafts", "confirm", "refuse", "requests", "approve", "decline", "grants", "revoke", "log"),
    *("draft", "request", "records", "read"),
    *("relationships", "propose", "accept", "end", "mirror"),
    *("sign", "enrol", "vote", "register", "find", "department", "affiliate", "licence"),
    *("overdue", "attest"),
}


def commands(command: Any, *path: str) -> list[tuple[str, ...]]:
    """Every command of the tree, by the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path]
    return [words for name, one in inner.items() for words in commands(one, *path, name)]


EVERY = commands(get_command(app))


def test_every_verb_is_there() -> None:
    assert {words[0] for words in EVERY} == VERBS


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert f"Usage: chartkey {' '.join(words)}" in ended.out


def test_no_command_at_all_is_a_call_for_help(run: Run) -> None:
    ended = run()
    assert (ended.status, ended.err) == (0, "")
    assert "Encrypted medical records" in ended.out


@pytest.mark.parametrize(
    "typed",
    [
        ["--json", "--key", "k", "read", "1f"],
        ["read", "1f", "--json", "--key", "k"],
        ["read", "--key", "k", "1f", "--json"],
    ],
)
def test_shared_options_may_stand_anywhere(typed: list[str]) -> None:
    ordered = arranged(typed)
    assert ordered[-2:] == ["read", "1f"]
    assert set(ordered[:-2]) == {"--json", "--key", "k"}


def test_an_option_with_its_value_in_one_word_is_shared_too() -> None:
    assert arranged(["drafts", "--rpc=http://x"]) == ["--rpc=http://x", "drafts"]


def test_what_follows_two_dashes_stays_where_it_is() -> None:
    assert arranged(["read", "--", "--json"]) == ["read", "--", "--json"]


def test_the_version_is_the_distributions(run: Run) -> None:
    assert run("version").out == f"chartkey {version('chartkey')}\n"
    assert run("version", "--json").json == {"version": version("chartkey")}


def test_a_new_key_file_is_the_owners_alone(run: Run, keyfile: Path, tmp_path: Path) -> None:
    beside = tmp_path / "passphrase"
    beside.touch(mode=0o600)
    beside.write_text(PASSPHRASE)
    path = tmp_path / "王医生.json"
    made = run("keys", "new", path, "--json").json
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made == {"address": KeyFile.address(path), "label": "王医生", "path": str(path)}
    assert KeyFile.open(path, PASSPHRASE).label == "王医生"


def test_a_key_file_is_shown_without_its_passphrase(run: Run, keyfile: Path) -> None:
    address = KeyFile.address(keyfile)
    assert run("keys", "show", keyfile).out == f"{address}\n"
    assert run("keys", "show", "--key", keyfile).out == f"{address}\n"
    assert run("keys", "show", keyfile, "--json").json["address"] == address


@pytest.mark.parametrize("vector", load("payload"), ids=named)
@pytest.mark.parametrize("reader", [[], ["--independent"]], ids=["first", "second"])
def test_both_readers_judge_a_sealed_file_alike(
    run: Run, tmp_path: Path, vector: dict[str, Any], reader: list[str]
) -> None:
    sealed, key = tmp_path / "sealed", tmp_path / "key"
    sealed.write_bytes(bytes.fromhex(vector["file"]))
    key.write_text(vector["dek"])
    words = ["envelope", "check", sealed, "--data-key", key, "--json"]
    ended = run(*words, *reader, "--binding", record_context(vector["context"]).encode().hex())
    if vector["expect"] == "ok":
        plaintext = bytes.fromhex(vector["plaintext"])
        assert (ended.status, ended.json["size"]) == (0, len(plaintext))
        assert ended.json["sha256"] == sha256(plaintext).hexdigest()
    else:
        code = {"DecryptionFailed": "decryption-failed", "FormatUnknown": "format-unknown"}
        assert (ended.status, ended.json["error"]) == (1, code[vector["expect"]])
