"""Where a key file's passphrase comes from, and from where it does not (T27)."""

from __future__ import annotations

from pathlib import Path

import pytest
from chartkey.crypto.passphrase import VARIABLE, find_passphrase
from chartkey.errors import KeyfileUnsafe, PassphraseMissing


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def keyfile(tmp_path: Path) -> Path:
    return tmp_path / "li.json"


def written(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_what_is_given_is_taken_before_any_file(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(written(keyfile.parent / "named", "named")))
    written(keyfile.parent / "passphrase", "beside")
    assert find_passphrase(keyfile, "given") == "given"
    assert find_passphrase(keyfile, "") == ""


def test_the_variable_comes_before_the_file_beside(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(written(keyfile.parent / "named", "named\n")))
    written(keyfile.parent / "passphrase", "beside")
    assert find_passphrase(keyfile) == "named"


def test_a_file_beside_the_key_file_is_found_last(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(keyfile.parent / "passphrase", "口令 二\r\nnext line\n")
    assert find_passphrase(keyfile) == "口令 二"
    assert find_passphrase(str(keyfile)) == "口令 二"
    monkeypatch.setenv(VARIABLE, "")
    assert find_passphrase(keyfile) == "口令 二"


def test_spaces_belong_to_a_passphrase(keyfile: Path) -> None:
    written(keyfile.parent / "passphrase", "  two words \n")
    assert find_passphrase(keyfile) == "  two words "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o602, 0o777])
def test_T27_a_passphrase_that_others_may_touch_is_refused(keyfile: Path, mode: int) -> None:
    path = written(keyfile.parent / "passphrase", "secret words", mode)
    with pytest.raises(KeyfileUnsafe) as refused:
        find_passphrase(keyfile)
    assert refused.value.values == {"path": path, "mode": f"{mode:04o}"}
    assert "secret words" not in str(refused.value)


def test_T27_a_link_to_a_file_that_others_may_read_is_refused(keyfile: Path) -> None:
    target = written(keyfile.parent / "elsewhere", "secret", 0o644)
    (keyfile.parent / "passphrase").symlink_to(target)
    with pytest.raises(KeyfileUnsafe):
        find_passphrase(keyfile)


def test_none_at_all_is_named_with_the_key_file(keyfile: Path) -> None:
    with pytest.raises(PassphraseMissing) as missing:
        find_passphrase(keyfile)
    assert missing.value.values == {"path": keyfile}
    assert VARIABLE in str(missing.value)


def test_a_named_file_that_is_not_there_is_not_replaced_by_another(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(keyfile.parent / "passphrase", "beside")
    monkeypatch.setenv(VARIABLE, str(keyfile.parent / "gone"))
    with pytest.raises(PassphraseMissing):
        find_passphrase(keyfile)


def test_bytes_that_are_no_text_are_no_passphrase(keyfile: Path) -> None:
    written(keyfile.parent / "passphrase", b"\xff\xfe\n")
    with pytest.raises(PassphraseMissing):
        find_passphrase(keyfile)
