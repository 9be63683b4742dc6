"""From a confirmed draft to ciphertext in two stores, slips at two custodians, and what is signed.

The payload is stored and its slips are handed over before anything is anchored, so that what
stands on chain can always be read; what an interruption leaves behind leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from chartkey.actors.place import record_context
from chartkey.crypto.commitment import leaf0, record_root
from chartkey.crypto.payload import new_dek, seal
from chartkey.crypto.slip import seal_locator, seal_record_slip
from chartkey.custody.custodian import SlipDelivery
from chartkey.custody.database import RecordSlip
from chartkey.custody.statements import inquire
from chartkey.models import Authored
from chartkey.records import scratch_file
from chartkey.storage import replicate
from chartkey.storage.cid import binary, payload_digest

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.crypto.keytree import RelationshipRoot
    from chartkey.custody.custodian import DraftHeader
    from chartkey.custody.directory import Directory
    from chartkey.models import Parties

__all__ = ["Sealed", "hand_over", "seal_record"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record ready to be anchored: the clinician's part, its root, and the record slip."""

    authored: Authored
    root: bytes
    slip: RecordSlip
    epoch: int


def seal_record(
    network: Network,
    directory: Directory,
    header: DraftHeader,
    container: BinaryIO,
    seed: bytes,
    root: RelationshipRoot,
    epoch: int,
) -> Sealed:
    """Seal a container under a fresh data key and pin it at institution and mirror (R53).

    Args:
        network: The connection.
        directory: Where the stores are.
        header: The draft's header.
        container: The container's plaintext, from its first byte.
        seed: The leaf seed inside it.
        root: The relationship's root.
        epoch: The key epoch that the record belongs to.

    Raises:
        CustodianUnavailable: a store is not listed.
        StorageError: a store is full, read-only or away; nothing was anchored.
    """
    attestation = header.attestation
    dek = new_dek()
    with scratch_file() as payload:
        context = record_context(network, attestation, header.author)
        sealed = seal(container, payload, dek, context)
        payload.seek(0)
        cid = _pin(network, directory, attestation.relationship, payload)
    key = root.record_key(epoch, attestation.kind, attestation.record_id)
    place = (network.chain_id, bytes.fromhex(attestation.relationship[2:]), attestation.record_id)
    leaf = leaf0(seed, payload_digest(cid), sealed.key_commitment)
    commitment = record_root(leaf, attestation.content_root)
    return Sealed(
        authored=Authored(
            attestation=attestation,
            author=header.author,
            signature=header.signature,
            leaf0=leaf,
            locator=seal_locator(key, binary(cid), sealed.size, *place),
        ),
        root=commitment,
        slip=RecordSlip(
            attestation.relationship,
            attestation.record_id,
            commitment,
            seal_record_slip(key, dek, *place),
        ),
        epoch=epoch,
    )


def hand_over(
    network: Network,
    directory: Directory,
    keys: Keys,
    parties: Parties,
    delivery: SlipDelivery,
) -> None:
    """Give slips to institution and mirror, both of them (P01).

    Raises:
        CustodianUnavailable: one of them is away; do it again before anchoring.
        AccessDenied: the keys are no party's.
    """
    for keeper in (parties.institution, parties.mirror):
        if keeper is None:
            continue
        signed = inquire(
            network, keys, delivery.relationship, keeper, "keep-slips", delivery.digest()
        )
        directory.custodian(keeper).keep_slips(delivery, signed)


def _pin(network: Network, directory: Directory, relationship: str, payload: BinaryIO) -> str:
    parties = network.relationship(relationship).parties()
    first = directory.store(parties.institution)
    cid = first.add(payload).cid
    if parties.mirror is not None:
        replicate(cid, first, directory.store(parties.mirror))
    return cid
