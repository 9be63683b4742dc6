"""A reason's author is whoever asks: it may be anything (T14, T28)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.actors.reason import read_reason, write_reason
from chartkey.chain.encryption import EncryptionKey
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.errors import ArgumentInvalid, DecryptionFailed

from tests.unit.actors.test_reason import ID, REQUEST


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path: Path = tmp_path_factory.mktemp("patient") / "zhang.json"
    return KeyFile.create(path, "口令", "张秀英", scrypt_n=2)


def through(patient: Keys, text: str) -> str:
    key = EncryptionKey(1, patient.suite(), patient.public_der())
    sealed = write_reason(text, patient.address, key, ID)
    return read_reason(patient, replace(REQUEST, reason=sealed))


@pytest.mark.parametrize("blob", [b"x", b"chartkey" + b"\xff" * 100, bytes(2048)])
def test_bytes_that_are_no_reason_do_not_open(patient: Keys, blob: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        read_reason(patient, replace(REQUEST, reason=blob))


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\u202eb", "a\x00b", "a\rb"], ids=ascii)
def test_what_steers_a_terminal_is_taken_out(patient: Keys, text: str) -> None:
    shown = through(patient, text)
    assert shown.isprintable()
    assert "\ufffd" in shown


def test_lines_stay_lines(patient: Keys) -> None:
    assert through(patient, "转诊前\n查阅") == "转诊前\n查阅"


def test_a_text_that_utf8_cannot_hold_is_refused(patient: Keys) -> None:
    with pytest.raises(ArgumentInvalid):
        through(patient, "\ud800")
