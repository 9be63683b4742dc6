"""What a patient does: accept, confirm, approve, revoke, read (R10 to R14, R20, R21, R26)."""

from __future__ import annotations

from typing import BinaryIO

from chartkey.actors.accesslog import AccessEntry, access_log
from chartkey.actors.consenting import Consenting
from chartkey.actors.drafting import Draft, read_draft
from chartkey.actors.opening import new_opening, next_nonce
from chartkey.actors.sealing import Sealed, hand_over, seal_record
from chartkey.chain.typed import attestation_hash, sign_anchor
from chartkey.crypto.digest import keccak256
from chartkey.custody.custodian import SlipDelivery
from chartkey.custody.roots import relationship_root
from chartkey.errors import (
    CustodianUnavailable,
    CustodyError,
    RecordMissing,
)
from chartkey.models import (
    Anchor,
    RecordPointer,
    RecordStatus,
    Role,
)
from chartkey.records import Opened

__all__ = ["Patient"]

_DAY = 86_400
_ANCHOR_LIFETIME = 3600


class Patient(Consenting):
    """A patient, who owns records and decides who reads them."""

    role = Role.PATIENT

    def propose(self, institution: str, *, mirror: str | None = None) -> str:
        """Propose a relationship to an institution; return its address.

        Args:
            institution: The institution's account.
            mirror: The member that keeps the second copy of the slips (P01).

        Raises:
            PersonUnknown: the institution has published no key.
            ContractRefused: for example because an earlier relationship is open.
            CustodianUnavailable: no member relays.
        """
        nonce = next_nonce(self.network, self.address, institution)
        opening = new_opening(self.network, self.address, institution, nonce, mirror)
        self._relay(self.network.factory.propose(opening), institution)
        return self.network.factory.relationship_of(self.address, institution, nonce)

    def accept(self, relationship: str) -> None:
        """Accept a proposed relationship after opening its root and checking the commitment.

        Raises:
            RelationshipMissing: it is not genuine.
            DecryptionFailed: the root was not wrapped to this patient: do not accept.
            CommitmentMismatch: the root is not the one committed to: do not accept.
            ContractRefused: it is not this patient's to accept.
            CustodianUnavailable: no member relays.
        """
        relationship_root(self.network, self.history(relationship), self.keys)
        facade = self.network.relationship(relationship)
        self._relay(facade.accept(), facade.parties().institution)

    def refuse_relationship(self, relationship: str) -> None:
        """Refuse a proposed relationship, or end one (R12).

        Raises:
            RelationshipMissing: it is not genuine.
            ContractRefused: it is not this patient's.
            CustodianUnavailable: no member relays.
        """
        self.history(relationship)
        facade = self.network.relationship(relationship)
        self._relay(facade.end(), facade.parties().institution)

    def drafts(self) -> list[Draft]:
        """Return the drafts that wait for an answer at the custodians that answer now.

        Raises:
            CustodianUnavailable: not one custodian answers.
        """
        found: list[Draft] = []
        away: list[CustodianUnavailable] = []
        relationships = self._accepted(self.address)
        for relationship in relationships:
            institution = self.network.relationship(relationship).parties().institution
            try:
                inquiry = self._inquire(relationship, institution, "drafts")
                headers = self.directory.custodian(institution).drafts(inquiry)
            except CustodianUnavailable as err:
                away.append(err)
                continue
            found += [Draft(header) for header in headers]
        if away and len(away) == len(relationships):
            raise away[0]
        return found

    def look(self, draft: Draft) -> Opened:
        """Open a draft to see what is to be confirmed.

        Raises:
            DraftMissing: it no longer waits.
            DecryptionFailed: it was not sealed to this patient, or was changed.
            CommitmentMismatch: it is not what its author signed.
            CustodianUnavailable: the custodian is away.
        """
        with self._sealed_draft(draft) as sealed:
            return read_draft(self.network, self.keys, draft.header, sealed)[0]

    def confirm(self, draft: Draft) -> RecordPointer:
        """Confirm a draft: seal it, pin it twice, hand over its slip, and anchor it (R13).

        Confirming again, after an interruption or by mistake, returns what is anchored.

        Raises:
            DraftMissing: it no longer waits, and is not anchored either.
            DecryptionFailed: it was not sealed to this patient, or was changed.
            CommitmentMismatch: it is not what its author signed.
            CustodianUnavailable: a custodian is away; the draft still waits.
            StorageError: a store is full, read-only or away; the draft still waits.
            ContractRefused: another version was anchored meanwhile, the author was suspended, …
            TransactionUnknown: the node went away; run the same again.
        """
        facade = self.network.relationship(draft.relationship)
        self._settle(facade.parties().institution)
        state = facade.record_of(draft.record)
        if state.status is RecordStatus.NONE:
            self._anchor(draft)
        elif state.status is RecordStatus.ATTESTED:
            self._relay(facade.confirm_record(draft.record), facade.parties().institution)
        self._drop(draft)
        return self.history(draft.relationship).record(draft.record)

    def refuse(self, draft: Draft) -> None:
        """Refuse a draft: the custodian erases it.

        Raises:
            CustodianUnavailable: the custodian is away.
        """
        self._drop(draft)

    def records(self) -> list[RecordPointer]:
        """Return all one's own records, oldest first; past relationships included (P43).

        Raises:
            NodeUnavailable: the node is away.
        """
        return [
            pointer
            for entry in self.relationships()
            for pointer in self.history(entry.relationship).records()
        ]

    def read(self, record: RecordPointer) -> Opened:
        """Read one's own record; this never expires and asks nobody (P43).

        Raises:
            RecordMissing: no custodian and not this device has its slip.
            DecryptionFailed: the keys at hand do not open it.
            CommitmentMismatch: it is not what was anchored.
            StorageError: no store answers with the right bytes.
        """
        root = relationship_root(self.network, self.history(record.relationship), self.keys)
        key = root.record_key(record.epoch, record.kind, record.record)
        dek = self._reader.data_key(record, key, self._own_slip(record))
        return self._reader.open(record, key, dek)

    def access_log(self) -> list[AccessEntry]:
        """Return who asked, was granted, read, was denied, was revoked (R26), oldest first.

        Custodians that are away are left out; each entry names its source.

        Raises:
            NodeUnavailable: the node is away.
        """
        return access_log(self)

    def _anchor(self, draft: Draft) -> None:
        relationship = draft.relationship
        history = self.history(relationship)
        facade = self.network.relationship(relationship)
        parties = facade.parties()
        root = relationship_root(self.network, history, self.keys)
        with self._sealed_draft(draft) as file:
            opened, container = read_draft(self.network, self.keys, draft.header, file)
        with container:
            container.seek(0)
            sealed = seal_record(
                self.network,
                self.directory,
                draft.header,
                container,
                opened.header.leaf_seed,
                root,
                facade.key_epoch().next,
            )
        delivery = SlipDelivery(relationship, (sealed.slip,))
        self.device.keep_slip(sealed.slip)
        hand_over(self.network, self.directory, self.keys, parties, delivery)
        anchor = self._anchor_of(sealed, sum(1 for _ in history.records()))
        signature = sign_anchor(self.network, self.keys, relationship, anchor)
        self._relay(facade.anchor(sealed.authored, anchor, signature), parties.institution)

    def _anchor_of(self, sealed: Sealed, nonce: int) -> Anchor:
        return Anchor(
            attestation=attestation_hash(sealed.authored.attestation),
            root=sealed.root,
            locator_hash=keccak256(sealed.authored.locator),
            epoch=sealed.epoch,
            nonce=nonce,
            deadline=self.network.block_time() + _ANCHOR_LIFETIME,
        )

    def _sealed_draft(self, draft: Draft) -> BinaryIO:
        institution = self.network.relationship(draft.relationship).parties().institution
        inquiry = self._inquire(draft.relationship, institution, "open-draft", draft.record)
        return self.directory.custodian(institution).open_draft(inquiry)

    def _drop(self, draft: Draft) -> None:
        institution = self.network.relationship(draft.relationship).parties().institution
        inquiry = self._inquire(draft.relationship, institution, "drop-draft", draft.record)
        self.directory.custodian(institution).drop_draft(inquiry)

    def _own_slip(self, record: RecordPointer) -> bytes:
        kept = self.device.slip(record.relationship, record.record, record.root)
        if kept is not None:
            return kept
        parties = self.network.relationship(record.relationship).parties()
        for keeper in (parties.institution, parties.mirror):
            try:
                if keeper is None:
                    continue
                inquiry = self._inquire(record.relationship, keeper, "own-slips")
                slips = self.directory.custodian(keeper).own_slips(inquiry)
            except CustodyError:
                continue
            for slip in slips:
                if (slip.record, slip.root) == (record.record, record.root):
                    self.device.keep_slip(slip)
                    return slip.slip
        raise RecordMissing(record="0x" + record.record.hex())
