"""What a key file tells without a passphrase: its account and where it is (T27)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.errors import FormatUnknown, KeyfileInvalid, KeyfileUnsafe

PHRASE = "四月 staple"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return KeyFile.create(tmp_path / "王医生.json", PHRASE, "王医生", scrypt_n=2)


def test_the_account_is_read_without_a_passphrase(keys: Keys) -> None:
    assert KeyFile.address(keys.path) == keys.address
    assert KeyFile.address(str(keys.path)) == keys.address


def test_opened_keys_know_their_file(keys: Keys) -> None:
    assert keys.path == keys.path.parent / "王医生.json"
    assert KeyFile.open(str(keys.path), PHRASE).path == keys.path


def test_T27_the_account_of_a_file_that_others_may_read_is_not_told(keys: Keys) -> None:
    keys.path.chmod(0o644)
    with pytest.raises(KeyfileUnsafe):
        KeyFile.address(keys.path)


def test_what_is_no_key_file_has_no_account(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.touch(mode=0o600)
    for text in ("", "{}", "[]"):
        path.write_text(text)
        with pytest.raises(KeyfileInvalid):
            KeyFile.address(path)
    with pytest.raises(KeyfileInvalid):
        KeyFile.address(tmp_path / "missing.json")


def test_a_later_version_is_refused_unopened(keys: Keys) -> None:
    document = json.loads(keys.path.read_text("utf-8"))
    keys.path.write_text(json.dumps(document | {"chartkey": 2}), "utf-8")
    with pytest.raises(FormatUnknown):
        KeyFile.address(keys.path)


def test_an_account_that_is_not_the_keys_is_noticed_when_it_is_opened(keys: Keys) -> None:
    document = json.loads(keys.path.read_text("utf-8"))
    other = "0x52908400098527886E0F7030069857D2E4169EE7"
    keys.path.write_text(json.dumps(document | {"address": other}), "utf-8")
    assert KeyFile.address(keys.path) == other
    with pytest.raises(KeyfileInvalid):
        KeyFile.open(keys.path, PHRASE)
