"""An attacker with keys in hand, who tries everything they could lead to (P01, P06, T18).

The thief has the whole chain, every ciphertext, and whatever keys were stolen or kept; not a
slip that was not released. Each attempt is a real one: it calls the same openers as a client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chartkey.actors.place import record_context
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto.keytree import grant_context, record_key, root_context, unwrap_grant_key
from chartkey.crypto.payload import open_payload
from chartkey.crypto.slip import open_locator, open_scope_slip
from chartkey.crypto.wrap import unwrap
from chartkey.errors import ChartkeyError, CidInvalid, CryptoError
from chartkey.records import scratch_file

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.database import ScopeSlip
    from chartkey.models import RecordPointer
    from chartkey.storage.store import Store

__all__ = ["Thief"]


@dataclass(slots=True)
class Thief:
    """Keys in hand: ``keys`` is a stolen key file, ``slips`` what its owner was once given.

    ``attempts`` counts what was tried.
    """

    network: Network
    keys: Keys
    stores: tuple[Store, ...]
    slips: tuple[ScopeSlip, ...] = ()
    attempts: int = 0
    _secrets: set[bytes] = field(default_factory=set)

    def opened(self, relationships: Iterable[str]) -> list[RecordPointer]:
        """Return the records of these relationships that could be opened or even located."""
        histories = [RelationshipHistory(self.network, address) for address in relationships]
        for history in histories:
            self._collect(history)
        pointers = [pointer for history in histories for pointer in history.records()]
        return [pointer for pointer in pointers if self._opens(pointer)]

    def _collect(self, history: RelationshipHistory) -> None:
        """Unwrap every wrap on chain that the stolen private keys open, and follow kept slips."""
        place = bytes.fromhex(history.relationship[2:])
        chain, own = self.network.chain_id, self.keys.address_bytes
        private = [self.keys.private_key(v) for v in range(1, self.keys.version + 1)]
        for granted in history.grants():
            context = grant_context(chain, place, granted.terms.id, own)
            for key in private:
                try:
                    self._secrets.add(unwrap_grant_key(key, granted.terms.wrap, context))
                except CryptoError:
                    continue
        for party in self._parties(history):
            for _, wrap in history.root_wraps(party):
                for key in private:
                    try:
                        context = root_context(chain, place, own)
                        self._secrets.add(unwrap(key, wrap, context, length=64)[:32])
                    except CryptoError:
                        continue
        self._follow(place)

    def _parties(self, history: RelationshipHistory) -> tuple[str, str]:
        args = history.proposal().args
        return args["owner"], args["institution"]

    def _follow(self, place: bytes) -> None:
        for slip in self.slips:
            for secret in tuple(self._secrets):
                try:
                    chain, grant = self.network.chain_id, slip.grant
                    key = open_scope_slip(
                        secret, slip.slip, chain, place, grant, slip.epoch, slip.kind
                    )
                    self._secrets.add(key)
                except ChartkeyError:
                    continue

    def _opens(self, pointer: RecordPointer) -> bool:
        """Try each secret as it is and as a kind key, on the locator and on every payload."""
        candidates = {record_key(secret, pointer.record) for secret in self._secrets}
        candidates |= self._secrets
        return any(
            self._locates(pointer, key) or self._decrypts(pointer, key) for key in candidates
        )

    def _locates(self, pointer: RecordPointer, key: bytes) -> bool:
        self.attempts += 1
        place = bytes.fromhex(pointer.relationship[2:])
        try:
            open_locator(key, pointer.locator, self.network.chain_id, place, pointer.record)
        except CryptoError:
            return False
        return True

    def _decrypts(self, pointer: RecordPointer, key: bytes) -> bool:
        context = record_context(self.network, pointer.attestation, pointer.author)
        for store in self.stores:
            for cid in store.pins():
                self.attempts += 1
                try:
                    with store.open(cid) as source, scratch_file() as target:
                        open_payload(source, target, key, context)
                except (CryptoError, CidInvalid):
                    # Another's Kubo node pins folders and strangers' files too.
                    continue
                return True
        return False
