"""A model of guardians who act for their wards (T25)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.alliance import DAY, PATIENT
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society

NONE, PROPOSED, CONFIRMED, REVOKED = range(4)
DECEASED = 3


@dataclass
class Mandate:
    """What an institution proposed of a pair."""

    terms: tuple[int, int, bytes]
    proposer: Any
    status: int = PROPOSED
    starts_at: int = 0

    @property
    def ends_at(self) -> int:
        """When it is over."""
        return self.terms[1]


class Guardianship:
    """The mandates, by ward and guardian; terms are basis, end and evidence."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.mandates: dict[tuple[Any, Any], Mandate] = {}

    def appoint(self, sender: Any, pair: tuple[Any, Any], terms: tuple[int, int, bytes]) -> None:
        """Propose a guardian."""
        society, (ward, guardian) = self.society, pair
        society.house(sender)
        valid = society.is_certified(ward, PATIENT) and society.is_certified(guardian)
        refuse_if(not valid or ward == guardian, "GuardianshipPersonsInvalid", *pair)
        empty = terms[0] == NONE or terms[1] <= society.now
        refuse_if(empty, "GuardianshipTermsInvalid", *terms[:2])
        old = self.mandates.get(pair)
        stands = old and old.status != REVOKED and society.now < old.ends_at
        refuse_if(bool(stands), "GuardianshipStatusInvalid", old and old.status)
        self.mandates[pair] = Mandate(terms, sender)

    def confirm(self, sender: Any, pair: tuple[Any, Any], terms: tuple[int, int, bytes]) -> None:
        """Confirm as a second institution."""
        self.society.house(sender)
        mandate = self.mandates.get(pair)
        status = mandate.status if mandate else NONE
        refuse_if(status != PROPOSED, "GuardianshipStatusInvalid", status)
        refuse_if(sender == mandate.proposer, "GuardianshipSameInstitution", sender)
        starts_at = self.society.now + 3 * DAY
        differs = terms != mandate.terms or starts_at >= terms[1]
        refuse_if(differs, "GuardianshipTermsInvalid", *terms[:2])
        mandate.status, mandate.starts_at = CONFIRMED, starts_at

    def revoke(self, sender: Any, pair: tuple[Any, Any]) -> None:
        """Revoke as ward, guardian or proposer."""
        mandate = self.mandates.get(pair)
        proposer = mandate.proposer if mandate else None
        refuse_if(sender not in (*pair, proposer), "CallerNotAllowed", sender)
        refuse_if(mandate is None, "GuardianshipStatusInvalid", NONE)
        mandate.status = REVOKED

    def holds(self, pair: tuple[Any, Any]) -> bool:
        """Whether a guardian is one now."""
        mandate, now = self.mandates.get(pair), self.society.now
        stands = mandate is not None and mandate.status == CONFIRMED
        within = stands and mandate.starts_at <= now < mandate.ends_at
        return within and self.society.is_certified(pair[1])

    def may_act(self, pair: tuple[Any, Any], forbidden: bool) -> bool:
        """Whether a guardian may act; never for the dead, nor on guardians or recovery."""
        return not forbidden and self.holds(pair) and self.mandates[pair].terms[0] != DECEASED
