"""The embedded custodian: an institution's custody in this process, files in one folder.

It proves the flow, not isolation between houses: whoever runs the process could read its
folder. The same interface stands behind HTTP later.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chartkey.chain.encryption import encryption_key
from chartkey.chain.forward import check_forward, decode_forward
from chartkey.chain.typed import attestation_signer
from chartkey.crypto import rsa
from chartkey.custody.custodian import Custodian, DraftHeader, Release, SlipDelivery
from chartkey.custody.database import Database, LogEntry, RecordSlip
from chartkey.custody.log import ReceiptLog
from chartkey.custody.release import Permission, ReleaseRule
from chartkey.custody.roots import record_wrap_context, relationship_root
from chartkey.custody.statements import Inquiry, Promise, ReadingReceipt, Signed
from chartkey.custody.supply import SlipSupply
from chartkey.errors import (
    AccessDenied,
    ChartkeyError,
    CustodianUnavailable,
    DraftMissing,
    SignatureInvalid,
)
from chartkey.models import Certification, RelationshipStatus

if TYPE_CHECKING:
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.network import Network
    from chartkey.chain.sender import Receipt, Sender
    from chartkey.crypto.keyfile import Keys
    from chartkey.storage.store import Store

__all__ = ["EmbeddedCustodian"]

_INQUIRY_LIFETIME = 300
_STEP = 1 << 18


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
            (folder / "drafts").mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            problem = f"its folder cannot be used ({err.strerror})"
            raise CustodianUnavailable(institution=keys.address, problem=problem) from err
        self._network, self._folder, self._keys, self._store = network, folder, keys, store
        self._database = Database(folder / "custodian.db", keys.address)
        self._log = ReceiptLog(folder / "receipts.log")
        self._rule = ReleaseRule(network, self._database, keys.address)
        self._supply = SlipSupply(network, self._database, keys, fellow)

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
            AccessDenied: the author may not draft here, or the relationship is not accepted.
            CustodianUnavailable: the draft cannot be written; nothing was kept.
        """
        self._check_author(header)
        self._check_unused(header)
        path = self._draft_path(header.record)
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                shutil.copyfileobj(sealed, file, _STEP)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, path)
        except OSError as err:
            problem = f"the draft cannot be written ({err.strerror})"
            raise CustodianUnavailable(institution=self.institution, problem=problem) from err
        attestation = header.attestation
        self._database.put_draft(
            header.record, attestation.relationship, header.to_json(), attestation.deadline
        )

    def drafts(self, inquiry: Signed[Inquiry]) -> list[DraftHeader]:
        """Return the waiting drafts of a relationship, to its owner or to this institution.

        Raises:
            AccessDenied: the inquiry is not theirs.
        """
        asked = self._admit(inquiry, "drafts")
        kept = self._database.drafts(asked.relationship)
        headers = [DraftHeader.from_json(text) for text in kept]
        return [header for header in headers if self._is_recipient(header, asked.account)]

    def open_draft(self, inquiry: Signed[Inquiry]) -> BinaryIO:
        """Return a sealed draft to one of its recipients.

        Raises:
            AccessDenied: the inquiry is not theirs.
            DraftMissing: it was confirmed, refused, or never left here.
        """
        asked = self._admit(inquiry, "open-draft")
        header = self._header(asked.subject)
        if not self._is_recipient(header, asked.account):
            raise AccessDenied
        try:
            return self._draft_path(header.record).open("rb")
        except OSError:
            raise DraftMissing(draft="0x" + header.record.hex()) from None

    def drop_draft(self, inquiry: Signed[Inquiry]) -> None:
        """Erase a draft for one of its recipients; one that is not here is erased already.

        Raises:
            AccessDenied: the inquiry is not theirs.
        """
        asked = self._admit(inquiry, "drop-draft")
        try:
            header = self._header(asked.subject)
        except DraftMissing:
            return
        if not self._is_recipient(header, asked.account):
            raise AccessDenied
        self._draft_path(header.record).unlink(missing_ok=True)
        self._database.drop_draft(header.record)

    def keep_slips(self, delivery: SlipDelivery, inquiry: Signed[Inquiry]) -> None:
        """Keep slips from the owner, this institution, or the fellow custodian.

        Raises:
            AccessDenied: the sender is no party, or the slips are not what was signed.
            CustodianUnavailable: they cannot be written; none was kept.
        """
        asked = self._admit(inquiry, "keep-slips")
        parties = self._network.relationship(delivery.relationship).parties()
        senders = (parties.owner, parties.institution, parties.mirror)
        keepers = (parties.institution, parties.mirror)
        named = {s.relationship for s in delivery.records} | {
            s.relationship for s in delivery.scopes
        }
        if (
            asked.account not in senders
            or self.institution not in keepers
            or asked.subject != delivery.digest()
            or not named <= {delivery.relationship} == {asked.relationship}
        ):
            raise AccessDenied
        self._database.put_slips(list(delivery.records), list(delivery.scopes))

    def own_slips(self, inquiry: Signed[Inquiry]) -> list[RecordSlip]:
        """Return every record slip of a relationship to its owner; no receipt is asked (P43).

        Raises:
            AccessDenied: the inquiry is not the owner's.
        """
        asked = self._admit(inquiry, "own-slips")
        self._require_owner(asked)
        return self._database.record_slips(asked.relationship)

    def release(self, receipt: Signed[ReadingReceipt]) -> Release:
        """Apply P11, make the receipt durable (P10), and hand out the slips it leads to.

        Raises:
            AccessDenied: for every reason alike; the denial is logged for the patient.
            HeadStale: this custodian's node is behind.
            CustodianUnavailable: a slip is not here, or the log cannot be written.
        """
        try:
            permission = self._rule.check(receipt)
        except AccessDenied:
            self._note(receipt, "denied", None)
            raise
        records = tuple(self._supply.record_slip(pointer) for pointer in permission.pointers)
        if permission.terms is None:
            wraps = self._wraps(permission, receipt.statement)
            return Release(self._promise(receipt), records, (), wraps)
        scopes = self._supply.scope_slips(permission, permission.terms)
        return Release(self._promise(receipt), records, tuple(scopes), {})

    def relay(self, forward: SignedForward) -> Receipt:
        """Pay for a registered person's call to this deployment; honour a revocation at once.

        Raises:
            AccessDenied: the sender is nobody here, or the target is not of this deployment.
            ContractRefused: the contract refuses; nothing was sent.
            TransactionUnknown: the node went away; calling again resumes.
        """
        self.notice(forward)
        person = self._network.registrar.person_of(forward.sender)
        known = person.certification is not Certification.NONE
        if not known and forward.to != self._network.address("Registrar"):
            raise AccessDenied
        return self._sender().relay(forward)

    def settle(self) -> None:
        """Finish what was signed before an interruption; never send twice.

        Raises:
            TransactionUnknown: the node went away again.
            NodeUnavailable: the node is away.
        """
        self._sender().resume()

    def notice(self, forward: SignedForward) -> None:
        """Honour a signed revocation before it is mined; other calls are only checked.

        Raises:
            AccessDenied: it calls nothing of this deployment, or is not what it says.
        """
        try:
            check_forward(self._network, forward)
            call = decode_forward(self._network, forward)
        except ChartkeyError:
            raise AccessDenied from None
        if call.function != "revokeAccess":
            return
        if self._network.relationship(call.to).parties().owner != forward.sender:
            raise AccessDenied
        self._database.revoke(call.to, bytes(call.args[0]), int(time.time()))

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

    def _sender(self) -> Sender:
        from chartkey.chain.journal import FileJournal
        from chartkey.chain.sender import Sender

        return Sender(self._network, self._keys, FileJournal(self._folder / "relay.journal"))

    def _promise(self, receipt: Signed[ReadingReceipt]) -> Signed[Promise]:
        entry = json.dumps(receipt.as_dict(), sort_keys=True).encode()
        position = self._log.append(entry)
        self._note(receipt, "read", position.index)
        promise = Promise(
            relationship=receipt.statement.relationship,
            custodian=self.institution,
            receipt=position.leaf,
            index=position.index,
            root=position.root,
            promised_at=int(time.time()),
        )
        return promise.sign(self._keys, self._network.chain_id)

    def _wraps(self, permission: Permission, receipt: ReadingReceipt) -> dict[bytes, bytes]:
        """Staff hold no grant key: each record key is wrapped to the reader (R20)."""
        root = relationship_root(self._network, permission.history, self._keys)
        public = encryption_key(self._network, receipt.reader).public_der
        wraps = {}
        for pointer in permission.pointers:
            key = root.record_key(pointer.epoch, pointer.kind, pointer.record)
            context = record_wrap_context(self._network.chain_id, pointer, receipt.reader)
            wraps[pointer.record] = rsa.wrap(public, key, context)
        return wraps

    def _note(self, receipt: Signed[ReadingReceipt], outcome: str, index: int | None) -> None:
        said, now = receipt.statement, int(time.time())
        self._database.log(
            [
                LogEntry(now, said.relationship, said.reader, record, said.grant, outcome, index)
                for record in said.records[:16]
            ]
        )

    def _admit(self, inquiry: Signed[Inquiry], action: str) -> Inquiry:
        try:
            asked = inquiry.check(self._network.chain_id)
        except SignatureInvalid:
            raise AccessDenied from None
        fresh = abs(time.time() - asked.signed_at) <= _INQUIRY_LIFETIME
        genuine = self._network.is_clone(asked.relationship, "Relationship")
        if (
            not fresh
            or not genuine
            or (asked.custodian, asked.action) != (self.institution, action)
        ):
            raise AccessDenied
        return asked

    def _require_owner(self, asked: Inquiry) -> None:
        if self._network.relationship(asked.relationship).parties().owner != asked.account:
            raise AccessDenied

    def _is_recipient(self, header: DraftHeader, account: str) -> bool:
        return account in (header.owner, header.author, self.institution)

    def _check_author(self, header: DraftHeader) -> None:
        attestation = header.attestation
        network = self._network
        if not network.is_clone(attestation.relationship, "Relationship"):
            raise AccessDenied
        parties = network.relationship(attestation.relationship).parties()
        active, above = network.registrar.is_clinician_active(
            header.author, attestation.affiliation
        )
        try:
            signer = attestation_signer(network, attestation, header.signature)
        except SignatureInvalid:
            raise AccessDenied from None
        if (
            not active
            or signer != header.author
            or not above == parties.institution == self.institution
            or parties.owner != header.owner
            or parties.status is not RelationshipStatus.ACCEPTED
        ):
            raise AccessDenied

    def _check_unused(self, header: DraftHeader) -> None:
        """A draft is replaced by its author alone: a colleague could swap it otherwise."""
        kept = self._database.draft(header.record)
        if kept is not None and DraftHeader.from_json(kept).author != header.author:
            raise AccessDenied

    def _header(self, record: bytes) -> DraftHeader:
        text = self._database.draft(record)
        if text is None:
            raise DraftMissing(draft="0x" + record.hex())
        return DraftHeader.from_json(text)

    def _draft_path(self, record: bytes) -> Path:
        return self._folder / "drafts" / f"{record.hex()}.draft"
