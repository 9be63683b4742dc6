"""Where a record belongs: the context that binds its ciphertext (P04)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from chartkey.crypto.digest import keccak256
from chartkey.models import RecordContext, Suite

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.models import Attestation

__all__ = ["new_record_id", "record_context"]


def new_record_id(relationship: str, author: str) -> bytes:
    """Return keccak256(relationship ‖ author ‖ 32 random bytes); accounts in checksum form."""
    place = bytes.fromhex(relationship[2:]) + bytes.fromhex(author[2:])
    return keccak256(place + secrets.token_bytes(32))


def record_context(network: Network, attestation: Attestation, author: str) -> RecordContext:
    """Return the context of a record, draft or payload.

    Raises:
        NodeUnavailable: the node is away.
    """
    return RecordContext(
        suite=Suite.RSA_OAEP_AES_GCM,
        chain_id=network.chain_id,
        relationship=bytes.fromhex(attestation.relationship[2:]),
        subject=network.relationship(attestation.relationship).subject_id(),
        record=attestation.record_id,
        author=bytes.fromhex(author[2:]),
        parent=attestation.parent,
    )
