"""What an institution's administrator does: sign, vote, register, affiliate, propose (R01–R04)."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Self

from chartkey.actors.clock import now
from chartkey.actors.delivery import Courier, granted_slips
from chartkey.actors.device import beside
from chartkey.actors.drafting import Draft
from chartkey.actors.enrolment import Enrolment
from chartkey.actors.listing import listed_relationships
from chartkey.actors.opening import is_proposed, new_opening, next_nonce
from chartkey.actors.rotation import Progress, Rotated, Rotation
from chartkey.actors.sealing import seal_draft, sealing_again
from chartkey.chain.history import RelationshipHistory
from chartkey.chain.registrar import institution_affiliation
from chartkey.crypto.handle import handle
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.passphrase import find_passphrase
from chartkey.crypto.wrap import DEFAULT_SUITE
from chartkey.custody.custodian import DraftHeader
from chartkey.custody.directory import Directory
from chartkey.custody.roots import relationship_root
from chartkey.custody.statements import inquire
from chartkey.errors import PersonUnknown, RelationshipMissing
from chartkey.models import (
    ZERO32,
    Certification,
    RecordStatus,
    RelationshipStatus,
    Standing,
    Suite,
)

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.network import Network
    from chartkey.chain.sender import Receipt, Sender
    from chartkey.custody.statements import Inquiry, Signed
    from chartkey.models import RecordPointer, SummaryEntry

__all__ = ["Institution"]


class Institution:
    """An institution's account, in its administrator's hands. It pays for its own transactions."""

    def __init__(self, network: Network, keys: Keys, directory: Directory | None = None) -> None:
        self.network = network
        self.keys = keys
        self.directory = directory or Directory(network)

    @classmethod
    def open(
        cls, net: Network, keyfile: str | os.PathLike[str], *, passphrase: str | None = None
    ) -> Self:
        """Open an institution's key file on a connection.

        Raises:
            KeyfileUnsafe: the key file may be read by others.
            KeyfileInvalid: it is no key file.
            PassphraseMissing: no passphrase was found.
            PassphraseWrong: the passphrase does not open it.
        """
        return cls(net, KeyFile.open(keyfile, find_passphrase(keyfile, passphrase)))

    @property
    def address(self) -> str:
        """The institution's account, EIP-55."""
        return self.keys.address

    def sign_agreement(self) -> None:
        """Sign the agreement in force and become active (P40).

        Raises:
            ContractRefused: it was not invited, or has signed.
        """
        consortium = self.network.consortium
        self._send(consortium.sign_agreement(consortium.agreement()))

    def vote(self, proposal: int, approve: bool = True) -> None:
        """Vote on a proposal by its number.

        Raises:
            ContractRefused: it is not open, or this institution has voted.
        """
        self._send(self.network.consortium.vote(proposal, approve))

    def enrol(self) -> None:
        """Publish the encryption key and get a Summary; done already, it does nothing.

        Raises:
            ContractRefused: the institution is not active.
        """
        if self.network.registrar.person_of(self.address).key_version == 0:
            key = self.keys.public_der()
            self._send(self.network.registrar.enrol(self.keys.suite(), key))

    def register(self, enrolment: Enrolment, identifier_type: str, identifier: str) -> str:
        """Register a person who signed for it; return the person's account.

        Args:
            enrolment: What the person signed.
            identifier_type: ``resident-id``, ``phone``, ``health-card`` or ``insurance``.
            identifier: The identifier; only its handle under this institution's key leaves (P20).

        Raises:
            IdentifierInvalid: the identifier is empty.
            KeyUnsuitable: the key file holds no handle key.
            ContractRefused: the handle is taken, the form is late or another institution's, …
        """
        registrar, account = self.network.registrar, enrolment.registration.account
        handle = self.handle(identifier_type, identifier)
        if registrar.account_of(self.address, handle) != account:
            self._send(
                registrar.register(
                    enrolment.registration, enrolment.key, handle, enrolment.signature
                )
            )
        return account

    def handle(self, identifier_type: str, identifier: str) -> bytes:
        """Return the 32-byte handle of an identifier at this institution (P20).

        Raises:
            IdentifierInvalid: the identifier is empty.
            KeyUnsuitable: the key file holds no handle key.
        """
        return handle(self.keys.handle_key, identifier_type, identifier)

    def find(self, identifier_type: str, identifier: str) -> str:
        """Return the account that this institution registered for an identifier.

        Raises:
            PersonUnknown: there is none.
            IdentifierInvalid: the identifier is empty.
            KeyUnsuitable: the key file holds no handle key.
        """
        found = self.network.registrar.account_of(
            self.address, self.handle(identifier_type, identifier)
        )
        if found is None:
            raise PersonUnknown(address="that identifier", role="person")
        return found

    def open_department(self) -> bytes:
        """Open a department; return its opaque id of 32 random bytes, which it keeps (P23).

        Raises:
            ContractRefused: the institution is not active.
        """
        department = secrets.token_bytes(32)
        self._send(self.network.registrar.set_department(department, Standing.ACTIVE))
        return department

    def set_department(self, department: bytes, standing: Standing) -> None:
        """Suspend, restore or revoke a department; everyone below is stopped at once (R02).

        Raises:
            ContractRefused: it is not this institution's, or the change is not allowed.
        """
        if self.network.registrar.department_of(department) != (self.address, standing):
            self._send(self.network.registrar.set_department(department, standing))

    def affiliate(
        self,
        clinician: str,
        department: bytes | None = None,
        standing: Standing = Standing.ACTIVE,
    ) -> bytes:
        """Affiliate a clinician, or change where the affiliation stands; return its 32 bytes.

        Raises:
            ContractRefused: the account is no certified clinician, or the change is not allowed.
        """
        affiliation = department or institution_affiliation(self.address)
        registrar = self.network.registrar
        if registrar.affiliation_of(clinician, affiliation) is not standing:
            self._send(registrar.set_affiliation(clinician, affiliation, standing))
        return affiliation

    def set_licence(self, clinician: str, standing: Standing) -> None:
        """Suspend, restore or revoke the licence of a clinician that this institution certified.

        Raises:
            ContractRefused: another institution certified the clinician, or the change is not
                allowed.
        """
        if self.network.registrar.person_of(clinician).licence is not standing:
            self._send(self.network.registrar.set_licence(clinician, standing))

    def propose(self, patient: str, *, mirror: str | None = None) -> str:
        """Propose a relationship to a patient; return its address (R10).

        Args:
            patient: The patient's account.
            mirror: The member that keeps the second copy of the slips: neither this institution
                nor one whose staff will read (P01). None only in a consortium of two.

        Raises:
            PersonUnknown: the patient is not certified.
            ContractRefused: for example because one is open already.
            TransactionUnknown: the node went away; run it again.
        """
        if self.network.registrar.person_of(patient).certification is not Certification.CERTIFIED:
            raise PersonUnknown(address=patient, role="patient")
        self._sender.resume()
        nonce = next_nonce(self.network, patient, self.address)
        relationship = self.network.factory.relationship_of(patient, self.address, nonce)
        if not is_proposed(self.network, relationship, self.address, mirror):
            opening = new_opening(self.network, patient, self.address, nonce, mirror)
            self._send(self.network.factory.propose(opening))
        return relationship

    def accept(self, relationship: str) -> None:
        """Accept a relationship that a patient proposed, after opening its root.

        Raises:
            DecryptionFailed: the root was not wrapped to this institution.
            CommitmentMismatch: the root is not the one committed to.
            ContractRefused: it is not this institution's to accept.
        """
        relationship_root(self.network, self.history(relationship), self.keys)
        self._send(self.network.relationship(relationship).accept())

    def rotate_key(self) -> int:
        """Make a new encryption key, publish it, wrap every root to it; return its version (R04).

        Interrupted, it is finished by the next run. Custodians that run go on with the earlier
        key and take in the new one when something is wrapped to it alone.

        Raises:
            PersonUnknown: the institution has not enrolled.
            KeyUnsuitable: another device has published a newer key; use its key file.
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            TransactionUnknown: the node went away; run it again.
        """
        return Rotation(self).rotate().version

    def rewrap(self, suite: Suite = DEFAULT_SUITE, *, progress: Progress | None = None) -> Rotated:
        """Move to a suite: a key of it, published, and every root wrapped to it (R71).

        One transaction for each relationship. A run that was killed is finished by the next one,
        and what is done is not done again.

        Args:
            suite: By default the hybrid one, which a quantum computer does not break (P07).
            progress: Called with how many roots are wrapped and how many are to be.

        Raises:
            PersonUnknown: the institution has not enrolled.
            KeyUnsuitable: the suite is reserved, or another device has published a newer key.
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            TransactionUnknown: the node went away; run it again.
        """
        return Rotation(self, progress).move(suite)

    def rooted(self) -> list[SummaryEntry]:
        """Return the relationships that are this institution's own, and not as their mirror.

        Raises:
            PersonUnknown: the institution has not enrolled.
            NodeUnavailable: the node is away.
        """
        facades = ((e, self.network.relationship(e.relationship)) for e in self.relationships())
        return [e for e, facade in facades if facade.parties().institution == self.address]

    def settle(self) -> None:
        """Finish the transactions that an interruption left.

        Raises:
            TransactionUnknown: the node is away.
        """
        self._sender.resume()

    def dispatch(self, call: Call, institution: str | None = None) -> None:
        """Send a call and wait for it; the institution pays for itself.

        Raises:
            ContractRefused: the contract refuses the call.
            TransactionUnknown: the node went away; run the same again.
        """
        self._send(call)

    def relationships(self) -> list[SummaryEntry]:
        """Return all relationships with patients, oldest first; those to accept are pending.

        Raises:
            PersonUnknown: the institution has not enrolled.
            NodeUnavailable: the node is away.
        """
        return listed_relationships(self.network, self.address)

    def overdue(self) -> list[Draft]:
        """Return the drafts that their patients did not answer in time (R13).

        Raises:
            PersonUnknown: the institution has not enrolled.
            CustodianUnavailable: the custodian is away.
        """
        moment, custodian = now(self.network), self.directory.custodian(self.address)
        found: list[Draft] = []
        for entry in self.relationships():
            if entry.status is not RelationshipStatus.ACCEPTED:
                continue
            facade = self.network.relationship(entry.relationship)
            if facade.parties().institution != self.address:
                continue
            inquiry = self._inquiry(entry.relationship, "drafts", ZERO32)
            waiting = map(Draft, custodian.drafts(inquiry))
            late = (draft for draft in waiting if draft.deadline < moment)
            found += [d for d in late if facade.record_of(d.record).status is RecordStatus.NONE]
        return found

    def attest(self, draft: Draft) -> None:
        """Anchor a draft that the patient did not answer in time, visibly as attested (R13).

        Raises:
            ContractRefused: the deadline has not passed, the author was suspended, …
            DraftMissing: it no longer waits.
            CustodianUnavailable: a custodian is away; the draft still waits.
            StorageError: a store is full, read-only or away; the draft still waits.
        """
        facade = self.network.relationship(draft.relationship)
        if facade.record_of(draft.record).status is RecordStatus.NONE:
            sealing_again(lambda: self._anchor_attested(draft.header))
        history = self.history(draft.relationship)
        root = relationship_root(self.network, history, self.keys)
        slips = granted_slips(self.network, root, history.grants(), [history.record(draft.record)])
        self._courier(draft.relationship).offer(slips)

    def records(self) -> list[RecordPointer]:
        """Return every record of this institution's relationships, oldest first.

        Raises:
            PersonUnknown: the institution has not enrolled.
            NodeUnavailable: the node is away.
        """
        places = [entry.relationship for entry in self.relationships()]
        return [pointer for place in places for pointer in self.history(place).records()]

    def seal(self, record: RecordPointer) -> None:
        """Seal a record for a dispute: until both sides have lifted, nobody erases it (R32).

        Raises:
            ContractRefused: it is not this institution's, or not anchored.
        """
        self._send(self.network.evidence.seal(record.relationship, [record.record]))

    def lift_seal(self, record: RecordPointer) -> None:
        """Lift this institution's seal; the patient's stays.

        Raises:
            ContractRefused: it is not this institution's.
        """
        self._send(self.network.evidence.lift_seal(record.relationship, [record.record]))

    def _anchor_attested(self, header: DraftHeader) -> None:
        relationship = header.attestation.relationship
        root = relationship_root(self.network, self.history(relationship), self.keys)
        custodian = self.directory.custodian(self.address)
        inquiry = self._inquiry(relationship, "open-draft", header.record)
        with custodian.open_draft(inquiry) as file:
            sealed = seal_draft(self.network, self.directory, self.keys, header, file, root)
        self._courier(relationship).hand_over(sealed.slip)
        facade = self.network.relationship(relationship)
        self._send(facade.anchor_attested(sealed.authored, sealed.epoch))

    def _courier(self, relationship: str) -> Courier:
        return Courier(self.network, self.directory, self.keys, relationship)

    def _inquiry(self, relationship: str, action: str, subject: bytes) -> Signed[Inquiry]:
        return inquire(self.network, self.keys, relationship, self.address, action, subject)

    def history(self, relationship: str) -> RelationshipHistory:
        """Return the events of a genuine relationship.

        Raises:
            RelationshipMissing: the address is no relationship of this deployment (T23).
            NodeUnavailable: the node is away.
        """
        if self.network.contract_at(relationship) != "Relationship":
            raise RelationshipMissing(owner=relationship, status="genuine")
        return RelationshipHistory(self.network, relationship)

    def _send(self, call: Call) -> Receipt:
        return self._sender.send(call)

    @cached_property
    def _sender(self) -> Sender:
        from chartkey.chain.journal import FileJournal
        from chartkey.chain.sender import Sender

        return Sender(self.network, self.keys, FileJournal(beside(self.keys, ".journal")))
