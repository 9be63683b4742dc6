"""What is printed: tables for people, one JSON value for programs, progress for a terminal only."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from chartkey.cli.output import Output, aligned, cell, tamed

from tests.unit.cli.conftest import Terminal

ROW = {"id": bytes(32), "name": "张秀英", "current": True, "reason": None, "path": Path("a/b")}


def test_json_shows_everything_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Output(True).table([ROW], "name", "nothing")
    assert json.loads(capsys.readouterr().out) == [
        {"id": "0x" + "00" * 32, "name": "张秀英", "current": True, "reason": None, "path": "a/b"}
    ]


def test_json_of_nothing_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    Output(True).table([], "name", "nothing")
    assert json.loads(capsys.readouterr().out) == []


def test_people_see_the_named_columns(capsys: pytest.CaptureFixture[str]) -> None:
    Output(False).table([ROW], "id name current reason", "nothing")
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "name", "current", "reason"]
    assert line.split() == ["0x0000000000", "张秀英", "yes", "-"]


def test_people_read_a_sentence_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Output(False).table([], "name", "No draft waits.")
    assert capsys.readouterr().out == "No draft waits.\n"


def test_wide_characters_keep_columns_aligned() -> None:
    lines = aligned([["name", "end"], ["张", "x"], ["abcd", "x"]]).splitlines()
    assert lines == ["name  end", "张    x", "abcd  x"]


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "\u202eabc", "\x9b2J", "\x07"])
def test_foreign_text_cannot_steer_a_terminal(text: str) -> None:
    assert cell(text).isprintable()
    assert tamed(text).isprintable()


def test_json_survives_a_terminal_that_is_not_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_out, encoding="gbk"))
    Output(True).show({"name": "张秀英"}, "")
    sys.stdout.flush()
    assert json.loads(bytes_out.getvalue().decode("ascii")) == {"name": "张秀英"}


def test_a_terminal_sees_what_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    output = Output(False)
    with output.working("sealing"):
        assert sys.stderr.getvalue() == "sealing …"  # type: ignore[attr-defined]
    assert output.counter is not None
    output.counter("events", 12_000)
    output.done()
    assert sys.stderr.getvalue().endswith("events: 12,000\r\x1b[K")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("stream", "as_json"), [(Terminal, True), (io.StringIO, False), (io.StringIO, True)]
)
def test_programs_and_files_see_no_progress(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], as_json: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    output = Output(as_json)
    with output.working("sealing"):
        pass
    output.done()
    assert output.counter is None
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
