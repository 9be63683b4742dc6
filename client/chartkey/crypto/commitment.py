"""Salted commitments: one root for a record, its elements provable one by one (P05).

>>> tree = ContentTree(bytes(32), ["血型 O".encode(), "青霉素过敏".encode()])
>>> verify(tree.root, tree.prove(2))
>>> root = record_root(leaf0(bytes(32), bytes(32), bytes(32)), tree.root)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from chartkey.crypto.derivation import derive
from chartkey.crypto.digest import keccak256
from chartkey.crypto.field import fixed, unsigned
from chartkey.errors import CommitmentMismatch, ContextInvalid

__all__ = [
    "EMPTY",
    "MAX_ELEMENTS",
    "ContentTree",
    "Proof",
    "leaf0",
    "leaf_hash",
    "leaf_salt",
    "node_hash",
    "record_root",
    "verify",
]

EMPTY: Final = bytes(32)
"""Stands for a subtree beyond the last element; nobody knows a leaf or node with this hash."""

MAX_HEIGHT: Final = 32
MAX_ELEMENTS: Final = 1 << MAX_HEIGHT
_LEAF_TAG: Final = b"\x00"
_NODE_TAG: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Proof:
    """One disclosed element: leaf index from 1, its salt (32), its value, siblings leaf-upwards."""

    index: int
    salt: bytes
    value: bytes
    path: tuple[bytes, ...]


class ContentTree:
    """The tree over a record's elements: leaf ``i`` (from 1) holds ``elements[i - 1]``."""

    def __init__(self, seed: bytes, elements: Sequence[bytes]) -> None:
        """Build the tree with salts from ``seed`` (32 bytes, made at drafting, kept inside).

        Raises:
            ContextInvalid: the seed is not 32 bytes, or there is no element, or over 2**32.
        """
        if not 1 <= len(elements) <= MAX_ELEMENTS:
            # Without an element the author's signature over the content root binds nothing.
            raise ContextInvalid(problem="a record has at least one element to commit to")
        self._seed, self._elements = seed, tuple(elements)
        leaves = [
            leaf_hash(i, leaf_salt(seed, i), value) for i, value in enumerate(self._elements, 1)
        ]
        self._levels = _levels(leaves)

    @property
    def root(self) -> bytes:
        """The 32-byte content root, which the author signs."""
        return self._levels[-1][0]

    def prove(self, index: int) -> Proof:
        """Disclose the element of leaf ``index`` (from 1).

        Raises:
            ContextInvalid: there is no such leaf.
        """
        if not 1 <= index <= len(self._elements):
            raise ContextInvalid(problem=f"there is no leaf {index}")
        path = tuple(
            level[place ^ 1] if place ^ 1 < len(level) else EMPTY
            for place, level in ((index - 1 >> k, lvl) for k, lvl in enumerate(self._levels[:-1]))
        )
        salt = leaf_salt(self._seed, index)
        return Proof(index, salt, self._elements[index - 1], path)


def verify(content_root: bytes, proof: Proof) -> None:
    """Check one disclosed element against a content root; return nothing if it holds.

    Raises:
        CommitmentMismatch: salt, value, index or path is not what was committed to.
    """
    place = proof.index - 1
    widths = {len(proof.salt), *map(len, proof.path)}
    height = len(proof.path)
    if proof.index < 1 or height > MAX_HEIGHT or place >> height or widths != {32}:
        raise CommitmentMismatch(what="element")
    node = leaf_hash(proof.index, proof.salt, proof.value)
    for level, sibling in enumerate(proof.path):
        node = node_hash(sibling, node) if place >> level & 1 else node_hash(node, sibling)
    if not compare_digest(node, content_root):
        raise CommitmentMismatch(what="element")


def record_root(leaf_zero: bytes, content_root: bytes) -> bytes:
    """Return the 32-byte root of a record, which is anchored.

    Raises:
        ContextInvalid: an argument is not 32 bytes.
    """
    return node_hash(leaf_zero, content_root)


def leaf0(seed: bytes, payload_digest: bytes, key_commitment: bytes) -> bytes:
    """Return leaf 0, which ties the root to the ciphertext (T05); all three are 32 bytes.

    ``payload_digest`` is the SHA-256 of the binary root CID. The leaf is salted, or equal
    ciphertexts could be linked.

    Raises:
        ContextInvalid: an argument has another length.
    """
    digest = fixed("a payload digest", payload_digest, 32)
    value = digest + fixed("a key commitment", key_commitment, 32)
    return leaf_hash(0, leaf_salt(seed, 0), value)


def leaf_salt(seed: bytes, index: int) -> bytes:
    """Return the 32-byte salt of a leaf, so that its value cannot be guessed from its hash.

    Raises:
        ContextInvalid: the seed is not 32 bytes, or the index is out of range.
    """
    return derive(seed, "leaf", unsigned("a leaf index", index, 8))


def leaf_hash(index: int, salt: bytes, value: bytes) -> bytes:
    """Return keccak(0x00 ‖ index u64 ‖ salt 32 ‖ value).

    Raises:
        ContextInvalid: the salt is not 32 bytes, or the index is out of range.
    """
    numbered = unsigned("a leaf index", index, 8)
    return keccak256(_LEAF_TAG, numbered, fixed("a salt", salt, 32), value)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return keccak(0x01 ‖ left ‖ right), ordered.

    Raises:
        ContextInvalid: a side is not 32 bytes.
    """
    return keccak256(_NODE_TAG, fixed("a node", left, 32), fixed("a node", right, 32))


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """Return the tree's levels from the leaves up; an empty subtree is :data:`EMPTY`."""
    levels = [leaves]
    while len(below := levels[-1]) > 1:
        padded = [*below, EMPTY] if len(below) % 2 else below
        levels.append([node_hash(*padded[i : i + 2]) for i in range(0, len(padded), 2)])
    return levels
