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
from chartkey.crypto.keytree import (
    RelationshipRoot,
    grant_context,
    record_key,
    root_context,
    unwrap_grant_key,
)
from chartkey.crypto.payload import open_payload
from chartkey.crypto.slip import open_locator, open_record_slip, open_scope_slip
from chartkey.crypto.wrap import unwrap
from chartkey.errors import ChartkeyError, CidInvalid, CryptoError
from chartkey.records import scratch_file

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.database import RecordSlip, ScopeSlip
    from chartkey.models import RecordContext, RecordPointer
    from chartkey.storage.store import Store

__all__ = ["Thief"]


@dataclass(slots=True)
class Thief:
    """Keys in hand: ``keys`` is a stolen key file, ``slips`` what its owner was once given.

    ``others`` are more stolen key files, ``record_slips`` what custodians released or lost.
    ``attempts`` counts what was tried.
    """

    network: Network
    keys: Keys
    stores: tuple[Store, ...]
    slips: tuple[ScopeSlip, ...] = ()
    others: tuple[Keys, ...] = ()
    record_slips: tuple[RecordSlip, ...] = ()
    attempts: int = 0
    _secrets: set[bytes] = field(default_factory=set)

    def opened(self, relationships: Iterable[str]) -> list[RecordPointer]:
        """Return the records of these relationships that could be opened or even located."""
        return [
            pointer
            for pointer in self._pointers(relationships)
            if self._locates(pointer) or self._decrypts(pointer)
        ]

    def read(self, relationships: Iterable[str]) -> list[RecordPointer]:
        """Return the records of these relationships whose content could be decrypted."""
        return [pointer for pointer in self._pointers(relationships) if self._decrypts(pointer)]

    def _pointers(self, relationships: Iterable[str]) -> list[RecordPointer]:
        """Unwrap what stands on chain, and return what there is to open."""
        histories = [RelationshipHistory(self.network, address) for address in relationships]
        for history in histories:
            for keys in (self.keys, *self.others):
                self._collect(history, keys)
            self._follow(bytes.fromhex(history.relationship[2:]))
        return [pointer for history in histories for pointer in history.records()]

    def _collect(self, history: RelationshipHistory, keys: Keys) -> None:
        """Unwrap every wrap on chain that a stolen key file's private keys open."""
        place = bytes.fromhex(history.relationship[2:])
        chain, own = self.network.chain_id, keys.address_bytes
        private = [keys.private_key(v) for v in range(1, keys.version + 1)]
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

    def _keys_of(self, pointer: RecordPointer) -> set[bytes]:
        """Take each secret for a record key, a kind key, and a relationship's root."""
        epoch, kind, record = pointer.epoch, pointer.kind, pointer.record
        found = set(self._secrets)
        found |= {record_key(secret, record) for secret in self._secrets}
        return found | {
            RelationshipRoot(secret).record_key(epoch, kind, record) for secret in self._secrets
        }

    def _locates(self, pointer: RecordPointer) -> bool:
        place = bytes.fromhex(pointer.relationship[2:])
        for key in self._keys_of(pointer):
            self.attempts += 1
            try:
                open_locator(key, pointer.locator, self.network.chain_id, place, pointer.record)
            except CryptoError:
                continue
            return True
        return False

    def _decrypts(self, pointer: RecordPointer) -> bool:
        """Try every key as a data key, and every data key that a slip gives, on all ciphertext."""
        context = record_context(self.network, pointer.attestation, pointer.author)
        keys = self._keys_of(pointer)
        return any(self._opens(key, context) for key in keys | self._slipped(pointer, keys))

    def _slipped(self, pointer: RecordPointer, keys: set[bytes]) -> set[bytes]:
        place, found = bytes.fromhex(pointer.relationship[2:]), set()
        chain = self.network.chain_id
        for slip in self.record_slips:
            for key in keys:
                try:
                    found.add(open_record_slip(key, slip.slip, chain, place, pointer.record))
                except CryptoError:
                    continue
        return found

    def _opens(self, key: bytes, context: RecordContext) -> bool:
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
