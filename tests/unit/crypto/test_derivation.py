"""Derivation: the closed table of purposes, fields of fixed width."""

from __future__ import annotations

import itertools

import pytest
from chartkey.crypto import independent
from chartkey.crypto.derivation import PURPOSES, derive
from chartkey.crypto.field import unsigned
from chartkey.errors import ContextInvalid
from hypothesis import given, settings
from hypothesis import strategies as st


def test_no_purpose_begins_another() -> None:
    for one, other in itertools.permutations(PURPOSES, 2):
        assert not other.startswith(one)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_both_libraries_derive_the_same(data: st.DataObject) -> None:
    purpose = data.draw(st.sampled_from(sorted(PURPOSES)))
    widths, length, width = PURPOSES[purpose]
    secret = data.draw(st.binary(min_size=width, max_size=width))
    fields = [data.draw(st.binary(min_size=w, max_size=w)) for w in widths]
    salt = data.draw(st.binary(max_size=32))
    ours = derive(secret, purpose, *fields, salt=salt, length=length)
    assert ours == independent.hkdf(secret, purpose, b"".join(fields), salt, length)


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(ContextInvalid, match="anything"):
        derive(bytes(32), "anything")


@pytest.mark.parametrize("fields", [(), (bytes(7),), (bytes(9),), (bytes(8), b"")])
def test_fields_of_another_width_or_number_are_refused(fields: tuple[bytes, ...]) -> None:
    with pytest.raises(ContextInvalid):
        derive(bytes(32), "epoch", *fields)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ContextInvalid):
        derive(bytes(length), "draft-mac")


def test_a_key_of_another_length_than_stated_is_refused() -> None:
    with pytest.raises(ContextInvalid):
        derive(bytes(32), "draft-mac", length=64)


@pytest.mark.parametrize(("value", "width"), [(-1, 8), (256, 1), (1 << 64, 8)])
def test_integers_that_do_not_fit_are_refused(value: int, width: int) -> None:
    with pytest.raises(ContextInvalid, match="does not fit"):
        unsigned("a number", value, width)
