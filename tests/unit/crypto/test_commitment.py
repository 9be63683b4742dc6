"""Commitments: one root, one value for each index, nothing to guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartkey.crypto.commitment import (
    EMPTY,
    ContentTree,
    Proof,
    leaf0,
    leaf_hash,
    leaf_salt,
    node_hash,
    record_root,
    verify,
)
from chartkey.crypto.digest import keccak256
from chartkey.errors import CommitmentMismatch, ContextInvalid
from hypothesis import given, settings
from hypothesis import strategies as st

SEED = b"s" * 32
ELEMENTS = [f"过敏 {n}".encode() for n in range(1, 8)]


@given(elements=st.lists(st.binary(max_size=40), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_every_element_is_provable(elements: list[bytes]) -> None:
    tree = ContentTree(SEED, elements)
    for index, value in enumerate(elements, 1):
        proof = tree.prove(index)
        assert proof.value == value
        verify(tree.root, proof)


def test_a_single_element_is_its_own_root() -> None:
    tree = ContentTree(SEED, [b"one"])
    assert tree.root == leaf_hash(1, leaf_salt(SEED, 1), b"one")
    assert tree.prove(1).path == ()


def test_three_elements_are_filled_with_zeros() -> None:
    tree = ContentTree(SEED, [b"a", b"b", b"c"])
    one, two, three = (
        leaf_hash(i, leaf_salt(SEED, i), v) for i, v in ((1, b"a"), (2, b"b"), (3, b"c"))
    )
    assert tree.root == node_hash(node_hash(one, two), node_hash(three, EMPTY))


def test_repeating_the_last_element_changes_the_root() -> None:
    assert (
        ContentTree(SEED, [b"a", b"b", b"c"]).root
        != ContentTree(SEED, [b"a", b"b", b"c", b"c"]).root
    )


def test_order_matters() -> None:
    assert ContentTree(SEED, [b"a", b"b"]).root != ContentTree(SEED, [b"b", b"a"]).root
    assert node_hash(b"l" * 32, b"r" * 32) != node_hash(b"r" * 32, b"l" * 32)


@pytest.mark.parametrize("index", range(1, 8))
@pytest.mark.parametrize("shift", [-8, -4, -2, -1, 1, 2, 4, 8])
def test_an_element_proves_its_own_index_only(index: int, shift: int) -> None:
    tree = ContentTree(SEED, ELEMENTS)
    verify(tree.root, tree.prove(index))
    with pytest.raises(CommitmentMismatch):
        verify(tree.root, replace(tree.prove(index), index=index + shift))


def test_a_leaf_placed_twice_by_its_author_proves_one_value() -> None:
    """The author commits to two values with index 1; only the one at place 0 verifies."""
    salt = leaf_salt(SEED, 1)
    none, penicillin = (leaf_hash(1, salt, v) for v in ("无".encode(), "青霉素".encode()))
    root = node_hash(none, penicillin)
    verify(root, Proof(1, salt, "无".encode(), (penicillin,)))
    with pytest.raises(CommitmentMismatch):
        verify(root, Proof(1, salt, "青霉素".encode(), (none,)))


def test_a_node_does_not_pass_for_a_leaf() -> None:
    tree = ContentTree(SEED, ELEMENTS[:4])
    inner = tree.prove(1).path[1]
    with pytest.raises(CommitmentMismatch):
        verify(tree.root, Proof(2, inner, b"", ()))
    with pytest.raises(CommitmentMismatch):
        verify(tree.root, replace(tree.prove(1), path=tree.prove(1).path[:1]))


@pytest.mark.parametrize(
    "change",
    [
        {"value": b"other"},
        {"salt": bytes(32)},
        {"salt": bytes(31)},
        {"salt": b""},
        {"index": -1},
        {"index": 1 << 70},
        {"path": ()},
        {"path": (EMPTY,) * 3},
        {"path": (EMPTY,) * 33},
        {"path": (b"",) * 3},
        {"path": (bytes(64), bytes(32), bytes(32))},
    ],
)
def test_whatever_is_changed_is_refused(change: dict[str, object]) -> None:
    tree = ContentTree(SEED, ELEMENTS)
    with pytest.raises(CommitmentMismatch):
        verify(tree.root, replace(tree.prove(3), **change))


def test_equal_values_have_different_leaves() -> None:
    tree = ContentTree(SEED, [b"O", b"O"])
    one, two = tree.prove(1), tree.prove(2)
    assert one.path != two.path
    assert one.salt != two.salt


def test_leaf_0_binds_payload_and_key_commitment() -> None:
    digests = [(bytes(32), bytes(32)), (b"d" * 32, bytes(32)), (bytes(32), b"k" * 32)]
    assert len({leaf0(SEED, *pair) for pair in digests}) == 3


def test_leaf_0_is_salted() -> None:
    assert leaf0(SEED, bytes(32), bytes(32)) != leaf0(b"t" * 32, bytes(32), bytes(32))


def test_the_root_is_one_hash_over_leaf_0_and_the_content_root() -> None:
    zero, content = b"z" * 32, b"c" * 32
    assert record_root(zero, content) == keccak256(b"\x01" + zero + content)


def test_a_record_without_an_element_is_refused() -> None:
    with pytest.raises(ContextInvalid, match="at least one"):
        ContentTree(SEED, [])


@pytest.mark.parametrize("index", [0, 8, -1])
def test_a_leaf_that_is_not_there_has_no_proof(index: int) -> None:
    with pytest.raises(ContextInvalid):
        ContentTree(SEED, ELEMENTS).prove(index)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_digests_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(ContextInvalid):
        leaf0(SEED, bytes(length), bytes(32))
    with pytest.raises(ContextInvalid):
        leaf0(SEED, bytes(32), bytes(length))
    with pytest.raises(ContextInvalid):
        record_root(bytes(length), bytes(32))
    with pytest.raises(ContextInvalid):
        ContentTree(bytes(length), [b"a"])


def test_the_hash_is_ethereums() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty
