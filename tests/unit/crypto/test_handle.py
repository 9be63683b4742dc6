"""Handles: one form for an identifier, found with the institution's key only."""

from __future__ import annotations

import hashlib
import hmac
import random

import pytest
from chartkey.crypto.handle import handle, normalise
from chartkey.errors import ContextInvalid, IdentifierInvalid

from tests.vectors.stored import load, named

KEY = b"i" * 32


@pytest.mark.parametrize("vector", load("handle"), ids=named)
def test_identifiers_have_the_stored_form_and_handle(vector: dict[str, str]) -> None:
    assert normalise(vector["type"], vector["given"]).text == vector["normal"]
    found = handle(
        bytes.fromhex(vector["key"]), vector["type"], vector["given"], int(vector["version"])
    )
    assert found.hex() == vector["handle"]


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002X",
        "１１０１０５１９４９１２３１００２ｘ",
    ],
)
def test_a_resident_id_is_one_however_written(written: str) -> None:
    assert handle(KEY, "resident-id", written) == handle(KEY, "resident-id", "11010519491231002X")


@pytest.mark.parametrize(
    "written", ["13800138000", "+86 138 0013 8000", "008613800138000", "138–0013–8000"]
)
def test_a_phone_number_is_one_however_written(written: str) -> None:
    assert normalise("phone", written).text == "+8613800138000"


def test_a_national_number_follows_the_country_given() -> None:
    assert normalise("phone", "9123 4567", country="852").text == "+85291234567"


@pytest.mark.parametrize(
    ("identifier", "warnings"),
    [
        ("11010519491231002X", ()),
        ("110105194912310021", ("resident-id-check-digit",)),
        ("11010519491331002X", ("resident-id-birth-date", "resident-id-check-digit")),
        ("110105491231002", ("resident-id-form",)),
        ("护照E12345678", ("resident-id-form",)),
    ],
)
def test_a_resident_id_that_looks_wrong_is_warned_about_and_used(
    identifier: str, warnings: tuple[str, ...]
) -> None:
    assert normalise("resident-id", identifier).warnings == warnings
    assert len(handle(KEY, "resident-id", identifier)) == 32


def test_a_phone_number_that_looks_wrong_is_warned_about_and_used() -> None:
    assert normalise("phone", "120").warnings == ("phone-implausible",)
    assert len(handle(KEY, "phone", "120")) == 32


@pytest.mark.parametrize("identifier", ["", "  ", "-", "\u3000"])
def test_an_empty_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(IdentifierInvalid):
        handle(KEY, "phone", identifier)


@pytest.mark.parametrize("kind", ["", "Phone", "身份证", "a b", "x" * 33])
def test_a_type_that_is_no_word_is_refused(kind: str) -> None:
    with pytest.raises(IdentifierInvalid):
        handle(KEY, kind, "1")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ContextInvalid):
        handle(bytes(length), "phone", "13800138000")


def test_handles_differ_by_key_type_and_version() -> None:
    handles = {
        handle(KEY, "phone", "13800138000"),
        handle(b"j" * 32, "phone", "13800138000"),
        handle(KEY, "health-card", "+8613800138000"),
        handle(KEY, "phone", "13800138000", 2),
    }
    assert len(handles) == 4


def test_an_identifier_never_shows_in_a_representation() -> None:
    assert "138" not in repr(normalise("phone", "13800138000"))


def test_T17_a_hundred_thousand_guesses_match_nothing_without_the_key(
    noise: random.Random,
) -> None:
    numbers = {f"139{noise.randrange(10**8):08d}" for _ in range(100_000)}
    secret = "13912345678"
    numbers.add(secret)
    target = handle(KEY, "phone", secret)
    wrong = bytes(32)
    prefix = b"chartkey/v1/handle" + (1).to_bytes(4, "big") + b"\x05phone"
    for number in numbers:
        message = prefix + b"+86" + number.encode()
        assert hashlib.sha256(message).digest() != target
        assert hmac.digest(wrong, message, "sha256") != target
    with_key = hmac.digest(KEY, prefix + b"+86" + secret.encode(), "sha256")
    assert with_key == target
