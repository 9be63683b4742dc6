"""A batch of records, of which one is real and the rest are as good as random (P80)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak


class Batch:
    """A Merkle tree over ``size`` blinded leaves; leaf 0 is the given submission's."""

    def __init__(
        self,
        relationship: str,
        submission: tuple[Any, Any, bytes],
        size: int,
        random: Callable[[int], bytes],
    ) -> None:
        blinding = random(32)
        value = encode(["bytes32"], [_value(relationship, *submission)])
        leaf = keccak(b"\0" + bytes(8) + blinding + value)
        level, path = [leaf, *(random(32) for _ in range(size - 1))], []
        while len(level) > 1:
            padded = [*level, bytes(32)] if len(level) % 2 else level
            path.append(padded[1])
            pairs = zip(padded[::2], padded[1::2], strict=True)
            level = [keccak(b"\1" + left + right) for left, right in pairs]
        self.root = level[0]
        self.inclusion = (0, blinding, path)


def _value(relationship: str, authored: Any, confirmation: Any, signature: bytes) -> bytes:
    attestation, author, author_signature, _, locator = authored
    signatures = keccak(encode(["bytes32"] * 2, [keccak(author_signature), keccak(signature)]))
    _, record, parent, kind = attestation[:4]
    fields = {
        "relationship": ("address", relationship),
        "record": ("bytes32", record),
        "kind": ("uint8", kind),
        "root": ("bytes32", bytes(confirmation[1])),
        "parent": ("bytes32", parent),
        "author": ("address", author),
        "locator": ("bytes32", keccak(locator)),
        "epoch": ("uint32", confirmation[3]),
        "signatures": ("bytes32", signatures),
    }
    return keccak(encode(*zip(*fields.values(), strict=True)))
