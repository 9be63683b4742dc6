"""`isCommitted`: client and contract agree on every element of a record (R70, P05)."""

from dataclasses import dataclass, replace

import pytest
from chartkey.crypto.commitment import (
    ContentTree,
    Proof,
    leaf0,
    leaf_hash,
    node_hash,
    record_root,
    verify,
)

from tests.signing import ZERO, digest

SEED = digest("seed")
LEAF0 = leaf0(SEED, digest("payload"), digest("key commitment"))
VALUES = ["血型 O".encode(), "青霉素过敏".encode(), b"", bytes(40), b"HbA1c 5.4 %"]
TREE = ContentTree(SEED, VALUES)
HIGHEST = 32


@dataclass(frozen=True)
class Element:
    """What is disclosed of a record."""

    index: int
    salt: bytes
    value: bytes
    path: tuple[bytes, ...]
    leaf0: bytes = LEAF0

    def but(self, **changes):
        """Return an element with other fields."""
        return replace(self, **changes)

    @property
    def struct(self):
        """As the contract takes it."""
        return (self.leaf0, self.index, self.salt, self.value, self.path)


def disclosed(tree, index):
    """Return an element as the client proves it."""
    proof = tree.prove(index)
    return Element(proof.index, proof.salt, proof.value, proof.path)


def outermost(height):
    """Return an element in the last place that a tree of a height has, and its content root."""
    path = tuple(digest("sibling", bytes([level])) for level in range(height))
    element = Element(2**height, digest("salt"), b"value", path)
    content = leaf_hash(element.index, element.salt, element.value)
    for sibling in path:
        content = node_hash(sibling, content)
    return element, content


@pytest.fixture
def anchor(relationship, draft, relay):
    """Anchor a record over a content root; return its id."""

    def anchor(content_root):
        committed = draft.but(leaf0=LEAF0, content_root=content_root)
        relationship.anchor(*committed.submission, {"from": relay})
        return committed.record

    return anchor


@pytest.fixture
def committed(anchor):
    """The id of a record over five elements."""
    return anchor(TREE.root)


def test_r70_every_element_is_committed_to(evidence, relationship, committed):
    anchored = bytes(relationship.recordOf(committed)["root"])
    assert anchored == record_root(LEAF0, TREE.root)
    for index in range(1, len(VALUES) + 1):
        element = disclosed(TREE, index)
        assert evidence.isCommitted(relationship, committed, element.struct)


def test_r70_an_index_is_written_from_its_highest_byte(evidence, relationship, anchor):
    tree = ContentTree(SEED, [b"value %d" % place for place in range(300)])
    record = anchor(tree.root)
    for index in (1, 2, 256, 258, 300):
        element = disclosed(tree, index)
        assert evidence.isCommitted(relationship, record, element.struct), index


def test_r70_the_only_element_needs_no_path(evidence, relationship, anchor):
    tree = ContentTree(SEED, VALUES[:1])
    element = disclosed(tree, 1)
    assert element.path == ()
    assert evidence.isCommitted(relationship, anchor(tree.root), element.struct)


SECOND = disclosed(TREE, 2)
ALTERED = {
    "leaf 0": SECOND.but(leaf0=digest("another payload")),
    "index": SECOND.but(index=1),
    "salt": SECOND.but(salt=digest("another salt")),
    "value": SECOND.but(value="无过敏".encode()),
    "shorter value": SECOND.but(value=SECOND.value[:-1]),
    "empty value": SECOND.but(value=b""),
    "path in another order": SECOND.but(path=SECOND.path[::-1]),
    "shorter path": SECOND.but(path=SECOND.path[:-1]),
    "no path": SECOND.but(path=()),
    "longer path": SECOND.but(path=(*SECOND.path, ZERO)),
    "another's path": SECOND.but(path=disclosed(TREE, 3).path),
    "leaf 0 in its own place": SECOND.but(index=0),
    "leaf and content exchanged": SECOND.but(leaf0=TREE.root, path=(LEAF0,)),
}


def test_r70_whatever_was_altered_is_not_committed_to(evidence, relationship, committed):
    for change, element in ALTERED.items():
        assert not evidence.isCommitted(relationship, committed, element.struct), change


def test_no_place_has_a_second_name(evidence, relationship, committed):
    for turn in (2**3, 2**32, 2**63):
        again = SECOND.but(index=SECOND.index + turn)
        assert not evidence.isCommitted(relationship, committed, again.struct), turn


def test_leaf_0_is_no_element(evidence, relationship, anchor):
    tree_of_leaf0 = Element(0, digest("salt"), b"value", ())
    record = anchor(leaf_hash(0, tree_of_leaf0.salt, tree_of_leaf0.value))
    assert not evidence.isCommitted(relationship, record, tree_of_leaf0.struct)


def test_a_place_beyond_the_tree_is_under_no_root_of_zero(evidence, relationship, anchor):
    """Zero is how the library says that there is no root: a record may hold it as its own."""
    record = anchor(ZERO)
    beyond = Element(2, digest("salt"), b"value", ())
    assert not evidence.isCommitted(relationship, record, beyond.struct)


def test_a_tree_is_at_most_32_high(evidence, relationship, anchor):
    element, content = outermost(HIGHEST)
    verify(content, Proof(element.index, element.salt, element.value, element.path))
    assert evidence.isCommitted(relationship, anchor(content), element.struct)


def test_no_tree_is_33_high(evidence, relationship, anchor):
    element, content = outermost(HIGHEST + 1)
    assert not evidence.isCommitted(relationship, anchor(content), element.struct)


def test_an_unknown_record_commits_to_nothing(evidence, relationship, committed):
    assert not evidence.isCommitted(relationship, digest("unknown"), SECOND.struct)


def test_what_was_said_about_a_record_changes_nothing(evidence, relationship, committed, alice):
    evidence.withdraw(relationship, committed, {"from": alice})
    relationship.end({"from": alice})
    assert evidence.isCommitted(relationship, committed, SECOND.struct)


def test_t23_no_relationship_commits_to_nothing(evidence, refusal, impostors, committed, mallory):
    for impostor in impostors:
        unknown = ("RelationshipUnknown", impostor)
        call = (impostor, committed, SECOND.struct, {"from": mallory})
        assert refusal(evidence.isCommitted, *call) == unknown
