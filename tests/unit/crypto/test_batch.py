"""Batches: every record is provable at its place, and nothing else is (P80)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartkey.crypto.batch import BatchTree, record_value, verify_inclusion
from chartkey.crypto.merkle import EMPTY, leaf_hash, node_hash
from chartkey.errors import CommitmentMismatch, ContextInvalid
from chartkey.models import Attestation, Authored, Inclusion
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

RELATIONSHIP = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
AUTHOR = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
LEAVES = [(bytes([n]) * 32, bytes([100 + n]) * 32) for n in range(7)]


def authored(**changes: object) -> Authored:
    attestation = Attestation(
        relationship=RELATIONSHIP,
        record_id=b"r" * 32,
        parent=b"p" * 32,
        kind=17,
        profile=b"f" * 32,
        affiliation=b"a" * 32,
        content_root=b"c" * 32,
        deadline=1_800_000_000,
    )
    whole = Authored(attestation, AUTHOR, b"s" * 65, b"0" * 32, b"l" * 80)
    return replace(whole, **changes)  # type: ignore[arg-type]


def by_hand(leaves: list[tuple[bytes, bytes]]) -> bytes:
    """Return the root by other means: recursion over a power of two, filled with zeros."""
    row = [
        keccak(b"\x00" + index.to_bytes(8, "big") + blinding + value)
        for index, (blinding, value) in enumerate(leaves)
    ]

    def half(place: int, width: int) -> bytes:
        if place >= len(row):
            return bytes(32)
        if width == 1:
            return row[place]
        left, right = half(place, width // 2), half(place + width // 2, width // 2)
        return bytes(keccak(b"\x01" + left + right))

    return half(0, 1 << (len(row) - 1).bit_length())


@given(leaves=st.lists(st.tuples(*[st.binary(min_size=32, max_size=32)] * 2), min_size=1))
@settings(max_examples=40, deadline=None)
def test_every_record_is_provable(leaves: list[tuple[bytes, bytes]]) -> None:
    tree = BatchTree(leaves)
    assert tree.size == len(leaves)
    assert tree.root == by_hand(leaves)
    for index, (blinding, value) in enumerate(leaves):
        inclusion = tree.include(index, 9)
        assert (inclusion.batch, inclusion.index, inclusion.blinding) == (9, index, blinding)
        verify_inclusion(tree.root, value, inclusion)


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (1, "7dca089cda62fc6026367a7a2ebdbaac484f1e09e8f6151c6a27ce9285ca43e1"),
        (3, "e0bec10132c7347f8a1e6da1de8b9880231a1e7aebef32e68371bcf71fa7b9cf"),
        (7, "e27c86b643524f7b76cffbebbfd697fc1fbacddaba346438672d2d6da005e51c"),
    ],
)
def test_roots_are_the_recorded_ones(size: int, root: str) -> None:
    assert BatchTree(LEAVES[:size]).root.hex() == root


def test_a_value_is_what_the_interface_says() -> None:
    record = authored()
    types = ["address", "bytes32", "uint8", "bytes32", "bytes32", "address", "bytes32", "uint32"]
    root = keccak(b"\x01" + record.leaf0 + record.attestation.content_root)
    signatures = keccak(encode(["bytes32"] * 2, [keccak(b"s" * 65), keccak(b"o" * 65)]))
    values = [RELATIONSHIP, b"r" * 32, 17, root, b"p" * 32, AUTHOR, keccak(b"l" * 80), 4]
    expected = keccak(encode([*types, "bytes32"], [*values, signatures]))
    assert record_value(record, 4, b"o" * 65) == expected


def test_an_absent_signature_counts_as_empty() -> None:
    assert record_value(authored(), 4) == record_value(authored(), 4, b"")
    assert record_value(authored(), 4) != record_value(authored(), 4, b"o" * 65)


@pytest.mark.parametrize(
    "change",
    [
        {"author": RELATIONSHIP},
        {"signature": b"t" * 65},
        {"leaf0": b"1" * 32},
        {"locator": b"m" * 80},
        {"attestation": replace(authored().attestation, relationship=AUTHOR)},
        {"attestation": replace(authored().attestation, record_id=b"q" * 32)},
        {"attestation": replace(authored().attestation, parent=bytes(32))},
        {"attestation": replace(authored().attestation, kind=5)},
        {"attestation": replace(authored().attestation, content_root=b"d" * 32)},
    ],
)
def test_everything_that_is_stored_is_in_the_value(change: dict[str, object]) -> None:
    assert record_value(authored(**change), 1) != record_value(authored(), 1)


def test_the_epoch_is_in_the_value() -> None:
    assert record_value(authored(), 1) != record_value(authored(), 2)


def test_three_leaves_are_filled_with_zeros() -> None:
    one, two, three = (leaf_hash(i, *leaf) for i, leaf in enumerate(LEAVES[:3]))
    expected = node_hash(node_hash(one, two), node_hash(three, EMPTY))
    assert BatchTree(LEAVES[:3]).root == expected


def test_a_single_record_is_its_own_root() -> None:
    tree = BatchTree(LEAVES[:1])
    assert tree.root == leaf_hash(0, *LEAVES[0])
    assert tree.include(0, 1).path == ()


def bent(inclusion: Inclusion) -> list[Inclusion]:
    return [
        replace(inclusion, index=inclusion.index + 1),
        replace(inclusion, index=inclusion.index + 8),
        replace(inclusion, index=-1),
        replace(inclusion, index=1 << 64),
        replace(inclusion, blinding=b"x" * 32),
        replace(inclusion, blinding=b"x" * 31),
        replace(inclusion, path=inclusion.path[:-1]),
        replace(inclusion, path=(*inclusion.path, EMPTY)),
        replace(inclusion, path=inclusion.path[::-1]),
        replace(inclusion, path=(b"x", *inclusion.path[1:])),
        replace(inclusion, path=(EMPTY,) * 33),
    ]


@pytest.mark.parametrize("number", range(11))
def test_another_place_blinding_or_path_is_refused(number: int) -> None:
    tree = BatchTree(LEAVES)
    with pytest.raises(CommitmentMismatch):
        verify_inclusion(tree.root, LEAVES[2][1], bent(tree.include(2, 1))[number])


@pytest.mark.parametrize("value", [b"x" * 32, b"x" * 31, b""])
def test_another_value_is_refused(value: bytes) -> None:
    tree = BatchTree(LEAVES)
    with pytest.raises(CommitmentMismatch):
        verify_inclusion(tree.root, value, tree.include(2, 1))


@pytest.mark.parametrize("index", [-1, 7])
def test_there_is_no_proof_of_what_is_not_there(index: int) -> None:
    with pytest.raises(ContextInvalid):
        BatchTree(LEAVES).include(index, 1)


@pytest.mark.parametrize("leaves", [[], [(b"b" * 31, b"v" * 32)], [(b"b" * 32, b"v" * 33)]])
def test_a_batch_of_nothing_or_of_other_lengths_is_refused(
    leaves: list[tuple[bytes, bytes]],
) -> None:
    with pytest.raises(ContextInvalid):
        BatchTree(leaves)


@pytest.mark.parametrize("address", ["0x12", "nobody", ""])
def test_a_malformed_address_is_refused(address: str) -> None:
    with pytest.raises(ContextInvalid):
        record_value(authored(author=address), 1)
