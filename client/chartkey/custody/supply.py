"""Which slips a release needs, and how the author institution makes those still missing (P02).

After an epoch opens, the institution's custodian makes the slips of each live grant before its
first release and copies them to the mirror. A mirror holds no root and can only pass on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chartkey.crypto.keytree import RelationshipRoot
from chartkey.crypto.slip import seal_scope_slip, seal_single_slip
from chartkey.custody.custodian import Custodian, SlipDelivery
from chartkey.custody.database import Database, RecordSlip, ScopeSlip
from chartkey.custody.release import Permission
from chartkey.custody.roots import relationship_root
from chartkey.custody.statements import inquire
from chartkey.errors import ChartkeyError, CustodianUnavailable
from chartkey.models import GrantTerms, RecordPointer, Scope

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = ["SlipSupply", "make_scope_slips"]


def make_scope_slips(
    root: RelationshipRoot, chain_id: int, terms: GrantTerms, pointers: list[RecordPointer]
) -> list[ScopeSlip]:
    """Return the slips that lead from a grant's key to the given records.

    One for each (epoch, kind) among the pointers, or one for the single record granted. The
    pointers must be in the grant's scope.

    Raises:
        ContextInvalid: an id or number is out of range.
    """
    grant_key = root.grant_key(terms.id)
    if terms.scope is Scope.RECORD:
        return [_single(root, grant_key, chain_id, terms, pointer) for pointer in pointers]
    wanted = {(p.relationship, p.epoch, p.kind) for p in pointers}
    slips = []
    for relationship, epoch, kind in sorted(wanted):
        slip = seal_scope_slip(
            grant_key,
            root.kind_key(epoch, kind),
            chain_id,
            bytes.fromhex(relationship[2:]),
            terms.id,
            epoch,
            kind,
        )
        slips.append(ScopeSlip(relationship, terms.id, epoch, kind, b"", slip))
    return slips


def _single(
    root: RelationshipRoot,
    grant_key: bytes,
    chain_id: int,
    terms: GrantTerms,
    pointer: RecordPointer,
) -> ScopeSlip:
    key = root.record_key(pointer.epoch, pointer.kind, pointer.record)
    place = bytes.fromhex(pointer.relationship[2:])
    slip = seal_single_slip(grant_key, key, chain_id, place, terms.id, pointer.record)
    return ScopeSlip(pointer.relationship, terms.id, 0, 0, pointer.record, slip)


class SlipSupply:
    """The slips of one custodian.

    Args:
        network: The custodian's own node.
        database: Where slips are kept.
        keys: The institution's keys.
        fellow: Returns another member's custodian.
    """

    def __init__(
        self,
        network: Network,
        database: Database,
        keys: Keys,
        fellow: Callable[[str], Custodian],
    ) -> None:
        self._network, self._database, self._keys = network, database, keys
        self._fellow = fellow

    def record_slip(self, pointer: RecordPointer) -> RecordSlip:
        """Return the slip of the record version that stands on chain.

        Raises:
            CustodianUnavailable: it is not here; the other custodian may have it.
        """
        slip = self._database.record_slip(pointer.relationship, pointer.record, pointer.root)
        if slip is None:
            raise self._lacking()
        return RecordSlip(pointer.relationship, pointer.record, pointer.root, slip)

    def scope_slips(self, permission: Permission, terms: GrantTerms) -> list[ScopeSlip]:
        """Return the slips that lead from the grant's key to the records asked for.

        Raises:
            CustodianUnavailable: one is missing and only the institution can make it.
        """
        pointers = list(permission.pointers)
        kept_slips = self._database.scope_slips(pointers[0].relationship, terms.id)
        kept = {_place(slip): slip for slip in kept_slips}
        wanted = {_wanted(terms, pointer) for pointer in pointers}
        if not wanted <= kept.keys():
            if permission.parties.institution != self._keys.address:
                raise self._lacking()
            for slip in self._make(permission, terms, pointers):
                kept[_place(slip)] = slip
        return [kept[place] for place in sorted(wanted)]

    def _make(
        self, permission: Permission, terms: GrantTerms, pointers: list[RecordPointer]
    ) -> list[ScopeSlip]:
        root = relationship_root(self._network, permission.history, self._keys)
        slips = make_scope_slips(root, self._network.chain_id, terms, pointers)
        self._database.put_slips([], slips)
        if permission.parties.mirror:
            delivery = SlipDelivery(pointers[0].relationship, scopes=tuple(slips))
            self._copy(permission.parties.mirror, delivery)
        return slips

    def _copy(self, mirror: str, delivery: SlipDelivery) -> None:
        """A mirror that is away gets its copy with the next release that makes slips."""
        try:
            signed = inquire(
                self._network,
                self._keys,
                delivery.relationship,
                mirror,
                "keep-slips",
                delivery.digest(),
            )
            self._fellow(mirror).keep_slips(delivery, signed)
        except ChartkeyError:
            return

    def _lacking(self) -> CustodianUnavailable:
        problem = "it does not hold the slips of this record"
        return CustodianUnavailable(institution=self._keys.address, problem=problem)


def _place(slip: ScopeSlip) -> tuple[int, int, bytes]:
    return slip.epoch, slip.kind, slip.record


def _wanted(terms: GrantTerms, pointer: RecordPointer) -> tuple[int, int, bytes]:
    if terms.scope is Scope.RECORD:
        return 0, 0, pointer.record
    return pointer.epoch, pointer.kind, b""
