"""Bad input and bad luck: one clear line or one JSON object, the right status, no traceback."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
NOBODY = "http://127.0.0.1:9"
SOMEBODY = "0x" + "11" * 20
CHARTKEY = (sys.executable, "-c", "from chartkey.cli import main; main()")


def assert_one_line(ended: Any, status: int, said: str) -> None:
    assert ended.status == status
    assert ended.out == ""
    assert ended.err.startswith("chartkey: ")
    assert ended.err.count("\n") == 1
    assert said in ended.err


BAD_INPUT = [
    (["nope"], "usage", "No such command 'nope'"),
    (["drafts", "--nope"], "usage", "No such option: --nope"),
    (["draft"], "usage", "Missing argument 'PATIENT'"),
    (["keys"], "usage", "Missing command"),
    (["drafts", "--rpc"], "usage", "requires an argument"),
    (["approve", "--days", "soon"], "usage", "should be a valid number"),
    (["approve", "--days", "nan"], "usage", "give more than 0"),
    (["approve", "--days", "inf"], "usage", "give more than 0"),
    (["approve", "--days", "0"], "usage", "give more than 0"),
    (["draft", SOMEBODY, "x.json", "--days", "-3"], "usage", "give more than 0"),
    (["draft", SOMEBODY, "x.json", "--kind", "poem"], "usage", "there is no kind 'poem'"),
    (["request", SOMEBODY, "--purpose", "FUN"], "usage", "'FUN' is not one of"),
    (["request", SOMEBODY, "--kind", "order", "--record", "1f"], "usage", "not both"),
    (["vote", "none"], "usage", "should be a valid integer"),
    (["vote", "0"], "usage", "greater than or equal to 1"),
    (["audit", "who", "--block", "-1"], "usage", "greater than or equal to 0"),
    (["affiliate", SOMEBODY, "--department", "xyz"], "usage", "not 32 bytes in hexadecimal"),
    (["affiliate", SOMEBODY, "--standing", "asleep"], "usage", "'asleep' is no standing"),
    (["department", "0x12"], "usage", "not 32 bytes in hexadecimal"),
    (["register", "x.json", "--role", "nurse", "--identifier", "1"], "usage", "patient or clin"),
    (["keys", "show"], "usage", "Name a key file with --key"),
    (["keys", "show", "none.json"], "keyfile-invalid", "No such file"),
    (["keys", "show", "."], "keyfile-invalid", "not a plain file"),
    (["approve", "--language", "fr"], "argument-invalid", "no consent text 1 in 'fr'"),
    (["status"], "manifest-invalid", "alliance.json is not a usable manifest"),
    (["audit", "replay", "--manifest", "."], "manifest-invalid", "cannot be read"),
    (["envelope", "check", "f", "--data-key", "k", "--binding", "00"], "file-unusable", "k: No"),
]


@pytest.mark.parametrize(("words", "code", "said"), BAD_INPUT, ids=lambda case: str(case)[:40])
def test_bad_input_is_one_line_without_a_traceback(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_one_line(run(*words), 2 if code == "usage" else 1, said)


@pytest.mark.parametrize(("words", "code", "said"), BAD_INPUT, ids=lambda case: str(case)[:40])
def test_bad_input_is_one_json_object(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*words, "--json")
    assert (ended.status, ended.err) == (2 if code == "usage" else 1, "")
    assert ended.json["error"] == code
    assert said in ended.json["message"]
    assert set(ended.json) == {"error", "message", "values"}


def test_a_node_that_is_away_is_named(run: Run, alliance: Path) -> None:
    assert_one_line(run("status", "--manifest", alliance, "--rpc", NOBODY), 1, NOBODY)


def test_an_address_that_is_no_node_is_refused(run: Run, alliance: Path) -> None:
    ended = run("status", "--manifest", alliance, "--rpc", "localhost:8545")
    assert_one_line(ended, 1, "not http:// or https://")


def test_a_key_file_that_others_can_read_is_refused(
    run: Run, keyfile: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "li.json"
    copy.write_bytes(keyfile.read_bytes())
    copy.chmod(0o644)
    assert_one_line(run("keys", "show", copy), 1, "chmod 600")


def test_a_key_file_of_garbage_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "li.json"
    file.touch(mode=0o600)
    file.write_bytes(b"\xff\xfe{")
    assert_one_line(run("keys", "show", file), 1, "is not a Chartkey key file")


def test_a_new_key_file_replaces_none(run: Run, keyfile: Path) -> None:
    before = keyfile.read_bytes()
    assert_one_line(run("keys", "new", keyfile), 1, "exists already")
    assert keyfile.read_bytes() == before


def test_a_new_key_file_needs_a_passphrase(run: Run, tmp_path: Path) -> None:
    assert_one_line(run("keys", "new", tmp_path / "li.json"), 1, "No passphrase for")
    assert not (tmp_path / "li.json").exists()


def test_a_new_key_file_takes_no_empty_passphrase(run: Run, tmp_path: Path) -> None:
    (tmp_path / "passphrase").touch(mode=0o600)
    assert_one_line(run("keys", "new", tmp_path / "li.json"), 1, "No passphrase for")
    assert not (tmp_path / "li.json").exists()


def test_a_new_key_file_in_no_folder_says_where(
    run: Run, keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTKEY_PASSPHRASE_FILE", str(keyfile.with_name("passphrase")))
    assert_one_line(run("keys", "new", keyfile / "li.json"), 1, "Not a directory")


def test_text_of_others_cannot_steer_the_terminal(run: Run) -> None:
    ended = run("keys", "show", "\x1b[2Jnone.json")
    assert "\x1b" not in ended.err


def test_a_terminal_without_chinese_shows_escapes(tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("长城长\n", "utf-8")
    passphrase.chmod(0o600)
    ended = subprocess.run(
        [*CHARTKEY, "keys", "new", str(tmp_path / "li.json"), "--label", "李静"],
        env={
            **os.environ,
            "PYTHONIOENCODING": "ascii",
            "CHARTKEY_PASSPHRASE_FILE": str(passphrase),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"(\u674e\u9759)" in ended.stdout


def interrupted(alliance: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a node that never answers, and press Ctrl-C when it waits for it."""
    with socket.create_server(("127.0.0.1", 0)) as node:
        rpc = f"http://127.0.0.1:{node.getsockname()[1]}"
        process = subprocess.Popen(
            [*CHARTKEY, *words, "--rpc", rpc, "--manifest", str(alliance)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        node.settimeout(20)
        asked, _ = node.accept()
        with asked:
            asked.recv(1)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def test_an_interruption_is_one_line_and_status_130(alliance: Path) -> None:
    ended = interrupted(alliance, "status")
    assert ended.returncode == 130
    assert ended.stderr.startswith("chartkey: Interrupted.")
    assert ended.stderr.count("\n") == 1


def test_an_interruption_is_one_json_object(alliance: Path) -> None:
    ended = interrupted(alliance, "status", "--json")
    assert (ended.returncode, ended.stderr) == (130, "")
    assert '"interrupted"' in ended.stdout


def test_a_reader_that_went_away_is_no_error() -> None:
    command = f"{shlex.join(CHARTKEY)} version | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "1")
