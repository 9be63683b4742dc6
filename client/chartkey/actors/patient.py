"""What a patient does: accept, confirm, approve, revoke, read (R10 to R14, R20, R21, R26)."""

from __future__ import annotations

from typing import BinaryIO

from chartkey.actors.accesslog import AccessEntry, access_log
from chartkey.actors.clock import now
from chartkey.actors.drafting import Draft, read_draft
from chartkey.actors.mirror import move_mirror
from chartkey.actors.opening import is_proposed, new_opening, next_nonce
from chartkey.actors.owning import Owning
from chartkey.actors.sealing import Sealed, seal_draft, sealing_again
from chartkey.chain.history import stored_state
from chartkey.chain.typed import attestation_hash, sign_anchor
from chartkey.crypto.digest import keccak256
from chartkey.custody.roots import relationship_root
from chartkey.errors import (
    AccessDenied,
    ChartkeyError,
    CommitmentMismatch,
    CustodyError,
)
from chartkey.models import (
    Anchor,
    RecordPointer,
    RecordStatus,
    RelationshipStatus,
    Role,
    SummaryEntry,
)
from chartkey.records import Opened

__all__ = ["Patient"]

_ANCHOR_LIFETIME = 3600


class Patient(Owning):
    """A patient, who owns records and decides who reads them."""

    role = Role.PATIENT

    def rooted(self) -> list[SummaryEntry]:
        """Return one's relationships, each of which has a root.

        Raises:
            NodeUnavailable: the node is away.
        """
        return self.relationships()

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
        self.relays.settle(institution)
        nonce = next_nonce(self.network, self.address, institution)
        relationship = self.network.factory.relationship_of(self.address, institution, nonce)
        if not is_proposed(self.network, relationship, self.address, mirror):
            opening = new_opening(self.network, self.address, institution, nonce, mirror)
            self.relays.send(self.network.factory.propose(opening), institution)
        return relationship

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
        self.relays.send(facade.accept(), facade.parties().institution)

    def refuse_relationship(self, relationship: str) -> None:
        """Refuse a proposed relationship, or end one (R12).

        Raises:
            RelationshipMissing: it is not genuine.
            ContractRefused: it is not this patient's.
            CustodianUnavailable: no member relays.
        """
        proposer = self.history(relationship).proposal().args["proposer"]
        facade = self.network.relationship(relationship)
        parties = facade.parties()
        offered = parties.status is RelationshipStatus.PENDING and proposer != self.address
        self.relays.send(facade.refuse() if offered else facade.end(), parties.institution)

    def change_mirror(self, relationship: str, mirror: str) -> None:
        """Name another member as mirror: it gets copies, and the former one erases its own (P01).

        Ciphertext is copied first, slips as soon as the chain names the new mirror. Run it again
        after an interruption, or when the former mirror was away.

        Args:
            relationship: Its address.
            mirror: The member's account: not the institution's, nor that of a live grant's viewer.

        Raises:
            RelationshipMissing: it is not genuine.
            ArgumentInvalid: staff of that member hold a live grant; revoke it first.
            CustodianUnavailable: the member's custodian is away, or nobody has the slips.
            StorageError: its store is full, read-only or away, or nobody has the ciphertext.
            ContractRefused: it is no active member, or the institution itself.
            TransactionUnknown: the node went away; run the same again.
        """
        move_mirror(self, relationship, mirror)

    def drafts(self) -> list[Draft]:
        """Return the drafts that wait for an answer at the custodians that answer now.

        Raises:
            CustodianUnavailable: not one custodian answers.
        """
        found: list[Draft] = []
        away: list[ChartkeyError] = []
        relationships = self._accepted(self.address)
        for relationship in relationships:
            institution = self.network.relationship(relationship).parties().institution
            try:
                inquiry = self._inquire(relationship, institution, "drafts")
                headers = self.directory.custodian(institution).drafts(inquiry)
            except (AccessDenied, CustodyError) as err:
                away.append(err)
                continue
            # A custodian is believed about its own relationship alone.
            place = (relationship, self.address)
            mine = (h for h in headers if (h.attestation.relationship, h.owner) == place)
            found += [Draft(header) for header in mine]
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
            CommitmentMismatch: it is not what its author signed, or another record was anchored
                under its id: do not confirm that.
            CustodianUnavailable: a custodian is away; the draft still waits.
            StorageError: a store is full, read-only or away; the draft still waits.
            ContractRefused: another version was anchored meanwhile, the author was suspended, …
            TransactionUnknown: the node went away; run the same again.
        """
        facade = self.network.relationship(draft.relationship)
        self.relays.settle(facade.parties().institution)
        if facade.record_of(draft.record).status is RecordStatus.NONE:
            sealing_again(lambda: self._anchor(draft))
        pointer = self._anchored(draft)
        if facade.record_of(draft.record).status is RecordStatus.ATTESTED:
            # Whoever confirms has to be able to read it.
            self.read(pointer).close()
            self.relays.send(facade.confirm_record(draft.record), facade.parties().institution)
            pointer = self._anchored(draft)
        history = self.history(draft.relationship)
        self._supply(history, history.grants(), [pointer])
        try:
            self._drop(draft)
        except (AccessDenied, CustodyError):
            # The custodian erases by itself what it sees confirmed on chain.
            return pointer
        return pointer

    def refuse(self, draft: Draft) -> None:
        """Refuse a draft: the custodian erases it.

        Raises:
            CustodianUnavailable: the custodian is away.
        """
        self._drop(draft)

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
        root = relationship_root(self.network, history, self.keys)
        with self._sealed_draft(draft) as file:
            sealed = seal_draft(self.network, self.directory, self.keys, draft.header, file, root)
        self.device.keep_slip(sealed.slip)
        self._courier(relationship).hand_over(sealed.slip)
        facade = self.network.relationship(relationship)
        anchor = self._anchor_of(sealed, len(history.records()))
        signature = sign_anchor(self.network, self.keys, relationship, anchor)
        call = facade.anchor(sealed.authored, anchor, signature)
        self.relays.send(call, facade.parties().institution)

    def _anchor_of(self, sealed: Sealed, first: int) -> Anchor:
        """Nonces count up, 256 to a slot; one that a withheld message took is left out."""
        facade = self.network.relationship(sealed.authored.attestation.relationship)
        nonce = first
        while facade.is_anchor_nonce_used(nonce):
            nonce += 1
        return Anchor(
            attestation=attestation_hash(sealed.authored.attestation),
            root=sealed.root,
            locator_hash=keccak256(sealed.authored.locator),
            epoch=sealed.epoch,
            nonce=nonce,
            deadline=now(self.network) + _ANCHOR_LIFETIME,
        )

    def _anchored(self, draft: Draft) -> RecordPointer:
        """Return what is anchored under a draft's id: it must be what its author signed there."""
        pointer = self.history(draft.relationship).record(draft.record)
        stored_state(self.network, pointer)
        signed = (draft.header.attestation, draft.header.author)
        if (pointer.attestation, pointer.author) != signed:
            raise CommitmentMismatch(what="record")
        return pointer

    def _sealed_draft(self, draft: Draft) -> BinaryIO:
        institution = self.network.relationship(draft.relationship).parties().institution
        inquiry = self._inquire(draft.relationship, institution, "open-draft", draft.record)
        return self.directory.custodian(institution).open_draft(inquiry)

    def _drop(self, draft: Draft) -> None:
        institution = self.network.relationship(draft.relationship).parties().institution
        inquiry = self._inquire(draft.relationship, institution, "drop-draft", draft.record)
        self.directory.custodian(institution).drop_draft(inquiry)
