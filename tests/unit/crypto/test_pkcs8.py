"""Keys that leave a key file and come into another, and passphrases that change (R04, T27)."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest
from chartkey.crypto import ownfile, wrap
from chartkey.crypto.keyfile import KeyFile
from chartkey.crypto.pkcs8 import export_pem, import_pem
from chartkey.errors import (
    KeyfileExists,
    KeyfileInvalid,
    KeyfileUnsafe,
    KeyUnsuitable,
    PassphraseWrong,
)
from chartkey.models import Suite
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

PHRASE = "长城"
FAST = 2
SUITES = (Suite.RSA_OAEP_AES_GCM, Suite.RSA_MLKEM_AES_GCM)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key.pem"


def written(path: Path, *keys: object, plain: bool = False) -> Path:
    """Write private keys as another program would."""
    encryption = NoEncryption() if plain else BestAvailableEncryption(PHRASE.encode())
    form = (Encoding.PEM, PrivateFormat.PKCS8, encryption)
    path.touch(mode=0o600)
    path.write_bytes(b"".join(key.private_bytes(*form) for key in keys))  # type: ignore[attr-defined]
    return path


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.label)
def test_a_key_that_left_comes_into_another_file(path: Path, suite: Suite) -> None:
    keys = KeyFile.create(path.with_name("a.json"), "x", "王", suite=suite, scrypt_n=FAST)
    export_pem(path, keys.private_key(), PHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    other = KeyFile.create(path.with_name("b.json"), "x", "王", scrypt_n=FAST)
    assert other.adopt_encryption_key(import_pem(path, PHRASE)) == 2
    again = KeyFile.open(other.path, "x")
    assert (again.public_der(), again.suite()) == (keys.public_der(), suite)
    blob = wrap.wrap(keys.public_der(), b"secret", b"place")
    assert wrap.unwrap(again.private_key(), blob, b"place") == b"secret"


def test_a_key_that_is_there_already_keeps_its_version(path: Path) -> None:
    keys = KeyFile.create(path.with_name("a.json"), "x", "王", scrypt_n=FAST)
    assert keys.add_encryption_key() == 2
    for version in (1, 2):
        assert keys.adopt_encryption_key(keys.private_key(version)) == version
    assert KeyFile.open(keys.path, "x").version == 2


def test_nothing_is_overwritten_and_nothing_leaves_in_clear(path: Path) -> None:
    key = wrap.generate(Suite.RSA_OAEP_AES_GCM)
    with pytest.raises(KeyUnsuitable, match="without a passphrase"):
        export_pem(path, key, "")
    export_pem(path, key, PHRASE)
    before = path.read_bytes()
    assert b"ENCRYPTED" in before
    with pytest.raises(KeyfileExists):
        export_pem(path, key, PHRASE)
    assert path.read_bytes() == before


def test_a_wrong_passphrase_is_named(path: Path) -> None:
    export_pem(path, wrap.generate(Suite.RSA_OAEP_AES_GCM), PHRASE)
    with pytest.raises(PassphraseWrong):
        import_pem(path, "长江")


def test_T27_a_file_that_others_can_read_is_refused(path: Path) -> None:
    export_pem(path, wrap.generate(Suite.RSA_OAEP_AES_GCM), PHRASE)
    path.chmod(0o640)
    with pytest.raises(KeyfileUnsafe):
        import_pem(path, PHRASE)


def test_other_kinds_and_sizes_of_keys_are_refused(path: Path) -> None:
    short, curve = generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256K1())
    exponent = generate_private_key(3, 3072)
    good = wrap.generate(Suite.RSA_OAEP_AES_GCM)
    for keys in ((short,), (curve,), (exponent,), (good, good), (good, curve), (good,) * 3):
        with pytest.raises(KeyUnsuitable):
            import_pem(written(path, *keys), PHRASE)
    with pytest.raises(KeyUnsuitable, match="no encrypted PKCS#8"):
        import_pem(written(path, good, plain=True), PHRASE)


@pytest.mark.parametrize("text", [b"", b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"\x00" * 100])
def test_what_is_no_key_is_refused(path: Path, text: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(text)
    with pytest.raises(KeyUnsuitable):
        import_pem(path, PHRASE)
    with pytest.raises(KeyfileInvalid):
        import_pem(path.with_name("missing.pem"), PHRASE)


@pytest.fixture
def keyfile(tmp_path: Path) -> Path:
    KeyFile.create(tmp_path / "keys.json", "old", "王", scrypt_n=FAST)
    return tmp_path / "keys.json"


def test_a_changed_passphrase_opens_and_the_old_one_does_not(keyfile: Path) -> None:
    before = KeyFile.open(keyfile, "old")
    KeyFile.change_passphrase(keyfile, "old", "new", scrypt_n=FAST)
    after = KeyFile.open(keyfile, "new")
    assert (after.address, after.public_der()) == (before.address, before.public_der())
    assert wrap.private_der(after.private_key()) == wrap.private_der(before.private_key())
    with pytest.raises(PassphraseWrong):
        KeyFile.open(keyfile, "old")


def test_a_wrong_old_passphrase_changes_nothing(keyfile: Path) -> None:
    text = keyfile.read_bytes()
    with pytest.raises(PassphraseWrong):
        KeyFile.change_passphrase(keyfile, "ild", "new", scrypt_n=FAST)
    assert keyfile.read_bytes() == text


def change_and_die(keyfile: Path, step: int) -> None:
    """Change the passphrase, and die at one of the steps that touch the disk."""
    count = 0

    def counted(function):  # type: ignore[no-untyped-def]
        def call(*given, **named):  # type: ignore[no-untyped-def]
            nonlocal count
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return function(*given, **named)

        return call

    for name in ("open", "fsync", "replace"):
        setattr(ownfile.os, name, counted(getattr(os, name)))
    KeyFile.change_passphrase(keyfile, "old", "new", scrypt_n=FAST)


def test_killed_at_any_step_the_file_opens_with_one_passphrase(keyfile: Path) -> None:
    original, outcomes = keyfile.read_bytes(), []
    for step in range(12):
        keyfile.write_bytes(original)
        process = get_context("fork").Process(target=change_and_die, args=(keyfile, step))
        process.start()
        process.join(60)
        opened = []
        for phrase in ("old", "new"):
            try:
                KeyFile.open(keyfile, phrase)
                opened.append(phrase)
            except PassphraseWrong:
                continue
        assert len(opened) == 1
        outcomes.append((process.exitcode == -signal.SIGKILL, opened[0]))
    assert (True, "old") in outcomes
    assert (True, "new") in outcomes
    assert outcomes[-1] == (False, "new")
