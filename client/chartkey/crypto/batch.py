"""Batches: one root over many records, each admitted by its own proof (R63, P80).

::

    values = [record_value(authored, confirmation.epoch, signature), …]
    tree = BatchTree([(secrets.token_bytes(32), value) for value in values])
    # anchor tree.size and tree.root; the blindings belong into the encrypted manifest
    tree.include(0, batch)
"""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

from chartkey.crypto.digest import keccak256
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.merkle import MAX_HEIGHT, MerkleTree, leaf_hash, node_hash, root_of
from chartkey.errors import CommitmentMismatch, ContextInvalid
from chartkey.models import Authored, Inclusion

__all__ = ["MAX_RECORDS", "BatchTree", "record_value", "verify_inclusion"]

MAX_RECORDS: Final = (1 << MAX_HEIGHT) - 1
"""The contract counts a batch's leaves in 32 bits."""


def record_value(authored: Authored, epoch: int, signature: bytes = b"") -> bytes:
    """Return the 32 bytes that a batch commits to of one record, as ``IBatches`` says it.

    ``epoch`` is the key epoch that it is sealed in; ``signature`` is the owner's over its anchor,
    empty for a record that was attested only.

    Raises:
        ContextInvalid: an address or hash has another length, or a number is out of range.
    """
    attestation = authored.attestation
    signatures = keccak256(keccak256(authored.signature), keccak256(signature))
    return keccak256(
        _address(attestation.relationship),
        fixed("a record id", attestation.record_id, 32),
        unsigned("a kind", attestation.kind, 32),
        node_hash(authored.leaf0, attestation.content_root),
        fixed("a parent", attestation.parent, 32),
        _address(authored.author),
        keccak256(authored.locator),
        unsigned("an epoch", epoch, 32),
        signatures,
    )


class BatchTree:
    """The tree over a batch: leaf ``i`` (from 0) holds the blinding and value of ``leaves[i]``."""

    def __init__(self, leaves: Sequence[tuple[bytes, bytes]]) -> None:
        """Build the tree from pairs of a blinding (32 random bytes) and a value (32 bytes).

        Raises:
            ContextInvalid: there is no leaf, or over 2**32 - 1, or one is of other lengths.
        """
        if not 1 <= len(leaves) <= MAX_RECORDS:
            raise ContextInvalid(problem="a batch has at least one record")
        self._blindings = [blinding for blinding, _ in leaves]
        self._tree = MerkleTree(
            [_leaf(index, blinding, value) for index, (blinding, value) in enumerate(leaves)]
        )

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._blindings)

    @property
    def root(self) -> bytes:
        """The 32-byte root, which is anchored."""
        return self._tree.root

    def include(self, index: int, batch: int) -> Inclusion:
        """Show where the record at ``index`` (from 0) stands in the batch of that number.

        Raises:
            ContextInvalid: there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise ContextInvalid(problem=f"there is no leaf {index}")
        return Inclusion(batch, index, self._blindings[index], self._tree.path(index))


def verify_inclusion(root: bytes, value: bytes, inclusion: Inclusion) -> None:
    """Check a record's value (32 bytes) against a batch's root; return nothing if it holds.

    Raises:
        CommitmentMismatch: value, blinding, index or path is not what was anchored.
    """
    try:
        leaf = _leaf(inclusion.index, inclusion.blinding, value)
        found = root_of(leaf, inclusion.index, inclusion.path)
    except ContextInvalid as err:
        raise CommitmentMismatch(what="record") from err
    if found is None or not compare_digest(found, root):
        raise CommitmentMismatch(what="record")


def _leaf(index: int, blinding: bytes, value: bytes) -> bytes:
    return leaf_hash(index, blinding, fixed("a value", value, 32))


def _address(address: str) -> bytes:
    """Return an address as an ABI word."""
    try:
        packed = bytes.fromhex(address.removeprefix("0x"))
    except ValueError as err:
        raise ContextInvalid(problem="an address is not hexadecimal") from err
    return bytes(12) + fixed("an address", packed, 20)
