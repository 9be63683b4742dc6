"""From a confirmed draft to ciphertext in two stores, slips at two custodians, and what is signed.

The payload is stored and its slips are handed over before anything is anchored, so that what
stands on chain can always be read; what an interruption leaves behind leads nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from chartkey.actors.drafting import read_draft
from chartkey.actors.place import record_context
from chartkey.crypto.commitment import leaf0, record_root
from chartkey.crypto.payload import new_dek, seal
from chartkey.crypto.slip import seal_locator, seal_record_slip
from chartkey.custody.database import RecordSlip
from chartkey.errors import ContractRefused
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

__all__ = ["Sealed", "seal_draft", "sealing_again"]

_OVERTAKEN = ("RecordEpochInvalid", "RecordNonceUsed")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record ready to be anchored: the clinician's part, its root, and the record slip."""

    authored: Authored
    root: bytes
    slip: RecordSlip
    epoch: int


def seal_draft(
    network: Network,
    directory: Directory,
    keys: Keys,
    header: DraftHeader,
    draft: BinaryIO,
    root: RelationshipRoot,
) -> Sealed:
    """Open a draft, seal it under a fresh data key, pin it at institution and mirror (R53).

    Args:
        network: The connection.
        directory: Where the stores are.
        keys: Of one of the draft's recipients.
        header: The draft's header.
        draft: The sealed draft, from its first byte.
        root: The relationship's root.

    Raises:
        DecryptionFailed: the draft does not open with these keys, or was changed.
        CommitmentMismatch: it is not what its author signed.
        CustodianUnavailable: a store is not listed.
        StorageError: a store is full, read-only or away; nothing was anchored.
    """
    opened, container = read_draft(network, keys, header, draft)
    epoch = network.relationship(header.attestation.relationship).key_epoch().next
    with container:
        container.seek(0)
        seed = opened.header.leaf_seed
        return _seal_record(network, directory, header, container, seed, root, epoch)


def sealing_again(anchor: Callable[[], None]) -> None:
    """Seal and anchor; once more when a revocation or another record came in between (P04).

    Raises:
        ContractRefused: as ``anchor`` does, the second time.
    """
    try:
        anchor()
    except ContractRefused as err:
        if err.values["error"] not in _OVERTAKEN:
            raise
        anchor()


def _seal_record(
    network: Network,
    directory: Directory,
    header: DraftHeader,
    container: BinaryIO,
    seed: bytes,
    root: RelationshipRoot,
    epoch: int,
) -> Sealed:
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


def _pin(network: Network, directory: Directory, relationship: str, payload: BinaryIO) -> str:
    parties = network.relationship(relationship).parties()
    first = directory.store(parties.institution)
    cid = first.add(payload).cid
    if parties.mirror is not None:
        replicate(cid, first, directory.store(parties.mirror))
    return cid
