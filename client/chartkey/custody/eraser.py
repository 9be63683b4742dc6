"""How a custodian erases records for good (P06): slips, drafts, pins; and what it then signs.

A data key exists in record slips alone, so a record whose slips are gone everywhere stays closed
to whoever holds its relationship's root, too. Scope slips go with the last record that they led
to. A draft holds the plaintext for three RSA keys: it goes first.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from chartkey.chain.history import RelationshipHistory
from chartkey.chain.pool import pending_calls
from chartkey.chain.typed import sign_erasure
from chartkey.crypto.commitment import record_root, salted_leaf0
from chartkey.crypto.payload import HEADER_BYTES
from chartkey.errors import AccessDenied, BlockMissing, CidInvalid, RecordMissing, RecordSealed
from chartkey.storage.cid import from_binary, payload_digest

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.database import Database
    from chartkey.custody.drafts import DraftShelf
    from chartkey.custody.erasure import ErasedRecord, ErasureOrder
    from chartkey.models import ErasureCertificate, RecordFlags, RecordPointer
    from chartkey.storage.store import Store

__all__ = ["Eraser"]

_OLDEST = 300
"""Seconds by which a certificate's time may differ from this custodian's newest block."""


class Eraser:
    """The erasing of one custodian; who may ask is the custodian's to decide.

    Args:
        network: The custodian's own node.
        database: Where slips are kept.
        drafts: Where drafts are kept.
        store: Where ciphertext is pinned.
        keys: The institution's keys.
    """

    def __init__(
        self, network: Network, database: Database, drafts: DraftShelf, store: Store, keys: Keys
    ) -> None:
        self._network, self._database, self._drafts = network, database, drafts
        self._store, self._keys = store, keys

    def erase(self, order: ErasureOrder) -> None:
        """Erase the records of an order that its owner signed. Idempotent.

        Raises:
            AccessDenied: the order is malformed, or names ciphertext that is not its record's.
            RecordMissing: one of them is not anchored here.
            RecordSealed: one of them is sealed, or a seal waits in the node's pool.
            HeadStale: the node is behind.
            CustodianUnavailable: drafts or slips cannot be erased; ask again.
            StorageError: the store does not answer; ask again.
        """
        if not order.is_canonical:
            raise AccessDenied
        history = RelationshipHistory(self._network, order.relationship)
        pointers = {pointer.record: pointer for pointer in history.records()}
        wanted = {one.record for one in order.records}
        self._require_known(wanted, pointers)
        self._require_unsealed(order.relationship, wanted)
        pins = [pin for one in order.records if (pin := self._pin(one, pointers[one.record]))]
        for record in wanted:
            self._drafts.drop(record)
        kept = [p for p in pointers.values() if p.record not in wanted | history.erased()]
        places = {_place(pointers[record]) for record in wanted} - {_place(p) for p in kept}
        self._database.erase(order.relationship, wanted, places, self._network.block_time())
        for pin in pins:
            self._store.unpin(pin)

    def certify(self, certificate: ErasureCertificate) -> bytes:
        """Sign that every record named was erased here; return 65 bytes.

        Raises:
            AccessDenied: one was not, or the certificate's time is not now.
            RecordSealed: one was sealed meanwhile.
            HeadStale: the node is behind.
        """
        relationship = certificate.relationship
        self._require_unsealed(relationship, certificate.records)
        late = abs(self._network.block_time() - certificate.erased_at) > _OLDEST
        erased = [self._database.is_erased(relationship, record) for record in certificate.records]
        if late or not erased or not all(erased):
            raise AccessDenied
        return sign_erasure(self._network, self._keys, certificate)

    def _require_known(self, wanted: set[bytes], known: Container[bytes]) -> None:
        for record in wanted:
            if record not in known:
                raise RecordMissing(record="0x" + record.hex())

    def _require_unsealed(self, relationship: str, records: Iterable[bytes]) -> None:
        """Both sides must have lifted; a seal on its way counts as made, as a revocation does."""
        self._network.fresh_head()
        waiting = self._pending_seals(relationship)
        for record in records:
            flags = self._network.evidence.flags_of(relationship, record)
            if flags.sealed or record in waiting:
                raise RecordSealed(record="0x" + record.hex(), side=_side(flags))

    def _pending_seals(self, relationship: str) -> set[bytes]:
        parties = self._network.relationship(relationship).parties()
        sides = (parties.owner, parties.institution)
        calls = [one.call for one in pending_calls(self._network) or () if one.sender in sides]
        seals = [call.args for call in calls if call.function == "sealRecords"]
        return {record for place, sealed in seals if place == relationship for record in sealed}

    def _pin(self, one: ErasedRecord, pointer: RecordPointer) -> str | None:
        """Return the ciphertext that the record's root names, and no other, if it is here."""
        if not one.cid:
            return None
        try:
            cid = str(from_binary(one.cid))
            with self._store.open(cid) as stream:
                commitment = stream.read(HEADER_BYTES)[-32:]
        except (BlockMissing, CidInvalid):
            # What is not here cannot be looked into, and nobody could read it.
            return None
        leaf = salted_leaf0(one.salt, payload_digest(cid), commitment.ljust(32))
        if record_root(leaf, pointer.attestation.content_root) != pointer.root:
            raise AccessDenied
        return cid


def _place(pointer: RecordPointer) -> tuple[int, int]:
    return pointer.epoch, pointer.kind


def _side(flags: RecordFlags) -> str:
    if flags.owner_sealed and flags.institution_sealed:
        return "by both sides"
    if flags.sealed:
        return "by its owner" if flags.owner_sealed else "by its institution"
    return "a seal waits to be mined"
