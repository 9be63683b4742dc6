"""RSA keys and wraps: sizes, binding, and one answer to everything invalid."""

from __future__ import annotations

import pytest
from chartkey.crypto import rsa
from chartkey.errors import DecryptionFailed, KeyUnsuitable
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.stored import load, named, private_key

GK = bytes(range(32))
RSA_KEYS = ("first", "second", "large")
INVALID = [v for v in load("wrap") if v["expect"] == "DecryptionFailed" and v["key"] in RSA_KEYS]


@given(secret=st.binary(max_size=286), context=st.binary(max_size=300))
@settings(max_examples=25, deadline=None)
def test_a_wrap_opens_to_its_secret(secret: bytes, context: bytes) -> None:
    key = private_key("first")
    blob = rsa.wrap(rsa.public_der(key), secret, context)
    assert len(blob) == 384
    assert rsa.unwrap(key, blob, context) == secret


def test_new_keys_have_3072_bits_and_the_usual_exponent() -> None:
    key = rsa.generate()
    assert key.key_size == 3072
    assert key.public_key().public_numbers().e == 65537


@pytest.mark.parametrize("bits", [1024, 2048, 3071, 8192])
def test_other_sizes_are_not_made(bits: int) -> None:
    with pytest.raises(KeyUnsuitable, match=str(bits)):
        rsa.generate(bits)


def test_a_published_key_of_2048_bits_is_refused() -> None:
    with pytest.raises(KeyUnsuitable):
        rsa.wrap(rsa.public_der(generate_private_key(65537, 2048)), GK, b"")


def test_a_published_key_with_exponent_3_is_refused() -> None:
    with pytest.raises(KeyUnsuitable):
        rsa.load_public(rsa.public_der(generate_private_key(3, 3072)))


def test_a_published_key_that_is_not_rsa_is_refused() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(KeyUnsuitable, match="not an RSA key"):
        rsa.load_public(curve.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("der", [b"", b"0", bytes(400), b"\x30\x82\xff\xff"])
def test_published_bytes_that_are_no_key_are_refused(der: bytes) -> None:
    with pytest.raises(KeyUnsuitable):
        rsa.load_public(der)
    with pytest.raises(KeyUnsuitable):
        rsa.load_private(der)


def test_a_secret_too_long_for_the_key_is_refused(patient_key: RSAPrivateKey) -> None:
    with pytest.raises(KeyUnsuitable, match="too long"):
        rsa.wrap(rsa.public_der(patient_key), bytes(287), b"")


def test_a_key_survives_its_der(author_key: RSAPrivateKey) -> None:
    again = rsa.load_private(rsa.private_der(author_key))
    assert rsa.public_der(again) == rsa.public_der(author_key)


def test_T07_a_wrap_for_another_reader_is_refused(
    patient_key: RSAPrivateKey, gateway_key: RSAPrivateKey
) -> None:
    blob = rsa.wrap(rsa.public_der(gateway_key), GK, b"grant")
    with pytest.raises(DecryptionFailed):
        rsa.unwrap(patient_key, blob, b"grant")


def test_T07_a_wrap_moved_to_another_grant_is_refused(patient_key: RSAPrivateKey) -> None:
    blob = rsa.wrap(rsa.public_der(patient_key), GK, b"grant 1")
    with pytest.raises(DecryptionFailed):
        rsa.unwrap(patient_key, blob, b"grant 2")


def test_a_secret_of_another_length_than_asked_for_is_refused(patient_key: RSAPrivateKey) -> None:
    blob = rsa.wrap(rsa.public_der(patient_key), GK, b"")
    assert rsa.unwrap(patient_key, blob, b"", length=32) == GK
    with pytest.raises(DecryptionFailed):
        rsa.unwrap(patient_key, blob, b"", length=64)


def refusal(vector: dict[str, str]) -> DecryptionFailed:
    key, blob = private_key(vector["key"]), bytes.fromhex(vector["blob"])
    with pytest.raises(DecryptionFailed) as caught:
        rsa.unwrap(key, blob, bytes.fromhex(vector["context"]))
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
