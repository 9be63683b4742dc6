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
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.merkle import EMPTY, MAX_HEIGHT, MerkleTree, leaf_hash, node_hash, root_of
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
    "salted_leaf0",
    "verify",
]

MAX_ELEMENTS: Final = 1 << MAX_HEIGHT


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
        self._tree = MerkleTree(leaves)

    @property
    def root(self) -> bytes:
        """The 32-byte content root, which the author signs."""
        return self._tree.root

    def prove(self, index: int) -> Proof:
        """Disclose the element of leaf ``index`` (from 1).

        Raises:
            ContextInvalid: there is no such leaf.
        """
        if not 1 <= index <= len(self._elements):
            raise ContextInvalid(problem=f"there is no leaf {index}")
        salt = leaf_salt(self._seed, index)
        return Proof(index, salt, self._elements[index - 1], self._tree.path(index - 1))


def verify(content_root: bytes, proof: Proof) -> None:
    """Check one disclosed element against a content root; return nothing if it holds.

    Raises:
        CommitmentMismatch: salt, value, index or path is not what was committed to.
    """
    try:
        leaf = leaf_hash(proof.index, proof.salt, proof.value)
        root = root_of(leaf, proof.index - 1, proof.path)
    except ContextInvalid as err:
        raise CommitmentMismatch(what="element") from err
    if root is None or not compare_digest(root, content_root):
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
    return salted_leaf0(leaf_salt(seed, 0), payload_digest, key_commitment)


def salted_leaf0(salt: bytes, payload_digest: bytes, key_commitment: bytes) -> bytes:
    """Return leaf 0 from its salt alone; all three are 32 bytes.

    Whoever is shown the salt can check which ciphertext a record's root names, and learns
    nothing of the other leaves (P06).

    Raises:
        ContextInvalid: an argument has another length.
    """
    digest = fixed("a payload digest", payload_digest, 32)
    value = digest + fixed("a key commitment", key_commitment, 32)
    return leaf_hash(0, salt, value)


def leaf_salt(seed: bytes, index: int) -> bytes:
    """Return the 32-byte salt of a leaf, so that its value cannot be guessed from its hash.

    Raises:
        ContextInvalid: the seed is not 32 bytes, or the index is out of range.
    """
    return derive(seed, "leaf", unsigned("a leaf index", index, 8))
