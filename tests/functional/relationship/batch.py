"""Batches of records, built independently of the contracts (P80)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.signing import ZERO, digest

FILLERS = 2


def leaf(index: int, blinding: bytes, value: bytes) -> bytes:
    """Return the hash of a leaf."""
    return bytes(keccak(b"\x00" + index.to_bytes(8, "big") + blinding + value))


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash over two others."""
    return bytes(keccak(b"\x01" + left + right))


@dataclass(frozen=True)
class Tree:
    """A Merkle tree, filled up with zeros to a power of two."""

    leaves: tuple[bytes, ...]

    @property
    def _levels(self) -> list[list[bytes]]:
        width = 1 << (len(self.leaves) - 1).bit_length()
        levels = [[*self.leaves, *[ZERO] * (width - len(self.leaves))]]
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append([node(*below[i : i + 2]) for i in range(0, len(below), 2)])
        return levels

    @property
    def root(self) -> bytes:
        """Its root."""
        return self._levels[-1][0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the siblings from a leaf upwards."""
        rows = enumerate(self._levels[:-1])
        return tuple(row[(index >> level) ^ 1] for level, row in rows)


def value(authored: tuple[Any, ...], epoch: int, signature: bytes) -> bytes:
    """Return what a batch commits to of one record."""
    attestation, author, attested, leaf0, locator = authored
    relationship, record, parent, kind, *_ = attestation
    root = node(leaf0, attestation[6])
    signed = keccak(encode(["bytes32"] * 2, [keccak(attested), keccak(signature)]))
    types = ["address", "bytes32", "uint8", "bytes32", "bytes32", "address"]
    types += ["bytes32", "uint32", "bytes32"]
    values = [relationship, record, kind, root, parent, author, keccak(locator), epoch, signed]
    return bytes(keccak(encode(types, values)))


def anchor_batch(batches: Any, house: Any, *submissions: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Anchor records in one batch, after some of others; return what `admit` takes for each."""
    places = range(FILLERS, FILLERS + len(submissions))
    blindings = [digest("blinding", bytes([place])) for place in places]
    fillers = [digest("somebody else's", bytes([place])) for place in range(FILLERS)]
    own = [
        leaf(place, blinding, value(authored, confirmation[3], signature))
        for place, blinding, (authored, confirmation, signature) in zip(
            places, blindings, submissions, strict=True
        )
    ]
    tree = Tree((*fillers, *own))
    number = batches.batchCount() + 1
    batches.anchorBatch(len(tree.leaves), tree.root, digest("manifest"), {"from": house})
    return [
        (*submission, (number, place, blinding, tree.path(place)))
        for submission, place, blinding in zip(submissions, places, blindings, strict=True)
    ]
