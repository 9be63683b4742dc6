"""Suite 2: both halves are needed, everything is bound, and one answer to everything invalid."""

from __future__ import annotations

import pytest
from chartkey.crypto import hybrid, rsa, wrap
from chartkey.crypto.hybrid import HybridPrivateKey
from chartkey.errors import DecryptionFailed, KeyUnsuitable
from chartkey.models import Suite
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.stored import any_key, hybrid_key, load, named, private_key

GK = bytes(range(32))
ALL = [v for v in load("wrap") if v["name"].startswith("suite 2")]
INVALID = [v for v in ALL if v["expect"] == "DecryptionFailed" and v["key"] != "first"]
HALVES = ["rsa half", "kem half", "hybrid other"]


def wrapped(context: bytes = b"grant", secret: bytes = GK) -> bytes:
    return hybrid.wrap(hybrid.public_der(hybrid_key()), secret, context)


@given(secret=st.binary(max_size=600), context=st.binary(max_size=300))
@settings(max_examples=25, deadline=None)
def test_a_wrap_opens_to_its_secret(secret: bytes, context: bytes) -> None:
    blob = wrapped(context, secret)
    assert (blob[0], len(blob)) == (2, 1489 + len(secret))
    assert hybrid.unwrap(hybrid_key(), blob, context) == secret


@pytest.mark.parametrize("secret", range(65))
def test_no_wrap_is_as_long_as_one_of_suite_1(secret: int) -> None:
    assert not set(hybrid.wrap_lengths(secret)) & set(rsa.WRAP_BYTES)


@pytest.mark.parametrize("name", ["hybrid", "hybrid large"])
def test_wraps_and_keys_fit_into_what_contracts_take(name: str) -> None:
    public = hybrid.public_der(hybrid_key(name))
    assert len(hybrid.wrap(public, bytes(64), b"root")) <= 2048
    assert len(public) <= 8192


def test_two_wraps_of_one_secret_have_nothing_in_common() -> None:
    one, other = wrapped(), wrapped()
    assert one[1:385] != other[1:385]
    assert one[385:1473] != other[385:1473]
    assert one[1473:] != other[1473:]


@pytest.mark.parametrize("name", HALVES)
def test_P07_whoever_broke_one_of_the_two_opens_nothing(name: str) -> None:
    broken = hybrid_key(name)
    with pytest.raises(DecryptionFailed):
        hybrid.unwrap(broken, wrapped(), b"grant")


def test_P07_the_secret_that_rsa_carries_is_not_the_one_wrapped() -> None:
    blob = wrapped()
    carried = rsa.unwrap(hybrid_key().rsa, blob[1:385], b"\x02grant")
    assert len(carried) == 32
    assert carried != GK
    assert GK not in blob


def test_T07_a_wrap_moved_to_another_grant_is_refused() -> None:
    with pytest.raises(DecryptionFailed):
        hybrid.unwrap(hybrid_key(), wrapped(b"grant 1"), b"grant 2")


def test_no_wrap_is_passed_off_as_one_of_the_other_suite() -> None:
    old = rsa.wrap(rsa.public_der(hybrid_key().rsa), GK, b"grant")
    for key, blob in [(hybrid_key(), old), (private_key("first"), wrapped()[1:385])]:
        with pytest.raises(DecryptionFailed):
            wrap.unwrap(key, blob, b"grant")


def test_a_secret_of_another_length_than_asked_for_is_refused() -> None:
    blob = wrapped()
    assert hybrid.unwrap(hybrid_key(), blob, b"grant", length=32) == GK
    with pytest.raises(DecryptionFailed):
        hybrid.unwrap(hybrid_key(), blob, b"grant", length=64)


def test_no_byte_of_a_wrap_can_be_changed() -> None:
    blob = wrapped()
    for place in range(len(blob)):
        changed = blob[:place] + bytes([blob[place] ^ 1 << place % 8]) + blob[place + 1 :]
        with pytest.raises(DecryptionFailed):
            hybrid.unwrap(hybrid_key(), changed, b"grant")


def refusal(vector: dict[str, str]) -> DecryptionFailed:
    with pytest.raises(DecryptionFailed) as caught:
        wrap.unwrap(
            any_key(vector["key"]),
            bytes.fromhex(vector["blob"]),
            bytes.fromhex(vector["context"]),
        )
    return caught.value


@pytest.mark.parametrize("vector", INVALID, ids=named)
def test_T08_every_invalid_wrap_gives_the_identical_error(vector: dict[str, str]) -> None:
    reference, error = refusal(INVALID[0]), refusal(vector)
    assert type(error) is type(reference) is DecryptionFailed
    assert (str(error), error.values) == (str(reference), {})
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("vector", INVALID, ids=named)
def test_T08_every_invalid_wrap_is_refused_at_the_same_line(vector: dict[str, str]) -> None:
    def last_line(error: BaseException) -> int:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        return trace.tb_lineno if trace else 0

    assert last_line(refusal(vector)) == last_line(refusal(INVALID[0])) > 0


@pytest.mark.parametrize("vector", INVALID, ids=named)
def test_T08_both_halves_are_tried_whatever_failed(
    vector: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    for name in ("_rsa_secret", "_decrypted"):
        real = getattr(hybrid, name)
        note = (lambda n, f: lambda *args: tried.append(n) or f(*args))(name, real)
        monkeypatch.setattr(hybrid, name, note)
    refusal(vector)
    assert tried == ["_rsa_secret", "_decrypted"]


@pytest.mark.parametrize("name", ["hybrid", "hybrid large"])
def test_a_key_survives_its_der(name: str) -> None:
    key = hybrid_key(name)
    again = wrap.load_private(wrap.private_der(key))
    assert isinstance(again, HybridPrivateKey)
    assert wrap.public_der(again) == wrap.public_der(key)
    assert wrap.suite_of(wrap.public_der(again)) is Suite.RSA_MLKEM_AES_GCM


def test_no_half_shows_in_a_representation() -> None:
    assert repr(hybrid_key()) == "HybridPrivateKey()"


def test_a_published_key_with_a_damaged_half_is_refused() -> None:
    public = hybrid.public_der(hybrid_key())
    small = rsa.public_der(generate_private_key(65537, 2048))
    beyond = public[:22] + b"\xff" * 1184 + public[1206:]
    for damaged in (beyond, public[:1206], public[:1205], public[:1206] + small, public + b"\0"):
        with pytest.raises(KeyUnsuitable):
            wrap.wrap(damaged, GK, b"")


def test_a_private_key_with_a_damaged_half_is_refused() -> None:
    der = hybrid.private_der(hybrid_key())
    seed = hybrid.private_der(HybridPrivateKey(hybrid_key().rsa, MLKEM768PrivateKey.generate()))
    assert wrap.public_der(wrap.load_private(seed)) != wrap.public_der(hybrid_key())
    for damaged in (der[:86], der[:85], der[:80], der + b"\0", der[86:] + der[:86], b""):
        with pytest.raises(KeyUnsuitable):
            wrap.load_private(damaged)


@pytest.mark.parametrize("bits", [2048, 8192])
@pytest.mark.parametrize("suite", [1, 2])
def test_other_sizes_are_not_made(suite: int, bits: int) -> None:
    with pytest.raises(KeyUnsuitable, match=str(bits)):
        wrap.generate(suite, bits)


@pytest.mark.parametrize("suite", [0, 3, 255])
def test_keys_of_other_suites_are_not_made(suite: int) -> None:
    with pytest.raises(KeyUnsuitable, match=f"suite {suite}"):
        wrap.generate(suite)
