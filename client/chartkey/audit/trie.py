"""The root of an account's storage, computed from its slots.

Two storages have the same root only when every slot is the same, so that nothing can hide in a
slot the auditor did not think of (P51).
"""

from __future__ import annotations

from collections.abc import Mapping

from chartkey.chain.trie import trie_root

__all__ = ["storage_root"]


def storage_root(slots: Mapping[int, int]) -> bytes:
    """Return the 32-byte ``storageHash`` of an account with exactly these slots.

    ``slots`` maps 256-bit slot numbers to 256-bit values; zero values are as good as absent.
    The order does not matter. Keys are Keccak-256 of the slot numbers (Yellow Paper, appendix D).
    """
    import rlp  # type: ignore[import-untyped]
    from eth_hash.auto import keccak

    return trie_root(
        {
            keccak(slot.to_bytes(32, "big")): rlp.encode(value)
            for slot, value in slots.items()
            if value
        }
    )
