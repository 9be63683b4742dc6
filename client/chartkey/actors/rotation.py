"""A new encryption key, and relationship roots wrapped to it: one wrap for each relationship (P02).

Nothing is remembered outside key file and chain: which keys are published and which roots are
wrapped is looked up, so that a run that was killed anywhere is finished by the next one, and
nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from chartkey.crypto.digest import keccak256
from chartkey.crypto.keytree import root_context
from chartkey.custody.roots import opened_root
from chartkey.errors import KeyUnsuitable, PersonUnknown
from chartkey.models import RelationshipStatus, Suite

if TYPE_CHECKING:
    from chartkey.chain.call import Call
    from chartkey.chain.history import RelationshipHistory
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.models import SummaryEntry

__all__ = ["Progress", "Rotated", "Rotation"]

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many wraps are made and how many are to be made."""


class Holder(Protocol):
    """Whoever holds keys: a patient, a clinician (who has no roots), an institution."""

    network: Network
    keys: Keys

    def rooted(self) -> list[SummaryEntry]:
        """Return the relationships whose root this holder has."""

    def history(self, relationship: str) -> RelationshipHistory:
        """Return the events of a relationship."""

    def settle(self) -> None:
        """Finish what an interruption left on its way to the chain."""

    def dispatch(self, call: Call, institution: str | None) -> None:
        """Have a call executed, through that institution if others relay."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a run came to: the newest key's version and suite, and what it wrapped.

    ``relationships`` is how many the holder has a root of, ``wrapped`` how many of them this run
    wrapped to the newest key.
    """

    version: int
    suite: Suite
    relationships: int
    wrapped: int


class Rotation:
    """Brings one holder's published key and root wraps to the newest key."""

    def __init__(self, holder: Holder, progress: Progress | None = None) -> None:
        self._holder, self._progress = holder, progress
        self._network, self._keys = holder.network, holder.keys

    def rotate(self) -> Rotated:
        """Make a further key, unless an earlier run left one half-way: that one is finished.

        Raises:
            KeyUnsuitable: another device has published a newer key; use its key file.
            PersonUnknown: the holder has published no key at all.
            KeyfileUnsafe: the key file may be read by others by now.
            KeyfileInvalid: the key file is gone or damaged.
            CustodianUnavailable: no member relays; run it again, the key is kept.
            TransactionUnknown: the node went away; run it again.
        """
        published, histories = self._begin()
        if self._keys.version == published and not self._lacking(histories, published):
            self._keys.add_encryption_key()
        return self._finish(published, histories)

    def move(self, suite: Suite) -> Rotated:
        """Have a key of a suite, and every root wrapped to it; where that is so, do nothing.

        Raises:
            KeyUnsuitable: the suite is reserved, or as :meth:`rotate`.
            PersonUnknown, KeyfileUnsafe, KeyfileInvalid, CustodianUnavailable,
            TransactionUnknown: as :meth:`rotate`.
        """
        published, histories = self._begin()
        if self._keys.suite() != suite:
            self._keys.add_encryption_key(suite=suite)
        return self._finish(published, histories)

    def _begin(self) -> tuple[int, list[RelationshipHistory]]:
        # Publishing twice would number one key twice: what is on its way has to arrive first.
        self._holder.settle()
        published = self._network.registrar.person_of(self._keys.address).key_version
        if published == 0:
            raise PersonUnknown(address=self._keys.address, role="person or institution")
        self._require_newest(published)
        kept = (RelationshipStatus.ACCEPTED, RelationshipStatus.ENDED)
        rooted = [entry for entry in self._holder.rooted() if entry.status in kept]
        return published, [self._holder.history(entry.relationship) for entry in rooted]

    def _finish(self, published: int, histories: list[RelationshipHistory]) -> Rotated:
        keys, version = self._keys, self._keys.version
        certifier = self._network.registrar.person_of(keys.address).certifier
        for number in range(published + 1, version + 1):
            key, suite = keys.public_der(number), keys.suite(number)
            self._holder.dispatch(self._network.registrar.publish_key(suite, key), certifier)
        lacking = self._lacking(histories, version)
        for done, history in enumerate(lacking):
            self._report(done, len(lacking))
            self._wrap(history, version)
        self._report(len(lacking), len(lacking))
        return Rotated(version, keys.suite(version), len(histories), len(lacking))

    def _require_newest(self, published: int) -> None:
        keys, digest = self._keys, b""
        if published <= keys.version:
            digest = keccak256(bytes([keys.suite(published)]), keys.public_der(published))
        if digest != self._network.registrar.key_hash_of(keys.address, published):
            problem = "another device has published a newer one; use its key file"
            raise KeyUnsuitable(problem=problem)

    def _lacking(
        self, histories: list[RelationshipHistory], version: int
    ) -> list[RelationshipHistory]:
        """Return the relationships, past ones too, whose root is not wrapped to a version."""
        address = self._keys.address
        return [h for h in histories if max(v for v, _ in h.root_wraps(address)) < version]

    def _wrap(self, history: RelationshipHistory, version: int) -> None:
        network, relationship = self._network, history.relationship
        root, salt = opened_root(network, history, self._keys)
        place = bytes.fromhex(relationship[2:])
        context = root_context(network.chain_id, place, self._keys.address_bytes)
        wrap = root.wrap(self._keys.public_der(version), salt, context)
        facade = network.relationship(relationship)
        self._holder.dispatch(facade.rewrap_root(version, wrap), facade.parties().institution)

    def _report(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)
