"""The command tree: shared options, help, and what needs no chain."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from chartkey.cli.application import app, arranged
from chartkey.crypto.draft import seal_draft
from chartkey.crypto.keyfile import KeyFile
from chartkey.models import Suite
from typer.main import get_command

from tests.unit.cli.conftest import PASSPHRASE
from tests.vectors.stored import load, named, record_context

Run = Callable[..., Any]
VERBS = {
    *("version", "status", "doctor", "keys", "guardians", "audit", "envelope", "store"),
    *("network", "pins"),
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
    address = KeyFile.address(path)
    assert made == {"address": address, "label": "王医生", "path": str(path), "suite": "hybrid"}
    assert KeyFile.open(path, PASSPHRASE).label == "王医生"


def test_a_new_key_is_of_the_suite_that_was_asked_for(
    run: Run, keyfile: Path, tmp_path: Path
) -> None:
    beside = tmp_path / "passphrase"
    beside.touch(mode=0o600)
    beside.write_text(PASSPHRASE)
    assert run("keys", "new", tmp_path / "old.json", "--suite", "rsa").status == 0
    assert KeyFile.open(tmp_path / "old.json", PASSPHRASE).suite() is Suite.RSA_OAEP_AES_GCM
    ended = run("keys", "new", tmp_path / "x.json", "--suite", "sm2")
    assert (ended.status, "there are: hybrid, rsa" in ended.err) == (2, True)


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


@pytest.fixture(params=["hybrid", "rsa"])
def attached(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path, str]:
    """A file sealed to an earlier key of a key file, that key file, and the suite."""
    suite = {one.label: one for one in Suite}[request.param]
    beside = tmp_path / "passphrase"
    beside.touch(mode=0o600)
    beside.write_text(PASSPHRASE)
    keys = KeyFile.create(tmp_path / "wang.json", PASSPHRASE, "王医生", suite=suite, scrypt_n=2)
    with (tmp_path / "draft").open("wb") as target:
        people = [(keys.address_bytes, keys.public_der())]
        seal_draft(io.BytesIO("病历".encode()), target, people, b"here")
    keys.add_encryption_key()
    return tmp_path / "draft", keys.path, request.param


@pytest.mark.parametrize("reader", [[], ["--independent"]], ids=["first", "second"])
def test_both_readers_open_a_file_sealed_to_people(
    run: Run, attached: tuple[Path, Path, str], reader: list[str]
) -> None:
    file, keyfile, suite = attached
    words = ["envelope", "check", file, "--key", keyfile, "--json", *reader]
    found = run(*words, "--binding", b"here".hex()).json
    assert found["sha256"] == sha256("病历".encode()).hexdigest()
    assert (found["size"], found["suite"]) == (6, {"rsa": 1, "hybrid": 2}[suite])
    refused = run(*words, "--binding", b"there".hex())
    assert (refused.status, refused.json["error"]) == (1, "decryption-failed")


def test_a_payload_without_its_data_key_is_not_looked_for_in_a_key_file(
    run: Run, tmp_path: Path
) -> None:
    vector = load("payload")[0]
    (tmp_path / "sealed").write_bytes(bytes.fromhex(vector["file"]))
    ended = run("envelope", "check", tmp_path / "sealed", "--binding", "00")
    assert (ended.status, "name it by --data-key" in ended.err) == (2, True)


def test_the_second_reader_says_what_to_install(
    run: Run, attached: tuple[Path, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, keyfile, _ = attached
    monkeypatch.setitem(sys.modules, "kyber_py.ml_kem", None)
    words = ["envelope", "check", file, "--key", keyfile, "--binding", "00", "--independent"]
    ended = run(*words)
    assert ended.status == 1
    assert "pip install 'chartkey[independent]'" in ended.err


def secret(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def test_accounts_are_derived_listed_and_restored(run: Run, tmp_path: Path) -> None:
    secret(tmp_path, "passphrase", PASSPHRASE)
    words = run("keys", "mnemonic", "--words", "12", "--json").json["mnemonic"]
    given = ("--mnemonic-file", secret(tmp_path, "words", words))
    made = [
        run("keys", "derive", tmp_path / f"{name}.json", *given, "--json").json
        for name in ("contact", "clinic")
    ]
    assert [one["index"] for one in made] == [0, 1]
    listed = run("keys", "accounts", tmp_path / "accounts.json", *given, "--json").json
    assert [(one["address"], one["label"]) for one in listed] == [
        (made[0]["address"], "contact"),
        (made[1]["address"], "clinic"),
    ]
    # A name that is taken uses no account up.
    assert run("keys", "derive", tmp_path / "clinic.json", *given).status == 1
    assert run("keys", "accounts", tmp_path / "accounts.json", *given, "--json").json == listed
    back = tmp_path / "back.json"
    copy = ("--copy", tmp_path / "clinic.json")
    assert run("keys", "restore", back, *copy, *given, "--json").json["index"] == 1
    assert KeyFile.open(back, PASSPHRASE).address == made[1]["address"]
    other = secret(tmp_path, "others", run("keys", "mnemonic", "--json").json["mnemonic"])
    ended = run("keys", "restore", tmp_path / "no.json", *copy, "--mnemonic-file", other)
    assert ended.status == 1
    assert words.split()[0] not in ended.err


def test_a_passphrase_is_changed_and_a_key_exported_and_imported(run: Run, tmp_path: Path) -> None:
    old = secret(tmp_path, "passphrase", PASSPHRASE)
    path, pem = tmp_path / "li.json", tmp_path / "li.pem"
    assert run("keys", "new", path).status == 0
    new = secret(tmp_path, "new", "黄河")
    assert run("keys", "passphrase", path, "--new-file", new, "--json").json == {"path": str(path)}
    old.write_text("黄河")
    under = ("--pem-passphrase-file", secret(tmp_path, "pem-passphrase", "长江"))
    assert run("keys", "export", pem, *under, "--key", path, "--json").json["version"] == 1
    other = tmp_path / "other.json"
    assert run("keys", "new", other).status == 0
    assert run("keys", "import", pem, *under, "--key", other, "--json").json == {"version": 2}
    opened = KeyFile.open(other, "黄河")
    assert opened.public_der() == KeyFile.open(path, "黄河").public_der()


def test_guardians_open_the_box_together(run: Run, tmp_path: Path) -> None:
    words = run("keys", "mnemonic", "--language", "chinese_simplified", "--json").json["mnemonic"]
    given = ("--mnemonic-file", secret(tmp_path, "words", words))
    box = tmp_path / "box.json"
    made = run("guardians", "split", box, "--threshold", 2, "--size", 3, *given, "--json").json
    assert len(made["shares"]) == 3
    enough = secret(tmp_path, "shares", "\n".join(made["shares"][1:]))
    opening = ("guardians", "combine", box, "--account", made["account"], "--shares-file")
    assert run(*opening, enough, "--json").json == {"mnemonic": words}
    few = run(*opening, secret(tmp_path, "one", made["shares"][0]))
    assert few.status == 1
    assert "1 more than there are" in few.err
    assert run("guardians", "split", box, "--threshold", 2, "--size", 3, *given).status == 1


def test_T27_words_that_others_can_read_are_refused(run: Run, tmp_path: Path) -> None:
    path = secret(tmp_path, "words", "abandon " * 11 + "about")
    path.chmod(0o644)
    ended = run("keys", "accounts", tmp_path / "accounts.json", "--mnemonic-file", path)
    assert ended.status == 1
    assert "chmod 600" in ended.err
