"""Wrapping a patient's relationship roots to a new key: one wrap for each relationship (P02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.crypto.keytree import root_context
from chartkey.custody.roots import opened_root
from chartkey.models import RelationshipStatus

if TYPE_CHECKING:
    from chartkey.actors.patient import Patient
    from chartkey.chain.history import RelationshipHistory

__all__ = ["unwrapped", "wrap_root"]


def unwrapped(patient: Patient, version: int) -> list[RelationshipHistory]:
    """Return the relationships, past ones too, whose root is not wrapped to a key version.

    Raises:
        NodeUnavailable: the node is away.
    """
    kept = (RelationshipStatus.ACCEPTED, RelationshipStatus.ENDED)
    histories = [
        patient.history(entry.relationship)
        for entry in patient.relationships()
        if entry.status in kept
    ]
    return [h for h in histories if max(v for v, _ in h.root_wraps(patient.address)) < version]


def wrap_root(patient: Patient, history: RelationshipHistory, version: int) -> None:
    """Open a relationship's root with an earlier key and wrap it to a version.

    Raises:
        DecryptionFailed: no key at hand opens the root.
        CustodianUnavailable: no member relays.
        TransactionUnknown: the node went away; run it again.
    """
    network, relationship = patient.network, history.relationship
    root, salt = opened_root(network, history, patient.keys)
    place = bytes.fromhex(relationship[2:])
    context = root_context(network.chain_id, place, patient.keys.address_bytes)
    wrap = root.wrap(patient.keys.public_der(version), salt, context)
    facade = network.relationship(relationship)
    patient.relays.send(facade.rewrap_root(version, wrap), facade.parties().institution)
