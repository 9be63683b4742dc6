"""The embedded custodian: an institution's custody in this process, files in one folder.

It proves the flow, not isolation between houses: whoever runs the process could read its
folder. The same interface stands behind HTTP later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chartkey.chain.encryption import encryption_key
from chartkey.chain.typed import attestation_signer
from chartkey.crypto.wrap import wrap
from chartkey.custody.custodian import Custodian, DraftHeader, Release, SlipDelivery
from chartkey.custody.database import Database, LogEntry, RecordSlip
from chartkey.custody.drafts import DraftShelf
from chartkey.custody.eraser import Eraser
from chartkey.custody.erasure import ErasureOrder, certificate_digest
from chartkey.custody.log import ReceiptLog
from chartkey.custody.promise import log_entry, make_promise
from chartkey.custody.relay import RelayRule
from chartkey.custody.release import Permission, ReleaseRule
from chartkey.custody.roots import record_wrap_context, relationship_root
from chartkey.custody.statements import Inquiry, Promise, ReadingReceipt, Signed
from chartkey.custody.supply import SlipSupply
from chartkey.errors import (
    AccessDenied,
    CryptoError,
    CustodianUnavailable,
    DraftMissing,
    KeyUnsuitable,
    NotFound,
    SignatureInvalid,
)
from chartkey.models import ErasureCertificate, RecordStatus, RelationshipStatus

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.network import Network
    from chartkey.chain.sender import Receipt, Sender
    from chartkey.crypto.keyfile import Keys
    from chartkey.storage.store import Store

__all__ = ["EmbeddedCustodian"]

_INQUIRY_LIFETIME = 300

_MOST_KEPT = 1 << 18
"""Slips of one relationship: its owner, whoever that is, cannot fill the disk (T14)."""


class EmbeddedCustodian:
    """See :class:`~chartkey.custody.custodian.Custodian` for what each method does.

    Args:
        network: The institution's own node.
        folder: Where database, drafts and log live; made with mode 0700.
        keys: The institution's keys: it pays for what it relays and opens relationship roots.
        store: The institution's content store.
        fellow: Returns another member's custodian, which gets copies of new scope slips.

    Raises:
        CustodianUnavailable: the folder cannot be used.
    """

    def __init__(
        self,
        network: Network,
        folder: Path,
        keys: Keys,
        store: Store,
        fellow: Callable[[str], Custodian],
    ) -> None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            # With ``parents`` the mode would hold for the last folder alone.
            for private in (folder, folder / "drafts"):
                private.mkdir(mode=0o700, exist_ok=True)
        except OSError as err:
            problem = f"its folder cannot be used ({err.strerror})"
            raise CustodianUnavailable(institution=keys.address, problem=problem) from err
        self._network, self._folder, self._keys, self._store = network, folder, keys, store
        self._database = Database(folder / "custodian.db", keys.address)
        self._drafts = DraftShelf(folder / "drafts", self._database, keys.address)
        self._log = ReceiptLog(folder / "receipts.log")
        self._release = ReleaseRule(network, self._database, keys.address)
        self._relay = RelayRule(network, self._database, keys.address)
        self._supply = SlipSupply(network, self._database, keys, fellow)
        self._eraser = Eraser(network, self._database, self._drafts, store, keys)

    @property
    def institution(self) -> str:
        """The account whose custodian this is."""
        return self._keys.address

    @property
    def store(self) -> Store:
        """The institution's content store."""
        return self._store

    def leave_draft(self, header: DraftHeader, sealed: BinaryIO) -> None:
        """Keep a draft whose attestation an active clinician of this institution signed.

        Raises:
            AccessDenied: the author may not draft here, the relationship is not accepted, the
                profile is not adopted, the deadline has passed, or the record id is taken.
            RecordInvalid: the draft is not as long as its header says.
            CustodianUnavailable: the draft cannot be written; nothing was kept.
        """
        self._check_author(header)
        self._check_terms(header)
        self._drafts.keep(header, sealed)

    def drafts(self, inquiry: Signed[Inquiry]) -> list[DraftHeader]:
        """Return the waiting drafts of a relationship, to its owner or to this institution.

        One that is anchored meanwhile and confirmed waits no longer: it is erased.

        Raises:
            AccessDenied: the inquiry is not theirs.
        """
        asked = self._admit(inquiry, "drafts")
        facade = self._network.relationship(asked.relationship)
        found = []
        for header in self._drafts.waiting(asked.relationship):
            if not self._is_recipient(header, asked.account):
                continue
            if facade.record_of(header.record).status is RecordStatus.CONFIRMED:
                self._drafts.drop(header.record)
            else:
                found.append(header)
        return found

    def open_draft(self, inquiry: Signed[Inquiry]) -> BinaryIO:
        """Return a sealed draft to one of its recipients.

        Raises:
            AccessDenied: the inquiry is not theirs.
            DraftMissing: it was confirmed, refused, or never left here.
        """
        asked = self._admit(inquiry, "open-draft")
        self._require_recipient(self._drafts.header(asked.subject), asked)
        return self._drafts.open(asked.subject)

    def drop_draft(self, inquiry: Signed[Inquiry]) -> None:
        """Erase a draft for one of its recipients; one that is not here is erased already.

        Raises:
            AccessDenied: the inquiry is not theirs.
        """
        asked = self._admit(inquiry, "drop-draft")
        try:
            header = self._drafts.header(asked.subject)
        except DraftMissing:
            return
        self._require_recipient(header, asked)
        self._drafts.drop(asked.subject)

    def keep_slips(self, delivery: SlipDelivery, inquiry: Signed[Inquiry]) -> None:
        """Keep slips from the owner or the author institution, who alone can make them.

        The owner's scope slips take the place of others: an institution could have handed its
        mirror useless ones before. Record slips are never replaced: that would be an erasure.

        Raises:
            AccessDenied: the sender is neither, this is not a custodian of the relationship, or
                the slips are malformed, too many, or not what was signed.
            CustodianUnavailable: they cannot be written; none was kept.
        """
        asked = self._admit(inquiry, "keep-slips")
        parties = self._network.relationship(asked.relationship).parties()
        self._require(delivery.is_canonical and delivery.relationship == asked.relationship)
        self._require(asked.subject == delivery.digest())
        self._require(asked.account in (parties.owner, parties.institution))
        self._require(self.institution in (parties.institution, parties.mirror))
        self._require(parties.status in (RelationshipStatus.ACCEPTED, RelationshipStatus.ENDED))
        self._require(self._database.count_slips(asked.relationship) < _MOST_KEPT)
        self._database.put_slips(
            list(delivery.records),
            list(delivery.scopes),
            replace=asked.account == parties.owner,
        )

    def own_slips(self, inquiry: Signed[Inquiry]) -> list[RecordSlip]:
        """Return every record slip of a relationship to its owner; no receipt is asked (P43).

        Raises:
            AccessDenied: the inquiry is not the owner's.
        """
        asked = self._admit(inquiry, "own-slips")
        self._require_owner(asked)
        return self._database.record_slips(asked.relationship)

    def drop_slips(self, inquiry: Signed[Inquiry]) -> None:
        """Erase a relationship's slips for its owner, after another mirror was named (P01).

        Raises:
            AccessDenied: the inquiry is not the owner's, or this is a custodian of it still.
            CustodianUnavailable: they cannot be erased.
        """
        asked = self._admit(inquiry, "drop-slips")
        self._require_owner(asked)
        parties = self._network.relationship(asked.relationship).parties()
        self._require(self.institution not in (parties.institution, parties.mirror))
        self._database.drop_slips(asked.relationship)

    def erase(self, order: ErasureOrder, inquiry: Signed[Inquiry]) -> None:
        """Erase records for their owner: drafts, slips and pins (P06). Idempotent.

        Raises:
            AccessDenied: the inquiry is not the owner's, or not over this order, or the order
                names ciphertext that is not its record's.
            RecordMissing: one of the records is not anchored here.
            RecordSealed: one of them is sealed for a dispute; nothing was erased.
            HeadStale: this custodian's node is behind, so that a seal might be missed.
            CustodianUnavailable, StorageError: not all could be erased; ask again.
        """
        asked = self._admit(inquiry, "erase")
        self._require_owner(asked)
        self._require((order.relationship, order.digest()) == (asked.relationship, asked.subject))
        self._eraser.erase(order)

    def certify_erasure(self, certificate: ErasureCertificate, inquiry: Signed[Inquiry]) -> bytes:
        """Sign for their owner that records were erased here; return 65 bytes (R52).

        Raises:
            AccessDenied: the inquiry is not the owner's, this is no custodian of it, a record is
                not erased here, or the time is not now.
            RecordSealed: one of them was sealed meanwhile.
            HeadStale: this custodian's node is behind.
        """
        asked = self._admit(inquiry, "certify-erasure")
        self._require_owner(asked)
        parties = self._network.relationship(asked.relationship).parties()
        self._require(self.institution in (parties.institution, parties.mirror))
        named = (certificate.relationship, certificate_digest(certificate))
        self._require(named == (asked.relationship, asked.subject))
        return self._eraser.certify(certificate)

    def release(self, receipt: Signed[ReadingReceipt]) -> Release:
        """Apply P11, make the receipt durable (P10), and hand out the slips it leads to.

        Raises:
            AccessDenied: for every reason alike; the denial is logged for the patient.
            HeadStale: this custodian's node is behind.
            CustodianUnavailable: a slip is not here, or the log cannot be written.
        """
        permission = self._release.check(receipt)
        records = tuple(self._supply.record_slip(pointer) for pointer in permission.pointers)
        try:
            if permission.terms is None:
                wraps = self._wraps(permission, receipt.statement)
                return Release(self._promise(receipt), records, (), wraps)
            scopes = self._supply.scope_slips(permission, permission.terms)
        except (CryptoError, KeyUnsuitable, NotFound) as err:
            problem = "its keys do not open this relationship, or the reader's key is unsuitable"
            raise CustodianUnavailable(institution=self.institution, problem=problem) from err
        return Release(self._promise(receipt), records, tuple(scopes), {})

    def relay(self, forward: SignedForward) -> Receipt:
        """Pay for a registered person's call to this deployment; honour a revocation at once.

        Raises:
            AccessDenied: the sender is nobody here, or it is no call that people make.
            CustodianUnavailable: it has relayed enough of this sender's calls today.
            ContractRefused: the contract refuses; nothing was sent.
            TransactionUnknown: the node went away; calling again resumes.
        """
        call = self._relay.read(forward)
        self._honour(forward.sender, call)
        self._relay.admit(forward, call)
        return self._sender.relay(forward)

    def settle(self) -> None:
        """Finish what was signed before an interruption; never send twice.

        Raises:
            TransactionUnknown: the node went away again.
            NodeUnavailable: the node is away.
        """
        self._sender.resume()

    def notice(self, forward: SignedForward) -> None:
        """Honour a signed revocation before it is mined; other calls are only checked.

        Raises:
            AccessDenied: it calls nothing of this deployment, or is not what it says.
        """
        self._honour(forward.sender, self._relay.read(forward))

    def access_log(self, inquiry: Signed[Inquiry]) -> list[LogEntry]:
        """Return readings and denials of a relationship to its owner (R26).

        Raises:
            AccessDenied: the inquiry is not the owner's.
        """
        asked = self._admit(inquiry, "access-log")
        self._require_owner(asked)
        return self._database.access_log(asked.relationship)

    def close(self) -> None:
        """Close the database; the object is not used afterwards."""
        self._database.close()

    @cached_property
    def _sender(self) -> Sender:
        from chartkey.chain.journal import FileJournal
        from chartkey.chain.sender import Sender

        return Sender(self._network, self._keys, FileJournal(self._folder / "relay.journal"))

    def _honour(self, sender: str, call: Call) -> None:
        if call.function != "revokeAccess":
            return
        parties = self._network.relationship(call.to).parties()
        self._require(parties.owner == sender)
        if self.institution in (parties.institution, parties.mirror):
            self._database.revoke(call.to, bytes(call.args[0]), int(time.time()))

    def _promise(self, receipt: Signed[ReadingReceipt]) -> Signed[Promise]:
        said, now = receipt.statement, int(time.time())
        position = self._log.append(log_entry(receipt))
        self._database.log(
            [
                LogEntry(
                    now, said.relationship, said.reader, record, said.grant, "read", position.index
                )
                for record in said.records
            ]
        )
        return make_promise(said, position, self._keys, self._network.chain_id)

    def _wraps(self, permission: Permission, receipt: ReadingReceipt) -> dict[bytes, bytes]:
        """Staff hold no grant key: each record key is wrapped to the reader (R20)."""
        root = relationship_root(self._network, permission.history, self._keys)
        public = encryption_key(self._network, receipt.reader).public_der
        wraps = {}
        for pointer in permission.pointers:
            key = root.record_key(pointer.epoch, pointer.kind, pointer.record)
            context = record_wrap_context(self._network.chain_id, pointer, receipt.reader)
            wraps[pointer.record] = wrap(public, key, context)
        return wraps

    def _admit(self, inquiry: Signed[Inquiry], action: str) -> Inquiry:
        try:
            asked = inquiry.check(self._network.chain_id)
        except SignatureInvalid:
            raise AccessDenied from None
        self._require(abs(time.time() - asked.signed_at) <= _INQUIRY_LIFETIME)
        self._require((asked.custodian, asked.action) == (self.institution, action))
        self._require(self._network.contract_at(asked.relationship) == "Relationship")
        return asked

    def _require_owner(self, asked: Inquiry) -> None:
        parties = self._network.relationship(asked.relationship).parties()
        self._require(parties.owner == asked.account)

    def _require_recipient(self, header: DraftHeader, asked: Inquiry) -> None:
        self._require(header.attestation.relationship == asked.relationship)
        self._require(self._is_recipient(header, asked.account))

    def _is_recipient(self, header: DraftHeader, account: str) -> bool:
        return account in (header.owner, header.author, self.institution)

    def _check_author(self, header: DraftHeader) -> None:
        network, attestation = self._network, header.attestation
        self._require(header.is_canonical)
        self._require(network.contract_at(attestation.relationship) == "Relationship")
        try:
            signer = attestation_signer(network, attestation, header.signature)
        except SignatureInvalid:
            raise AccessDenied from None
        active, above = network.registrar.is_clinician_active(signer, attestation.affiliation)
        parties = network.relationship(attestation.relationship).parties()
        self._require(active and signer == header.author)
        self._require(above == parties.institution == self.institution)
        self._require(parties.owner == header.owner)
        self._require(parties.status is RelationshipStatus.ACCEPTED)

    def _check_terms(self, header: DraftHeader) -> None:
        """What the contract would refuse later is refused before the patient is troubled."""
        network, attestation = self._network, header.attestation
        self._require(network.consortium.is_profile_of(attestation.profile, attestation.kind))
        # A deadline in the past would let the institution anchor at once, without the patient.
        self._require(attestation.deadline > max(network.block_time(), time.time()))
        facade = network.relationship(attestation.relationship)
        self._require(facade.record_of(header.record).status is RecordStatus.NONE)

    @staticmethod
    def _require(condition: bool) -> None:
        if not condition:
            raise AccessDenied
