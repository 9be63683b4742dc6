"""Slips and locators: what they carry, where they belong, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.crypto import slip
from chartkey.crypto.slip import Locator
from chartkey.errors import ContextInvalid, DecryptionFailed
from hypothesis import given, settings
from hypothesis import strategies as st

KEY, SECRET = b"k" * 32, b"s" * 32
PPR, RECORD, GRANT = b"p" * 20, b"r" * 32, b"g" * 16
CID = bytes.fromhex("01551220") + b"c" * 32

USES: dict[str, tuple[Any, Any, tuple[Any, ...]]] = {
    "record": (slip.seal_record_slip, slip.open_record_slip, (1337, PPR, RECORD)),
    "scope": (slip.seal_scope_slip, slip.open_scope_slip, (1337, PPR, GRANT, 3, 20)),
    "single": (slip.seal_single_slip, slip.open_single_slip, (1337, PPR, GRANT, RECORD)),
}
PLACES = [(use, i) for use, (_, _, place) in USES.items() for i in range(len(place))]


def elsewhere(place: tuple[Any, ...], position: int) -> tuple[Any, ...]:
    """Return the place with one field changed."""
    field = place[position]
    other = field + 1 if isinstance(field, int) else b"?" * len(field)
    return (*place[:position], other, *place[position + 1 :])


@pytest.mark.parametrize("use", USES)
def test_a_slip_of_48_bytes_opens_to_its_key(use: str) -> None:
    seal, unseal, place = USES[use]
    blob = seal(KEY, SECRET, *place)
    assert len(blob) == 48
    assert unseal(KEY, blob, *place) == SECRET


@pytest.mark.parametrize(("use", "position"), PLACES)
def test_T07_a_slip_moved_elsewhere_is_refused(use: str, position: int) -> None:
    seal, unseal, place = USES[use]
    blob = seal(KEY, SECRET, *place)
    with pytest.raises(DecryptionFailed):
        unseal(KEY, blob, *elsewhere(place, position))


@pytest.mark.parametrize("use", USES)
def test_T07_a_slip_under_another_readers_key_is_refused(use: str) -> None:
    seal, unseal, place = USES[use]
    with pytest.raises(DecryptionFailed):
        unseal(b"x" * 32, seal(KEY, SECRET, *place), *place)


@pytest.mark.parametrize("use", USES)
def test_every_bit_of_a_slip_counts(use: str) -> None:
    seal, unseal, place = USES[use]
    blob = seal(KEY, SECRET, *place)
    for position in range(48 * 8):
        damaged = (int.from_bytes(blob, "big") ^ 1 << position).to_bytes(48, "big")
        with pytest.raises(DecryptionFailed):
            unseal(KEY, damaged, *place)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("length", [0, 15, 16, 47, 49, 80])
def test_slips_of_another_length_are_refused(use: str, length: int) -> None:
    _, unseal, place = USES[use]
    with pytest.raises(DecryptionFailed):
        unseal(KEY, bytes(length), *place)


def test_one_use_does_not_pass_for_another() -> None:
    single = slip.seal_single_slip(KEY, SECRET, 1337, PPR, GRANT, RECORD)
    record = slip.seal_record_slip(KEY, SECRET, 1337, PPR, RECORD)
    with pytest.raises(DecryptionFailed):
        slip.open_record_slip(KEY, single, 1337, PPR, RECORD)
    with pytest.raises(DecryptionFailed):
        slip.open_single_slip(KEY, record, 1337, PPR, GRANT, RECORD)


def test_kind_0_has_no_scope_slip() -> None:
    with pytest.raises(ContextInvalid, match="kind 0"):
        slip.seal_scope_slip(KEY, SECRET, 1337, PPR, GRANT, 3, 0)
    with pytest.raises(ContextInvalid, match="kind 0"):
        slip.open_scope_slip(KEY, bytes(48), 1337, PPR, GRANT, 3, 0)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_keys_of_another_length_are_refused(use: str, length: int) -> None:
    seal, _, place = USES[use]
    with pytest.raises(ContextInvalid):
        seal(bytes(length), SECRET, *place)
    with pytest.raises(ContextInvalid):
        seal(KEY, bytes(length), *place)


@given(cid=st.binary(min_size=1, max_size=55), size=st.integers(0, 2**64 - 1))
@settings(max_examples=100, deadline=None)
def test_a_locator_of_80_bytes_opens_to_cid_and_size(cid: bytes, size: int) -> None:
    blob = slip.seal_locator(KEY, cid, size, 1337, PPR, RECORD)
    assert len(blob) == 80
    assert slip.open_locator(KEY, blob, 1337, PPR, RECORD) == Locator(cid, size)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_T07_a_locator_moved_elsewhere_is_refused(position: int) -> None:
    blob = slip.seal_locator(KEY, CID, 10, 1337, PPR, RECORD)
    with pytest.raises(DecryptionFailed):
        slip.open_locator(KEY, blob, *elsewhere((1337, PPR, RECORD), position))


def test_a_locator_hides_its_cid() -> None:
    blob = slip.seal_locator(KEY, CID, 10, 1337, PPR, RECORD)
    assert CID[:8] not in blob


@pytest.mark.parametrize("cid", [b"", bytes(56)])
def test_a_cid_that_does_not_fit_is_refused(cid: bytes) -> None:
    with pytest.raises(ContextInvalid):
        slip.seal_locator(KEY, cid, 10, 1337, PPR, RECORD)


def test_a_size_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ContextInvalid):
        slip.seal_locator(KEY, CID, 1 << 64, 1337, PPR, RECORD)
