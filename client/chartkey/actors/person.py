"""What patients and clinicians have in common: keys, a device, and relays that pay for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from chartkey.actors.device import Device
from chartkey.actors.enrolment import Enrolment
from chartkey.actors.listing import listed_relationships
from chartkey.actors.reading import Reader
from chartkey.actors.relays import Relays
from chartkey.actors.rotation import Progress, Rotated, Rotation
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.passphrase import find_passphrase
from chartkey.crypto.wrap import DEFAULT_SUITE
from chartkey.custody.directory import Directory
from chartkey.custody.statements import Inquiry, Signed, inquire
from chartkey.errors import PersonUnknown, RelationshipMissing
from chartkey.models import ZERO32, Certification, RelationshipStatus, Role, Suite, SummaryEntry

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.network import Network

__all__ = ["Person"]


class Person:
    """A patient or a clinician. Open one with ``open``; it holds the keys until it is dropped."""

    role = Role.NONE

    def __init__(self, network: Network, keys: Keys, directory: Directory | None = None) -> None:
        self.network = network
        self.keys = keys
        self.directory = directory or Directory(network)
        self.device = Device(keys)
        self.relays = Relays(network, keys, self.directory)
        self._reader = Reader(network, self.directory, keys)

    @classmethod
    def open(
        cls, net: Network, keyfile: str | os.PathLike[str], *, passphrase: str | None = None
    ) -> Self:
        """Open a person's key file on a connection.

        Args:
            net: What ``connect`` returned.
            keyfile: The key file, mode 0600.
            passphrase: By default found as ``CHARTKEY_PASSPHRASE_FILE`` says.

        Raises:
            KeyfileUnsafe: the key file may be read by others.
            KeyfileInvalid: it is no key file.
            PassphraseMissing: no passphrase was found.
            PassphraseWrong: the passphrase does not open it.
            PersonUnknown: no institution has certified the account for this role.
        """
        return cls(net, cls._checked(net, keyfile, passphrase))

    @classmethod
    def enrolment(
        cls,
        net: Network,
        keyfile: str | os.PathLike[str],
        institution: str,
        *,
        passphrase: str | None = None,
    ) -> Enrolment:
        """Sign the form with which an institution registers this person; valid for a day.

        Raises:
            KeyfileUnsafe: the key file may be read by others.
            KeyfileInvalid: it is no key file.
            PassphraseMissing: no passphrase was found.
            PassphraseWrong: the passphrase does not open it.
            AddressInvalid: the institution is not an account.
        """
        keys = KeyFile.open(keyfile, find_passphrase(keyfile, passphrase))
        return Enrolment.sign(net, keys, cls.role, institution)

    @property
    def address(self) -> str:
        """The person's account, EIP-55."""
        return self.keys.address

    def rotate_key(self) -> int:
        """Make a new encryption key, keep it durably, publish it; return its version (R04).

        A patient's relationship roots are wrapped to the new key too (P02). What an interrupted
        run made and did not publish or wrap to is finished, and no further key is made.

        Raises:
            KeyUnsuitable: another device has published a newer key; use its key file.
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            CustodianUnavailable: no member relays; run it again, the key is kept.
            TransactionUnknown: the node went away; run it again.
        """
        return Rotation(self).rotate().version

    def rewrap(self, suite: Suite = DEFAULT_SUITE, *, progress: Progress | None = None) -> Rotated:
        """Move to a suite: a key of it, published, and relationship roots wrapped to it (R71).

        A run that was killed is finished by the next one, and what is done is not done again.
        Grants in force keep the wrap that they were given with; later ones are wrapped to the
        newest key. Earlier keys stay in the key file and go on opening what was wrapped to them.

        Args:
            suite: By default the hybrid one, which a quantum computer does not break (P07).
            progress: Called with how many roots are wrapped and how many are to be.

        Raises:
            KeyUnsuitable: the suite is reserved, or another device has published a newer key.
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            CustodianUnavailable: no member relays; run it again, the key is kept.
            TransactionUnknown: the node went away; run it again.
        """
        return Rotation(self, progress).move(suite)

    def rooted(self) -> list[SummaryEntry]:
        """Return the relationships whose root this person holds: a patient's own."""
        return []

    def settle(self) -> None:
        """Have every custodian finish what an interruption left (P22).

        Raises:
            TransactionUnknown: the node went away; run the same again.
        """
        self.relays.settle_all()

    def dispatch(self, call: Call, institution: str | None) -> None:
        """Sign a call and have any member relay it, one first.

        Raises:
            ContractRefused: the contract refuses the call.
            CustodianUnavailable: no member relays.
            TransactionUnknown: the node went away; run the same again.
        """
        self.relays.send(call, institution)

    def relationships(self, owner: str | None = None) -> list[SummaryEntry]:
        """Return all relationships of a patient, by default one's own, oldest first (R12).

        Raises:
            PersonUnknown: the account has no Summary.
            NodeUnavailable: the node is away.
        """
        return listed_relationships(self.network, owner or self.address)

    def history(self, relationship: str) -> RelationshipHistory:
        """Return the events of a genuine relationship.

        Raises:
            RelationshipMissing: the address is no relationship of this deployment (T23).
            NodeUnavailable: the node is away.
        """
        if self.network.contract_at(relationship) != "Relationship":
            raise RelationshipMissing(owner=relationship, status="genuine")
        return RelationshipHistory(self.network, relationship)

    @classmethod
    def _checked(
        cls, net: Network, keyfile: str | os.PathLike[str], passphrase: str | None
    ) -> Keys:
        keys = KeyFile.open(keyfile, find_passphrase(keyfile, passphrase))
        person = net.registrar.person_of(keys.address)
        if person.role is not cls.role or person.certification is not Certification.CERTIFIED:
            raise PersonUnknown(address=keys.address, role=cls.role.name.lower())
        return keys

    def _accepted(self, owner: str) -> list[str]:
        return [
            entry.relationship
            for entry in self.relationships(owner)
            if entry.status is RelationshipStatus.ACCEPTED
        ]

    def _inquire(
        self, relationship: str, custodian: str, action: str, subject: bytes = ZERO32
    ) -> Signed[Inquiry]:
        return inquire(self.network, self.keys, relationship, custodian, action, subject)
