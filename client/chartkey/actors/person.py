"""What patients and clinicians have in common: keys, a device, and relays that pay for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from chartkey.actors.device import Device
from chartkey.actors.enrolment import Enrolment
from chartkey.actors.listing import listed_relationships
from chartkey.actors.reading import Reader
from chartkey.actors.relays import Relays
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto.digest import keccak256
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.passphrase import find_passphrase
from chartkey.custody.directory import Directory
from chartkey.custody.statements import Inquiry, Signed, inquire
from chartkey.errors import KeyUnsuitable, PersonUnknown, RelationshipMissing
from chartkey.models import ZERO32, Certification, RelationshipStatus, Role, Suite, SummaryEntry

if TYPE_CHECKING:
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
        # Publishing twice would number one key twice: whoever relays it has to have finished.
        self.relays.settle_all()
        person = self.network.registrar.person_of(self.address)
        published = person.key_version
        self._require_newest(published)
        if self.keys.version == published and not self._lacks_wraps(published):
            self.keys.add_encryption_key()
        for version in range(published + 1, self.keys.version + 1):
            key = self.keys.public_der(version)
            call = self.network.registrar.publish_key(Suite.RSA_OAEP_AES_GCM, key)
            self.relays.send(call, person.certifier)
        self._rewrap(self.keys.version)
        return self.keys.version

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

    def _require_newest(self, published: int) -> None:
        newest = self.keys.public_der(published) if published <= self.keys.version else b""
        digest = keccak256(bytes([Suite.RSA_OAEP_AES_GCM]), newest)
        if digest != self.network.registrar.key_hash_of(self.address, published):
            problem = "another device has published a newer one; use its key file"
            raise KeyUnsuitable(problem=problem)

    def _lacks_wraps(self, version: int) -> bool:
        """Whether a relationship root is not yet wrapped to a version; only patients have roots."""
        return False

    def _rewrap(self, version: int) -> None:
        """Wrap relationship roots to a version of the key."""

    def _inquire(
        self, relationship: str, custodian: str, action: str, subject: bytes = ZERO32
    ) -> Signed[Inquiry]:
        return inquire(self.network, self.keys, relationship, custodian, action, subject)
