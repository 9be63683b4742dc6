"""Handing slips to custodians: to mirror and author institution, who release them (P01, P02)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from chartkey.actors.clock import now
from chartkey.chain.history import RelationshipHistory
from chartkey.custody.custodian import MOST_SLIPS, SlipDelivery
from chartkey.custody.release import covers
from chartkey.custody.statements import inquire
from chartkey.custody.supply import make_scope_slips
from chartkey.errors import ChartkeyError

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.crypto.keytree import RelationshipRoot
    from chartkey.custody.database import RecordSlip, ScopeSlip
    from chartkey.custody.directory import Directory
    from chartkey.models import Granted, RecordPointer

__all__ = ["Courier", "granted_slips", "unerased"]


class Courier:
    """Carries slips of one relationship to its custodians, signed by its owner or institution.

    Args:
        network: The connection.
        directory: Where custodians are.
        keys: Of the owner or the author institution.
        relationship: The relationship that all slips are of.
    """

    def __init__(
        self, network: Network, directory: Directory, keys: Keys, relationship: str
    ) -> None:
        self._network, self._directory, self._keys = network, directory, keys
        self._relationship = relationship

    def hand_over(self, slip: RecordSlip) -> None:
        """Give a record's slip to both custodians, before the record is anchored.

        The mirror gets it first: whoever has not seen the root in it cannot have put another
        slip in its place.

        Raises:
            CustodianUnavailable: one of them is away; do it again before anchoring.
            AccessDenied: the keys are neither the owner's nor the institution's.
        """
        delivery = SlipDelivery(self._relationship, (slip,))
        for keeper in self._keepers():
            self.give(keeper, delivery)

    def offer(self, scopes: Sequence[ScopeSlip]) -> None:
        """Give scope slips to whichever custodian answers; the institution makes what lacks.

        Raises:
            NodeUnavailable: the node is away.
        """
        for keeper in self._keepers():
            try:
                for part in _parts(scopes):
                    self.give(keeper, SlipDelivery(self._relationship, scopes=part))
            except ChartkeyError:
                continue

    def give(self, keeper: str, delivery: SlipDelivery) -> None:
        """Give slips to one custodian.

        Raises:
            CustodianUnavailable: it is away.
            AccessDenied: it takes none from these keys.
        """
        signed = inquire(
            self._network,
            self._keys,
            self._relationship,
            keeper,
            "keep-slips",
            delivery.digest(),
        )
        self._directory.custodian(keeper).keep_slips(delivery, signed)

    def _keepers(self) -> Iterator[str]:
        parties = self._network.relationship(self._relationship).parties()
        if parties.mirror is not None:
            yield parties.mirror
        yield parties.institution


def granted_slips(
    network: Network,
    root: RelationshipRoot,
    grants: Iterable[Granted],
    pointers: Sequence[RecordPointer],
) -> list[ScopeSlip]:
    """Return the slips that lead from the grants not yet over to those records that each covers.

    To records that were erased none is made again (P06).

    Raises:
        NodeUnavailable: the node is away.
    """
    moment, pointers = now(network), unerased(network, pointers)
    live = [g.terms for g in grants if not g.revoked and g.terms.expires_at > moment]
    return [
        slip
        for terms in live
        for slip in make_scope_slips(
            root, network.chain_id, terms, [p for p in pointers if covers(terms, p)]
        )
    ]


def unerased(network: Network, pointers: Sequence[RecordPointer]) -> list[RecordPointer]:
    """Return those records, all of one relationship, whose keys were not erased.

    Raises:
        NodeUnavailable: the node is away.
    """
    if not pointers:
        return []
    erased = RelationshipHistory(network, pointers[0].relationship).erased()
    return [pointer for pointer in pointers if pointer.record not in erased]


def _parts(scopes: Sequence[ScopeSlip]) -> Iterator[tuple[ScopeSlip, ...]]:
    for start in range(0, len(scopes), MOST_SLIPS):
        yield tuple(scopes[start : start + MOST_SLIPS])
