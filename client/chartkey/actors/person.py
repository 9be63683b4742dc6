"""What patients and clinicians have in common: keys, a device, and relays that pay for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from chartkey.actors.device import Device
from chartkey.actors.enrolment import Enrolment
from chartkey.actors.reading import Reader
from chartkey.chain.forward import sign_forward
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.passphrase import find_passphrase
from chartkey.custody.directory import Directory
from chartkey.custody.statements import Inquiry, Signed, inquire
from chartkey.errors import (
    CustodianUnavailable,
    PersonUnknown,
    RelationshipMissing,
)
from chartkey.models import ZERO32, Certification, RelationshipStatus, Role, Suite, SummaryEntry

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.network import Network
    from chartkey.chain.sender import Receipt

__all__ = ["Person"]

_PAGE = 100


class Person:
    """A patient or a clinician. Open one with ``open``; it holds the keys until it is dropped."""

    role = Role.NONE

    def __init__(self, network: Network, keys: Keys, directory: Directory | None = None) -> None:
        self.network = network
        self.keys = keys
        self.directory = directory or Directory(network)
        self.device = Device(keys)
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

        A patient's relationship roots are wrapped to the new key too (P02).

        Raises:
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            CustodianUnavailable: no member relays; run it again, the key is kept.
            TransactionUnknown: the node went away; run it again.
        """
        published = self.network.registrar.person_of(self.address).key_version
        # A version that an interrupted run made and did not publish is published now.
        version = self.keys.version
        if version == published:
            version = self.keys.add_encryption_key()
        key = self.keys.public_der(version)
        self._relay(self.network.registrar.publish_key(Suite.RSA_OAEP_AES_GCM, key))
        return version

    def relationships(self, owner: str | None = None) -> list[SummaryEntry]:
        """Return all relationships of a patient, by default one's own, oldest first (R12).

        Raises:
            PersonUnknown: the account has no Summary.
            NodeUnavailable: the node is away.
        """
        owner = owner or self.address
        summary = self.network.registrar.summary_of(owner)
        if summary is None:
            raise PersonUnknown(address=owner, role="patient")
        entries: list[SummaryEntry] = []
        while page := self.network.summary(summary).entries(len(entries), _PAGE):
            entries += page
        return entries

    def history(self, relationship: str) -> RelationshipHistory:
        """Return the events of a genuine relationship.

        Raises:
            RelationshipMissing: the address is no relationship of this deployment (T23).
            NodeUnavailable: the node is away.
        """
        if not self.network.is_clone(relationship, "Relationship"):
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

    def _relay(self, call: Call, *first: str | None) -> Receipt:
        """Sign a call and have any member relay it, the given ones first (P22)."""
        return self._submit(sign_forward(self.network, self.keys, call), *first)

    def _settle(self, institution: str) -> None:
        """Have the custodian that relays first finish what an interruption left."""
        try:
            self.directory.custodian(institution).settle()
        except CustodianUnavailable:
            return

    def _submit(self, forward: SignedForward, *first: str | None) -> Receipt:
        away: CustodianUnavailable | None = None
        for institution in self.directory.others(*first):
            try:
                return self.directory.custodian(institution).relay(forward)
            except CustodianUnavailable as err:
                away = err
        if away is None:
            problem = "the manifest lists no institution that could relay"
            away = CustodianUnavailable(institution="every member", problem=problem)
        raise away

    def _inquire(
        self, relationship: str, custodian: str, action: str, subject: bytes = ZERO32
    ) -> Signed[Inquiry]:
        return inquire(self.network, self.keys, relationship, custodian, action, subject)
