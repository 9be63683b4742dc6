"""Who reads besides the owner, the author institution and the viewers of grants (R40).

Guardians read as the owner does, delegates inside a grant, clinicians in an emergency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartkey.audit.fold.breakglass import OPENINGS, Opening
from chartkey.audit.fold.delegations import DELEGATIONS, Delegation
from chartkey.audit.fold.guardianship import MANDATES, Mandate
from chartkey.audit.live import holds, is_delegation_live, is_emergency_open
from chartkey.audit.names import Names
from chartkey.audit.state import Relationship, State
from chartkey.audit.status import is_viewer_active
from chartkey.audit.wording import moment, scope_label
from chartkey.models import Basis, GrantTerms, Kind, Scope

__all__ = ["Reader", "covers", "further_readers"]

_Found = Iterator[tuple["Reader", str | None]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One account and what decides whether it may read.

    ``name`` is an institution's, or what else is known of the account; ``basis`` is ``owner``,
    ``author institution``, ``grant``, ``guardian``, ``delegation`` or ``emergency``; ``reason`` is
    a sentence; ``grant`` the id of grant (16 bytes), delegation or opening (32), if any.
    """

    account: str
    name: str
    basis: str
    reason: str
    grant: bytes | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the reader as JSON values."""
        grant = "0x" + self.grant.hex() if self.grant else None
        return {
            "account": self.account,
            "name": self.name,
            "basis": self.basis,
            "reason": self.reason,
            "grant": grant,
        }


def further_readers(
    state: State, names: Names, relationship: str, record: bytes, time: int
) -> _Found:
    """Yield who else may read a record at a Unix time, or why not: (reader, problem or None)."""
    for further in (_guardians, _delegates, _emergencies):
        yield from further(state, names, relationship, record, time)


def covers(relationship: Relationship, terms: GrantTerms, record: bytes) -> bool:
    """Whether a grant's terms cover a record of the relationship."""
    kind = relationship.records[record].kind
    if terms.scope == Scope.RECORD:
        return terms.record_id == record
    if terms.scope == Scope.KIND:
        return terms.kind == kind
    # Kind 0 is the patient's choice to leave it out of wide grants (P23).
    return kind != Kind.UNSPECIFIED


def _guardians(state: State, names: Names, place: str, record: bytes, time: int) -> _Found:
    """Yield who reads as the owner: guardians, and after a death the next of kin (R07)."""
    owner = state.relationships[place].parties.owner
    for (ward, guardian), entry in state.tables[MANDATES].items():
        if ward == owner:
            mandate = Mandate(*entry)
            basis = Basis(mandate.basis).name.lower()
            problem = (
                None
                if holds(state, guardian, mandate, time)
                else "The guardian's mandate does not hold."
            )
            reason = problem or (
                f"Two institutions saw the papers ({basis}); it ends at {moment(mandate.ends_at)}."
            )
            yield Reader(guardian, names.of(guardian), "guardian", reason), problem


def _delegates(state: State, names: Names, place: str, record: bytes, time: int) -> _Found:
    """Yield to whom the viewers of grants delegated (R28)."""
    for (id,), entry in state.tables[DELEGATIONS].items():
        delegation = Delegation(*entry)
        if delegation.relationship == place:
            content = state.delegated[id]
            problem = _delegation_problem(state, place, id, delegation, record, time)
            reason = problem or (
                f"{names.of(delegation.delegator)} delegated inside its grant until "
                f"{moment(delegation.expires_at)}, and the delegate is active."
            )
            delegate = content.viewer
            yield Reader(delegate, names.of(delegate), "delegation", reason, id), problem


def _delegation_problem(
    state: State, place: str, id: bytes, delegation: Delegation, record: bytes, time: int
) -> str | None:
    relationship, content = state.relationships[place], state.delegated[id]
    if not covers(relationship, content, record):
        return f"The delegation covers {scope_label(content)}, not this record."
    if not is_delegation_live(state, delegation, time):
        return "The delegation or its grant was revoked, has expired, or its house is not active."
    if not is_viewer_active(state, content.viewer, content.affiliation, time):
        return "The delegate, or an institution or department above, is not active."
    return None


def _emergencies(state: State, names: Names, place: str, record: bytes, time: int) -> _Found:
    """Yield who opened the owner's records in an emergency (R24)."""
    owner = state.relationships[place].parties.owner
    for (id,), entry in state.tables[OPENINGS].items():
        opening = Opening(*entry)
        if opening.patient == owner and opening.ends_at:
            over = f"The emergency opening ended at {moment(opening.ends_at)}."
            problem = None if is_emergency_open(opening, time) else over
            reason = problem or (
                f"{opening.approvals} institutions opened it in an emergency until "
                f"{moment(opening.ends_at)}."
            )
            who = opening.requester
            yield Reader(who, names.of(who), "emergency", reason, id), problem
