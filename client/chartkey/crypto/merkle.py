"""Ordered Merkle trees: node order matters, unlike in OpenZeppelin's sorted ones (P05, P80)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chartkey.crypto.digest import keccak256
from chartkey.crypto.field import fixed, unsigned

__all__ = ["EMPTY", "MAX_HEIGHT", "MerkleTree", "leaf_hash", "node_hash", "root_of"]

EMPTY: Final = bytes(32)
"""Stands for a subtree beyond the last leaf; nobody knows a leaf or node with this hash."""

MAX_HEIGHT: Final = 32
_LEAF_TAG: Final = b"\x00"
_NODE_TAG: Final = b"\x01"


class MerkleTree:
    """A tree over leaves of 32 bytes, at least one; places count from 0."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Build the tree.

        Raises:
            ContextInvalid: a leaf is not 32 bytes.
        """
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            padded = [*below, EMPTY] if len(below) % 2 else below
            pairs = (padded[i : i + 2] for i in range(0, len(padded), 2))
            self._levels.append([node_hash(*pair) for pair in pairs])

    @property
    def root(self) -> bytes:
        """The 32-byte root."""
        return self._levels[-1][0]

    def path(self, place: int) -> tuple[bytes, ...]:
        """Return the siblings of a leaf, from the leaf upwards."""
        siblings = ((level, (place >> k) ^ 1) for k, level in enumerate(self._levels[:-1]))
        return tuple(level[at] if at < len(level) else EMPTY for level, at in siblings)


def root_of(leaf: bytes, place: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf at a place leads to; None for a place beyond the path's reach.

    Raises:
        ContextInvalid: the leaf or a sibling is not 32 bytes.
    """
    if place < 0 or len(path) > MAX_HEIGHT or place >> len(path):
        return None
    for level, sibling in enumerate(path):
        leaf = node_hash(sibling, leaf) if place >> level & 1 else node_hash(leaf, sibling)
    return leaf


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
