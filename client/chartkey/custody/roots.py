"""Opening a relationship's root, for whoever holds one of its wraps (P02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.crypto.derivation import PREFIX
from chartkey.crypto.keytree import RelationshipRoot, root_context
from chartkey.errors import DecryptionFailed, KeyUnsuitable

if TYPE_CHECKING:
    from chartkey.chain.history import RelationshipHistory
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.models import RecordPointer

__all__ = ["opened_root", "record_wrap_context", "relationship_root"]


def relationship_root(
    network: Network, history: RelationshipHistory, keys: Keys
) -> RelationshipRoot:
    """Open the root of a relationship with a party's keys and check it against the chain.

    Raises:
        DecryptionFailed: none of the wraps opens with these keys.
        CommitmentMismatch: a wrap opens to another root than the chain commits to.
        RelationshipMissing: there is no such relationship.
    """
    return opened_root(network, history, keys)[0]


def opened_root(
    network: Network, history: RelationshipHistory, keys: Keys
) -> tuple[RelationshipRoot, bytes]:
    """Open a root as :func:`relationship_root` does; return its 32-byte salt too, to wrap it anew.

    Raises:
        DecryptionFailed, CommitmentMismatch, RelationshipMissing: as :func:`relationship_root`.
    """
    commitment = history.proposal().args["rootCommitment"]
    place = bytes.fromhex(history.relationship[2:])
    context = root_context(network.chain_id, place, keys.address_bytes)
    for version, wrap in history.root_wraps(keys.address):
        try:
            private = keys.private_key(version)
            return RelationshipRoot.unwrap(private, wrap, context, commitment)
        except (KeyUnsuitable, DecryptionFailed):
            continue
    raise DecryptionFailed


def record_wrap_context(chain_id: int, pointer: RecordPointer, reader: str) -> bytes:
    """Return what a record key's wrap to staff is bound to: chain, relationship, record, reader.

    ``reader`` is an account in checksum form. Never raises.
    """
    place = chain_id.to_bytes(8, "big") + bytes.fromhex(pointer.relationship[2:])
    return PREFIX + b"wrap-record" + place + pointer.record + bytes.fromhex(reader[2:])
