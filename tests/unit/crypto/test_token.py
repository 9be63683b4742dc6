"""Keys in a hardware module, on the real SoftHSM (PKCS#11)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from chartkey.cli import main
from chartkey.crypto import rsa
from chartkey.crypto.token import Token, TokenKey
from chartkey.errors import DecryptionFailed, KeyUnsuitable, TokenUnsuitable
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
MODULE = next((place for place in PLACES if Path(place).exists()), None)
PIN, LABEL = "1234", "chartkey"

pytestmark = pytest.mark.skipif(
    MODULE is None or which("softhsm2-util") is None,
    reason="SoftHSM is not installed; `make softhsm` installs it on Debian",
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SoftHSM with one token, its files apart from anybody's own."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    made = ("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN)
    subprocess.run((*made, "--so-pin", "5678"), check=True, capture_output=True)
    assert MODULE is not None
    yield MODULE
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def token(module: str) -> Iterator[Token]:
    with Token.open(module, LABEL, PIN) as opened:
        yield opened


def pair(token: Token, label: str) -> tuple[Any, Any]:
    p = token._pkcs11
    return token._session.generate_keypair(p.KeyType.RSA, 3072, label=label)


def public_of(token: Token, public: Any) -> Any:
    names = (token._pkcs11.Attribute.MODULUS, token._pkcs11.Attribute.PUBLIC_EXPONENT)
    modulus, exponent = (int.from_bytes(public[name], "big") for name in names)
    return RSAPublicNumbers(exponent, modulus).public_key()


def test_a_token_says_what_it_supports(token: Token) -> None:
    abilities = token.abilities()
    assert {"RSA_PKCS_OAEP", "RSA_PKCS_KEY_PAIR_GEN", "ECDSA"} <= abilities.mechanisms
    assert abilities.least_bits <= 3072
    assert abilities.most_bits >= 4096
    assert token.label == LABEL


def test_softhsm_is_refused_because_it_lacks_oaep_with_sha256(token: Token) -> None:
    with pytest.raises(TokenUnsuitable, match=r"does no RSA-OAEP with SHA-256") as caught:
        token.generate("refused")
    assert caught.value.values["token"] == LABEL
    # The key that was made for the trial is gone again.
    with pytest.raises(TokenUnsuitable, match="holds no RSA key refused"):
        token.key("refused")


def test_a_token_is_tried_without_leaving_a_key(token: Token) -> None:
    p = token._pkcs11
    before = len(list(token._session.get_objects({p.Attribute.KEY_TYPE: p.KeyType.RSA})))
    with pytest.raises(TokenUnsuitable, match=r"does no RSA-OAEP with SHA-256"):
        token.check()
    stored = {p.Attribute.KEY_TYPE: p.KeyType.RSA, p.Attribute.TOKEN: True}
    assert len(list(token._session.get_objects(stored))) <= before


def test_the_command_line_says_why_a_token_is_refused(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    pin.write_text(PIN)
    words = ["chartkey", "keys", "token", module, LABEL, "--pin-file", str(pin), "--json"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "token-unsuitable" in said.out + said.err
    assert PIN not in said.out + said.err


def test_a_key_that_is_there_is_tried_too(token: Token) -> None:
    p = token._pkcs11
    token._session.generate_keypair(p.KeyType.RSA, 3072, label="there", store=True)
    with pytest.raises(TokenUnsuitable, match=r"does no RSA-OAEP with SHA-256"):
        token.key("there")
    with pytest.raises(TokenUnsuitable, match="of that label already"):
        token.generate("there")


def test_what_softhsm_does_support_works_on_it(token: Token) -> None:
    p = token._pkcs11
    public, private = pair(token, "session")
    known = public_of(token, public)
    oaep = OAEP(MGF1(SHA1()), SHA1(), None)
    sealed = known.encrypt(b"a secret", oaep)
    parameter = (p.Mechanism.SHA_1, p.MGF.SHA1, None)
    opened = private.decrypt(sealed, mechanism=p.Mechanism.RSA_PKCS_OAEP, mechanism_param=parameter)
    assert bytes(opened) == b"a secret"
    signature = private.sign(b"a text", mechanism=p.Mechanism.SHA256_RSA_PKCS)
    known.verify(bytes(signature), b"a text", PKCS1v15(), SHA256())


class Willing:
    """A module's handle that opens OAEP with SHA-256, as a better module than SoftHSM does."""

    def __init__(self, key: Any) -> None:
        self.key, self.asked = key, []  # type: ignore[var-annotated]

    def decrypt(self, data: bytes, mechanism: Any, mechanism_param: Any) -> bytes:
        self.asked.append((mechanism, mechanism_param))
        return bytes(self.key.decrypt(data, rsa._PADDING))


def test_a_token_key_opens_wraps_as_a_key_in_memory_does(token: Token) -> None:
    p, key = token._pkcs11, rsa.generate()
    handle = Willing(key)
    inside = TokenKey(p, handle, rsa.public_der(key))
    blob = rsa.wrap(inside.public, b"secret", b"place")
    assert rsa.unwrap(inside, blob, b"place") == b"secret"
    oaep = (p.Mechanism.SHA256, p.MGF.SHA256, None)
    assert handle.asked == [(p.Mechanism.RSA_PKCS_OAEP, oaep)]


def test_T08_a_tokens_refusal_is_the_one_error(token: Token) -> None:
    public, private = pair(token, "oracle")
    known = public_of(token, public)
    inside = TokenKey(token._pkcs11, private, rsa.public_der(known))
    for blob in (rsa.wrap(inside.public, b"secret", b""), bytes(384), b"", b"x" * 5000):
        with pytest.raises(DecryptionFailed) as caught:
            rsa.unwrap(inside, blob, b"")
        assert caught.value.__suppress_context__ or caught.value.__cause__ is None


@pytest.mark.parametrize("bits", [1024, 2048, 3000])
def test_no_short_key_is_made(token: Token, bits: int) -> None:
    with pytest.raises(KeyUnsuitable):
        token.generate("short", bits)


@pytest.mark.parametrize(
    ("label", "pin"), [("another", PIN), (LABEL, "0000")], ids=["label", "pin"]
)
def test_a_token_that_does_not_open_says_so_and_no_pin(module: str, label: str, pin: str) -> None:
    with pytest.raises(TokenUnsuitable) as caught, Token.open(module, label, pin):
        pass
    assert pin not in str(caught.value)


def test_a_module_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "module.so").write_text("no library")
    for place in (tmp_path / "module.so", tmp_path / "missing.so"):
        with pytest.raises(TokenUnsuitable), Token.open(place, LABEL, PIN):
            pass


def test_a_token_key_shows_nothing(token: Token) -> None:
    assert repr(TokenKey(token._pkcs11, None, b"public")) == "TokenKey(…)"
