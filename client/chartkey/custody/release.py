"""When a custodian may release slips (P11): the rule, applied to one receipt.

The grant must exist at the confirmed block and must not be revoked at the head, in the node's
pool, or by a signed revocation handed in directly. Every refusal looks alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartkey.chain.history import RelationshipHistory, stored_state
from chartkey.chain.pool import pending_calls
from chartkey.chain.relationship import grant_digest
from chartkey.custody.database import Database, LogEntry
from chartkey.custody.statements import ReadingReceipt, Signed
from chartkey.errors import AccessDenied, InputError, NotFound, SignatureInvalid
from chartkey.models import (
    ZERO32,
    Certification,
    GrantTerms,
    Kind,
    Parties,
    RecordPointer,
    Scope,
)

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["MOST_RECORDS", "NO_GRANT", "Permission", "ReleaseRule", "covers"]

RECEIPT_LIFETIME = 300
"""Seconds for which a receipt may be handed in: a stolen old one releases nothing."""

MOST_RECORDS = 1000
"""Records that one receipt may name: a bound on the work of one release."""

NO_GRANT = bytes(16)
"""The grant in a receipt of staff of the author institution, who need none."""

_HOUR = 3600
_MOST_DENIALS = 16
"""Denials of one reader in one relationship that are logged in an hour: nobody fills the log."""


def covers(terms: GrantTerms, pointer: RecordPointer) -> bool:
    """Return whether a grant's scope covers a record; kind 0 only by name (P23)."""
    if terms.scope is Scope.RECORD:
        return pointer.record == terms.record_id
    if pointer.kind == Kind.UNSPECIFIED:
        return False
    return terms.scope is Scope.EVERYTHING or pointer.kind == terms.kind


@dataclass(frozen=True, slots=True)
class Permission:
    """What the rule found: the parties, the records asked for, and the grant.

    ``terms`` is None for staff of the author institution, who need no grant (R20).
    """

    parties: Parties
    history: RelationshipHistory
    pointers: tuple[RecordPointer, ...]
    terms: GrantTerms | None


class ReleaseRule:
    """P11 for one custodian.

    Args:
        network: The custodian's own node.
        database: Where direct revocations are kept.
        institution: The custodian's institution.
    """

    def __init__(self, network: Network, database: Database, institution: str) -> None:
        self._network = network
        self._database = database
        self._institution = institution

    def check(self, signed: Signed[ReadingReceipt]) -> Permission:
        """Return what may be released for a receipt; log a denial for the patient (R26).

        Raises:
            AccessDenied: for every reason alike.
            HeadStale: this custodian's node is behind; fail closed.
            NodeUnavailable: the node is away; fail closed.
        """
        self._network.fresh_head()
        receipt, parties = self._admit(signed)
        try:
            return self._permit(receipt, parties)
        except (AccessDenied, NotFound, InputError):
            self._log_denial(receipt)
            raise AccessDenied from None

    def _admit(self, signed: Signed[ReadingReceipt]) -> tuple[ReadingReceipt, Parties]:
        """See that somebody signed this, now, for this custodian and a relationship it keeps."""
        self._require(0 < len(signed.statement.records) <= MOST_RECORDS)
        try:
            receipt = signed.check(self._network.chain_id)
        except SignatureInvalid:
            raise AccessDenied from None
        self._require(receipt.custodian == self._institution)
        self._require(abs(time.time() - receipt.signed_at) <= RECEIPT_LIFETIME)
        self._require(self._network.contract_at(receipt.relationship) == "Relationship")
        parties = self._network.relationship(receipt.relationship).parties()
        self._require(self._institution in (parties.institution, parties.mirror))
        return receipt, parties

    def _permit(self, receipt: ReadingReceipt, parties: Parties) -> Permission:
        self._require(len(set(receipt.records)) == len(receipt.records))
        self._require_active(receipt)
        history = RelationshipHistory(self._network, receipt.relationship)
        pointers = tuple(history.record(record) for record in receipt.records)
        for pointer in pointers:
            stored_state(self._network, pointer)
        if receipt.grant == NO_GRANT:
            self._require_staff(receipt, parties)
            return Permission(parties, history, pointers, None)
        terms = self._live_terms(receipt, parties, history)
        self._require(all(covers(terms, pointer) for pointer in pointers))
        return Permission(parties, history, pointers, terms)

    def _log_denial(self, receipt: ReadingReceipt) -> None:
        """Only people's: whoever makes accounts for nothing could fill a log with them."""
        person = self._network.registrar.person_of(receipt.reader)
        if person.certification is not Certification.CERTIFIED:
            return
        now = int(time.time())
        logged = self._database.denials(receipt.relationship, receipt.reader, now - _HOUR)
        self._database.log(
            [
                LogEntry(
                    now, receipt.relationship, receipt.reader, record, receipt.grant, "denied", None
                )
                for record in receipt.records[: max(0, _MOST_DENIALS - logged)]
            ]
        )

    def _require_active(self, receipt: ReadingReceipt) -> None:
        """Suspended people read nothing; a person without affiliation is another patient."""
        if receipt.affiliation == ZERO32:
            return
        registrar = self._network.registrar
        active, _ = registrar.is_clinician_active(receipt.reader, receipt.affiliation)
        self._require(active)

    def _require_staff(self, receipt: ReadingReceipt, parties: Parties) -> None:
        above = self._network.registrar.institution_of(receipt.affiliation)
        self._require(receipt.affiliation != ZERO32)
        self._require(above == parties.institution == self._institution)

    def _live_terms(
        self, receipt: ReadingReceipt, parties: Parties, history: RelationshipHistory
    ) -> GrantTerms:
        relationship = self._network.relationship(receipt.relationship)
        confirmed = self._network.confirmed_block()
        self._require(relationship.at(confirmed).is_grant_live(receipt.grant))
        self._require(relationship.is_grant_live(receipt.grant))
        self._require(not self._database.is_revoked(receipt.relationship, receipt.grant))
        self._require(not self._is_revocation_pending(parties.owner, receipt))
        terms = next((g.terms for g in history.grants() if g.terms.id == receipt.grant), None)
        if terms is None or terms.viewer != receipt.reader:
            raise AccessDenied
        self._require(terms.affiliation == receipt.affiliation)
        # The event is the node's word; the digest in storage is the contract's (T24).
        self._require(relationship.grant_of(terms.id).digest == grant_digest(terms))
        # P01: the mirror's own staff would hold wrap and slips in one house.
        if receipt.affiliation != ZERO32 and parties.mirror:
            above = self._network.registrar.institution_of(receipt.affiliation)
            self._require(above != parties.mirror)
        return terms

    def _is_revocation_pending(self, owner: str, receipt: ReadingReceipt) -> bool:
        """Where a node offers no pool, head and direct revocations decide (P11).

        Ending the relationship ends its grants.
        """
        ending = (("revokeAccess", (receipt.grant,)), ("end", ()))
        return any(
            (waiting.sender, waiting.call.to) == (owner, receipt.relationship)
            and (waiting.call.function, waiting.call.args) in ending
            for waiting in pending_calls(self._network) or ()
        )

    @staticmethod
    def _require(condition: bool) -> None:
        if not condition:
            raise AccessDenied
