"""Guardians' shares and the box they open (P30, P31, R06)."""

from __future__ import annotations

import itertools
import json
import random

import pytest
from chartkey.crypto.box import open_box, seal_box
from chartkey.crypto.share import MOST_SHARES, Share, combine, new_secret, split
from chartkey.errors import (
    ContextInvalid,
    CryptoError,
    DecryptionFailed,
    FormatUnknown,
    SharesInvalid,
)
from Crypto.Protocol.SecretSharing import Shamir
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = bytes(range(16))
PLACE = bytes(range(20))


@given(st.binary(min_size=16, max_size=16), st.data())
@settings(max_examples=60, deadline=None)
def test_any_enough_of_the_shares_give_the_secret_and_fewer_do_not(
    secret: bytes, data: st.DataObject
) -> None:
    size = data.draw(st.integers(2, MOST_SHARES))
    threshold = data.draw(st.integers(2, size))
    shares = split(secret, threshold, size)
    order = data.draw(st.permutations(shares))
    assert combine(order[:threshold]) == secret
    assert combine(order) == secret
    with pytest.raises(SharesInvalid, match="1 more than there are"):
        combine(order[: threshold - 1])
    # What a guardian lacks is not in the others' shares.
    guess = Shamir.combine([(s.index, s.value) for s in order[: threshold - 1]], ssss=False)
    assert guess != secret or threshold == 2


@given(st.integers(2, 16), st.integers(1, 16))
@settings(max_examples=30, deadline=None)
def test_a_share_survives_its_text(threshold: int, index: int) -> None:
    rng = random.Random(threshold * 100 + index)
    share = Share(rng.randbytes(8), threshold, index, rng.randbytes(16), rng.randbytes(16))
    assert Share.decode(share.encode()) == share
    assert Share.from_text(share.text) == share
    assert Share.from_text(share.text.lower().replace("-", " ")) == share
    assert share.value.hex() not in repr(share)


def test_every_changed_character_of_a_share_is_found() -> None:
    share = split(SECRET, 2, 3)[0]
    for at in range(len("CHARTKEY-SHARE-"), len(share.text)):
        if share.text[at] == "-":
            continue
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567":
            if letter != share.text[at]:
                with pytest.raises((SharesInvalid, FormatUnknown)):
                    Share.from_text(share.text[:at] + letter + share.text[at + 1 :])


def test_every_changed_bit_of_a_share_is_found() -> None:
    data = split(SECRET, 2, 3)[0].encode()
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((SharesInvalid, FormatUnknown)):
            Share.decode(bytes(flipped))


@pytest.mark.parametrize("text", ["", "CHARTKEY-SHARE", "CHARTKEY-SHARE-AAAA", "share", "你好"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(SharesInvalid):
        Share.from_text(text)


def altered(share: Share) -> Share:
    value = bytes([share.value[0] ^ 1]) + share.value[1:]
    return Share(share.set_id, share.threshold, share.index, value, share.check)


def test_an_altered_share_is_noticed_and_outvoted() -> None:
    shares = split(SECRET, 2, 4)
    with pytest.raises(SharesInvalid, match="do not fit together"):
        combine([altered(shares[0]), shares[1]])
    for order in itertools.permutations([altered(shares[0]), *shares[1:3]]):
        assert combine(order) == SECRET


def test_shares_of_two_sets_are_not_mixed() -> None:
    mine, other = split(SECRET, 2, 3), split(SECRET, 2, 3)
    with pytest.raises(SharesInvalid, match="different sets"):
        combine([mine[0], other[1]])
    with pytest.raises(SharesInvalid, match="none"):
        combine([])


def test_one_share_given_twice_counts_once() -> None:
    share = split(SECRET, 2, 3)[0]
    with pytest.raises(SharesInvalid, match="2 different ones are needed, 1 more"):
        combine([share, share])


def test_the_check_says_nothing_of_the_secret_and_differs_from_set_to_set() -> None:
    first, second = split(SECRET, 2, 3)[0], split(SECRET, 2, 3)[0]
    assert first.check != second.check
    assert first.set_id != second.set_id


@pytest.mark.parametrize(("threshold", "size"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_a_split_that_makes_no_sense_is_refused(threshold: int, size: int) -> None:
    with pytest.raises(SharesInvalid):
        split(SECRET, threshold, size)


def test_a_secret_has_sixteen_bytes() -> None:
    assert len(new_secret()) == 16
    with pytest.raises(ContextInvalid):
        split(bytes(15), 2, 3)


def test_P31_the_box_opens_with_the_shared_secret_alone() -> None:
    box = seal_box("零 一 二", SECRET, PLACE)
    assert open_box(box, SECRET, PLACE) == "零 一 二"
    for secret, place in ((bytes(16), PLACE), (SECRET, bytes(20))):
        with pytest.raises(DecryptionFailed):
            open_box(box, secret, place)


def test_boxes_are_of_one_length() -> None:
    assert len({len(seal_box("词" * n, SECRET, PLACE)) for n in (1, 12, 100)}) == 1
    with pytest.raises(ContextInvalid):
        seal_box("a" * 513, SECRET, PLACE)


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
def test_every_changed_byte_of_a_box_is_found(name: str) -> None:
    document = json.loads(seal_box("words", SECRET, PLACE))
    text = document[name]
    for at in range(0, len(text.rstrip("=")) - 1, 7):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(DecryptionFailed):
            open_box(json.dumps(document | {name: changed}).encode(), SECRET, PLACE)


@pytest.mark.parametrize(
    "box",
    [b"", b"[]", b"{}", b'{"chartkey": 1, "form": "accounts"}', b'{"chartkey": 2, "form": "x"}'],
)
def test_what_is_no_box_is_refused(box: bytes) -> None:
    with pytest.raises(FormatUnknown):
        open_box(box, SECRET, PLACE)


def test_a_box_without_a_field_says_no_more_than_a_wrong_secret() -> None:
    document = json.loads(seal_box("words", SECRET, PLACE))
    for name in ("salt", "nonce", "sealed"):
        rest = {key: value for key, value in document.items() if key != name}
        with pytest.raises(CryptoError):
            open_box(json.dumps(rest).encode(), SECRET, PLACE)
