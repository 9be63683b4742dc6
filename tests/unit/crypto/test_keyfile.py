"""Key files: modes, passphrases, rotation, and files that were meddled with."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from chartkey.crypto import wrap
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.errors import (
    ContextInvalid,
    FormatUnknown,
    KeyfileExists,
    KeyfileInvalid,
    KeyfileUnsafe,
    KeyUnsuitable,
    PassphraseWrong,
)
from chartkey.models import Suite

PHRASE = "四月 staple"
FAST = 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "王医生.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A key file, made once: each test has a copy of its own."""
    path = tmp_path_factory.mktemp("keys") / "made.json"
    KeyFile.create(path, PHRASE, "王医生", handle_key=True, scrypt_n=FAST)
    return path.read_bytes()


@pytest.fixture
def keys(path: Path, made: bytes) -> Keys:
    path.touch(mode=0o600)
    path.write_bytes(made)
    return KeyFile.open(path, PHRASE)


def test_what_was_made_opens_again(path: Path, keys: Keys) -> None:
    again = KeyFile.open(path, PHRASE)
    assert (again.label, again.address, again.version) == ("王医生", keys.address, 1)
    assert again.handle_key == keys.handle_key
    assert wrap.public_der(again.private_key()) == again.public_der() == keys.public_der(1)


def test_a_wrong_passphrase_is_named_and_no_more(path: Path, keys: Keys) -> None:
    with pytest.raises(PassphraseWrong) as caught:
        KeyFile.open(path, "四月 Staple")
    assert caught.value.values == {"path": path}
    assert caught.value.__suppress_context__


def test_T27_a_new_file_is_for_its_owner_only(path: Path, keys: Keys) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_T27_a_new_file_is_for_its_owner_only_under_any_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyFile.create(path, PHRASE, "x", scrypt_n=FAST)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602, 0o610, 0o777])
def test_T27_a_file_others_may_touch_is_refused(path: Path, keys: Keys, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyfileUnsafe, match=f"{mode:04o}"):
        KeyFile.open(path, PHRASE)
    with pytest.raises(KeyfileUnsafe):
        keys.add_encryption_key()


def test_T27_a_link_to_a_file_others_may_read_is_refused(path: Path, keys: Keys) -> None:
    path.chmod(0o644)
    link = path.with_name("link.json")
    link.symlink_to(path)
    with pytest.raises(KeyfileUnsafe):
        KeyFile.open(link, PHRASE)


def test_no_secret_shows_in_the_file_or_a_representation(path: Path, keys: Keys) -> None:
    text, shown = path.read_text("utf-8"), repr(keys) + str(vars(keys).keys())
    der = wrap.private_der(keys.private_key())
    for secret in (bytes(keys.account.key), keys.handle_key, der):
        assert secret.hex() not in text + shown
        assert PHRASE not in text + shown


def test_a_file_that_is_there_is_left_alone(path: Path, keys: Keys) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyfileExists):
        KeyFile.create(path, PHRASE, "somebody else", scrypt_n=FAST)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_file_is_replaced_when_asked(path: Path, keys: Keys) -> None:
    new = KeyFile.create(path, PHRASE, "new", overwrite=True, scrypt_n=FAST)
    assert KeyFile.open(path, PHRASE).address == new.address != keys.address


def test_an_existing_ethereum_key_is_adopted(path: Path) -> None:
    keys = KeyFile.create(path, PHRASE, "x", private_key=bytes(31) + b"\1", scrypt_n=FAST)
    assert keys.address == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    assert keys.address_bytes.hex() == keys.address[2:].lower()


@pytest.mark.parametrize("private", [bytes(32), b"\xff" * 32, bytes(31)])
def test_an_ethereum_key_out_of_range_is_refused(path: Path, private: bytes) -> None:
    with pytest.raises(KeyUnsuitable) as caught:
        KeyFile.create(path, PHRASE, "x", private_key=private, scrypt_n=FAST)
    assert private.hex() not in str(caught.value)
    assert not path.exists()


def test_rotation_keeps_the_earlier_keys(path: Path, keys: Keys) -> None:
    first = keys.public_der()
    assert keys.add_encryption_key(4096) == 2
    again = KeyFile.open(path, PHRASE)
    assert again.public_der(1) == first != again.public_der()
    assert len(again.public_der()) == 1206 + 550
    blob = wrap.wrap(first, bytes(32), b"old record")
    assert wrap.unwrap(again.private_key(1), blob, b"old record") == bytes(32)
    assert path.stat().st_mode & 0o777 == 0o600


def test_P07_new_keys_are_hybrid_from_the_first(keys: Keys) -> None:
    assert keys.suite() is Suite.RSA_MLKEM_AES_GCM


def test_keys_of_both_suites_open_what_was_wrapped_to_them(path: Path) -> None:
    suites = (Suite.RSA_OAEP_AES_GCM, Suite.RSA_MLKEM_AES_GCM, Suite.RSA_OAEP_AES_GCM)
    keys = KeyFile.create(path, PHRASE, "x", suite=suites[0], scrypt_n=FAST)
    for suite in suites[1:]:
        keys.add_encryption_key(suite=suite)
    wraps = {v: wrap.wrap(keys.public_der(v), bytes([v]) * 32, b"record") for v in (1, 2, 3)}
    again = KeyFile.open(path, PHRASE)
    assert tuple(again.suite(version) for version in (1, 2, 3)) == suites
    for version, blob in wraps.items():
        secret = wrap.unwrap(again.private_key(version), blob, b"record")
        assert secret == bytes([version]) * 32


def test_a_suite_that_is_reserved_has_no_keys(path: Path) -> None:
    with pytest.raises(KeyUnsuitable, match="suite 3"):
        KeyFile.create(path, PHRASE, "x", suite=Suite.SM2_SM4, scrypt_n=FAST)
    assert not path.exists()


def test_a_key_that_another_process_added_is_taken_in(path: Path, keys: Keys) -> None:
    version = KeyFile.open(path, PHRASE).add_encryption_key()
    assert keys.version == 1
    assert wrap.public_der(keys.private_key(version)) == keys.public_der(version)
    assert keys.version == version
    with pytest.raises(KeyUnsuitable):
        keys.private_key(version + 1)


def test_a_file_that_was_exchanged_meanwhile_is_not_taken_in(path: Path, keys: Keys) -> None:
    other = KeyFile.create(path, PHRASE, "other", overwrite=True, scrypt_n=FAST)
    other.add_encryption_key()
    with pytest.raises(KeyUnsuitable):
        keys.private_key(2)
    path.unlink()
    with pytest.raises(KeyUnsuitable):
        keys.private_key(2)


def test_two_rotations_at_once_lose_no_key(path: Path, keys: Keys) -> None:
    others = [KeyFile.open(path, PHRASE) for _ in range(3)]
    threads = [threading.Thread(target=other.add_encryption_key) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert KeyFile.open(path, PHRASE).version == 4


def test_a_rotation_that_cannot_be_written_changes_nothing(
    path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.add_encryption_key()
    assert (path.read_bytes(), keys.version) == (before, 1)
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_that_is_not_there_is_named(keys: Keys, version: int) -> None:
    with pytest.raises(KeyUnsuitable, match=f"version {version}"):
        keys.private_key(version)


def test_a_file_without_a_handle_key_says_so(path: Path) -> None:
    keys = KeyFile.create(path, PHRASE, "李患者", scrypt_n=FAST)
    with pytest.raises(KeyUnsuitable, match="handle key"):
        _ = keys.handle_key


def test_a_hash_signs_to_65_bytes(keys: Keys) -> None:
    signature = keys.sign_hash(b"h" * 32)
    assert len(signature) == 65
    assert signature[64] in (27, 28)
    with pytest.raises(ContextInvalid):
        keys.sign_hash(b"h" * 31)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"\xff", b"null", b'{"chartkey": 1}', b"[" * 100_000]
)
def test_what_is_no_key_file_is_refused(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(path, PHRASE)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(tmp_path / "none.json", PHRASE)
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(tmp_path, PHRASE)


def test_a_later_version_is_refused(path: Path, keys: Keys) -> None:
    edited(path, lambda document: document.update(chartkey=2))
    with pytest.raises(FormatUnknown):
        KeyFile.open(path, PHRASE)


def edited(path: Path, change: object) -> None:
    document = json.loads(path.read_text("utf-8"))
    change(document)  # type: ignore[operator]
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize("field", ["label", "address", "ethereum", "encryption"])
@pytest.mark.parametrize("value", [None, 5, "AAAA", [], {}])
def test_a_field_of_another_kind_is_refused(
    path: Path, keys: Keys, field: str, value: object
) -> None:
    edited(path, lambda document: document.update({field: value}))
    if field == "label" and isinstance(value, str):
        assert KeyFile.open(path, PHRASE).label == value
        return
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(path, PHRASE)


@pytest.mark.parametrize("name", ["version", "public", "nonce", "private"])
def test_an_encryption_key_with_a_broken_field_is_refused(
    path: Path, keys: Keys, name: str
) -> None:
    edited(path, lambda document: document["encryption"][0].update({name: "*"}))
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(path, PHRASE)


def test_a_public_key_exchanged_for_another_is_noticed(path: Path, keys: Keys) -> None:
    other = KeyFile.create(path.with_name("other.json"), PHRASE, "x", scrypt_n=FAST)
    stolen = json.loads(path.with_name("other.json").read_text("utf-8"))["encryption"][0]["public"]
    edited(path, lambda document: document["encryption"][0].update(public=stolen))
    opened = KeyFile.open(path, PHRASE)
    assert opened.address != other.address
    with pytest.raises(KeyfileInvalid):
        opened.private_key()
