"""What holds at a time in the contracts beside the relationships (P50).

Each answers as the contract's view of that name does.
"""

from __future__ import annotations

from chartkey.audit.fold.breakglass import Opening
from chartkey.audit.fold.delegations import Delegation
from chartkey.audit.fold.guardianship import Mandate
from chartkey.audit.fold.recovery import Attempt
from chartkey.audit.state import State
from chartkey.audit.status import is_grant_live, is_institution_active
from chartkey.models import (
    AttemptStatus,
    Certification,
    DelegationStatus,
    MandateStatus,
    OpeningStatus,
)

__all__ = ["holds", "is_delegation_live", "is_emergency_open", "is_recovery_open"]

_RECOVERY_SECONDS = 30 * 86_400


def is_delegation_live(state: State, delegation: Delegation, time: int) -> bool:
    """Whether a delegation holds, and with it its grant and its delegator's standing."""
    return (
        delegation.status == DelegationStatus.DELEGATED
        and time < delegation.expires_at
        and is_institution_active(state.consortium, delegation.delegator, time)
        and is_grant_live(state.relationships[delegation.relationship], delegation.grant, time)
    )


def is_emergency_open(opening: Opening, time: int) -> bool:
    """Whether an emergency opening is live (P30)."""
    return opening.status == OpeningStatus.OPENED and time < opening.ends_at


def is_recovery_open(attempt: Attempt, time: int) -> bool:
    """Whether custodians hand out the recovery box (P31)."""
    ready = attempt.ready_at
    under_way = attempt.status == AttemptStatus.STARTED
    return under_way and ready != 0 and ready <= time < ready + _RECOVERY_SECONDS


def holds(state: State, guardian: str, mandate: Mandate, time: int) -> bool:
    """Whether a guardian's mandate holds (R07); who was replaced acts no more."""
    person = state.registrar.persons.get(guardian)
    return (
        mandate.status == MandateStatus.CONFIRMED
        and mandate.starts_at <= time < mandate.ends_at
        and person is not None
        and person.certification == Certification.CERTIFIED
    )
