"""Why somebody asks: sealed to the patient alone, and of one length whatever it says (P23)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.actors.reason import LONGEST, read_reason, write_reason
from chartkey.chain.encryption import EncryptionKey
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.errors import ArgumentInvalid, DecryptionFailed
from chartkey.models import Requested, Scope, Suite

ID = bytes(range(32))
REQUEST = Requested(
    relationship="0x" + "11" * 20,
    id=ID,
    viewer="0x" + "22" * 20,
    affiliation=bytes(32),
    scope=Scope.EVERYTHING,
    kind=0,
    record=bytes(32),
    purpose="TREAT",
    reason=b"",
    block=1,
)


def made(folder: Path, name: str, suite: Suite = Suite.RSA_MLKEM_AES_GCM) -> Keys:
    return KeyFile.create(folder / f"{name}.json", "口令", name, suite=suite, scrypt_n=2)


@pytest.fixture(scope="module", params=LONGEST, ids=lambda suite: suite.label)
def patient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return made(tmp_path_factory.mktemp("patient"), "张秀英", request.param)


def sealed(text: str, patient: Keys, request: bytes = ID) -> Requested:
    key = EncryptionKey(patient.version, patient.suite(), patient.public_der())
    return replace(REQUEST, reason=write_reason(text, patient.address, key, request))


@pytest.mark.parametrize("text", ["转诊前查阅用药史", "a"], ids=["chinese", "shortest"])
def test_the_patient_reads_the_reason(patient: Keys, text: str) -> None:
    assert read_reason(patient, sealed(text, patient)) == text


def test_the_longest_reason_is_read_whole(patient: Keys) -> None:
    text = "x" * LONGEST[patient.suite()]
    assert read_reason(patient, sealed(text, patient)) == text


def test_no_reason_stays_none(patient: Keys) -> None:
    assert sealed("", patient).reason == b""
    assert read_reason(patient, REQUEST) == ""


def test_the_length_tells_nothing(patient: Keys) -> None:
    short, long = (len(sealed(text, patient).reason) for text in ("a", "字" * 130))
    assert short == long <= 2048


def test_a_reason_beyond_the_limit_is_refused_in_bytes_not_characters(patient: Keys) -> None:
    with pytest.raises(ArgumentInvalid):
        sealed("字" * (LONGEST[patient.suite()] // 3 + 1), patient)


def test_a_reason_to_the_largest_keys_fits_into_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "张秀英.json"
    keys = KeyFile.create(path, "口令", "张秀英", bits=4096, scrypt_n=2)
    assert len(sealed("a", keys).reason) == 2017


def test_a_reason_to_a_hybrid_key_needs_both_halves(patient: Keys) -> None:
    asked = sealed("a", patient).reason
    assert (asked[0] == 2) is (patient.suite() is Suite.RSA_MLKEM_AES_GCM)


def test_a_reason_of_another_request_does_not_open(patient: Keys) -> None:
    moved = replace(sealed("a", patient, bytes(32)), id=ID)
    with pytest.raises(DecryptionFailed):
        read_reason(patient, moved)


def test_nobody_else_reads_it(patient: Keys, tmp_path: Path) -> None:
    with pytest.raises(DecryptionFailed):
        read_reason(made(tmp_path, "李医生"), sealed("a", patient))


@pytest.mark.parametrize("suite", LONGEST, ids=lambda suite: suite.label)
def test_a_reason_of_before_a_rotation_is_still_read(tmp_path: Path, suite: Suite) -> None:
    keys = made(tmp_path, "张秀英", suite)
    asked = sealed("转诊", keys)
    keys.add_encryption_key()
    assert read_reason(keys, asked) == "转诊"
