"""Proposing a relationship: a fresh root, wrapped to both sides, committed to on chain (P02)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from chartkey.chain.encryption import encryption_key
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto.keytree import SALT_BYTES, RelationshipRoot, root_context
from chartkey.models import Opening, RelationshipStatus

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["is_proposed", "new_opening", "next_nonce"]


def next_nonce(network: Network, owner: str, institution: str) -> int:
    """Return the number of a pair's next relationship, from 0; an open one is counted too.

    Raises:
        NodeUnavailable: the node is away.
    """
    nonce = 0
    while True:
        relationship = network.factory.relationship_of(owner, institution, nonce)
        if network.factory.is_precluded(relationship):
            nonce += 1
            continue
        if not network.code(relationship):
            return nonce
        status = network.relationship(relationship).status()
        if status not in (RelationshipStatus.REFUSED, RelationshipStatus.ENDED):
            return nonce
        nonce += 1


def is_proposed(network: Network, relationship: str, proposer: str, mirror: str | None) -> bool:
    """Return whether an account has proposed just this already, and nobody has answered.

    Raises:
        NodeUnavailable: the node is away.
    """
    if not network.code(relationship):
        return False
    parties = network.relationship(relationship).parties()
    if (parties.status, parties.mirror) != (RelationshipStatus.PENDING, mirror):
        return False
    return bool(RelationshipHistory(network, relationship).proposal().args["proposer"] == proposer)


def new_opening(
    network: Network, owner: str, institution: str, nonce: int, mirror: str | None
) -> Opening:
    """Make a relationship root and wrap it to both sides' newest keys.

    Args:
        network: The connection.
        owner: The patient's account.
        institution: The institution's account.
        nonce: What ``next_nonce`` returned.
        mirror: The member that keeps the second copy of the slips; None in a consortium of two.

    Raises:
        PersonUnknown: one of them has published no key.
        KeyUnsuitable: a published key is not suitable.
    """
    root, salt = RelationshipRoot.generate(), secrets.token_bytes(SALT_BYTES)
    relationship = bytes.fromhex(network.factory.relationship_of(owner, institution, nonce)[2:])
    keys = {party: encryption_key(network, party) for party in (owner, institution)}
    wraps = {
        party: root.wrap(
            key.public_der,
            salt,
            root_context(network.chain_id, relationship, bytes.fromhex(party[2:])),
        )
        for party, key in keys.items()
    }
    return Opening(
        owner=owner,
        institution=institution,
        nonce=nonce,
        mirror=mirror,
        root_commitment=root.commitment(salt),
        owner_key_version=keys[owner].version,
        institution_key_version=keys[institution].version,
        owner_wrap=wraps[owner],
        institution_wrap=wraps[institution],
    )
