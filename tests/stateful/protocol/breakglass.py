"""A model of emergencies: plans, requests, approvals, reviews (T26)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.alliance import DAY, HOUR
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society

NONE, REQUESTED, OPENED, REVIEWED = range(4)


@dataclass
class Use:
    """What a clinician asked for."""

    patient: Any
    requester: Any
    affiliation: bytes
    house: Any
    version: int
    duration: int
    requested_at: int
    status: int = REQUESTED
    approvers: list[Any] = field(default_factory=list)
    ends_at: int = 0
    overdue: bool = False


class BreakGlass:
    """Plans by patient, with the number of the newest; uses by id."""

    def __init__(self, society: Society, regulators: list[Any]) -> None:
        self.society, self.regulators = society, regulators
        self.plans: dict[Any, tuple[int, Any]] = {}
        self.uses: dict[bytes, Use] = {}

    def arrange(self, sender: Any, plan: Any) -> None:
        """Name holders and a threshold."""
        self.society.patient(sender)
        active = all(self.society.is_active(house) for house in plan.holders)
        wrong = not active or not 2 <= plan.threshold <= len(plan.holders)
        terms = (len(plan.holders), plan.threshold)
        refuse_if(wrong, "BreakGlassArrangementInvalid", *terms)
        self.plans[sender] = (self.plans.get(sender, (0, None))[0] + 1, plan)

    def request(
        self, sender: Any, id: bytes, patient: Any, ward: bytes, duration: int, reason: bytes
    ) -> None:
        """Ask for a patient's records."""
        house = self.society.clinician(sender, ward)
        self._check_free(house)
        wrong = not 0 < duration <= DAY or not reason
        refuse_if(wrong, "BreakGlassRequestInvalid", duration, len(reason))
        version, _ = self.plans.get(patient, (0, None))
        refuse_if(version == 0, "BreakGlassNotArranged", patient)
        self._at(id, NONE)
        now = self.society.now
        self.uses[id] = Use(patient, sender, ward, house, version, duration, now)

    def approve(self, sender: Any, id: bytes, shown: Any, share: bytes) -> None:
        """Approve as a holder, with a share; with too few holders left, as any member."""
        self.society.house(sender)
        use = self._at(id, REQUESTED)
        refuse_if(self.society.now > use.requested_at + HOUR, "BreakGlassLapsed", id)
        self._check_free(use.house)
        self.society.clinician(use.requester, use.affiliation)
        version, plan = self.plans[use.patient]
        stale = use.version != version or shown.digest != plan.digest
        refuse_if(stale, "BreakGlassNotArranged", use.patient)
        left = [h for h in plan.holders if h != use.house and self.society.is_active(h)]
        is_holder = sender in plan.holders
        fits = bool(share) if is_holder else not share and len(left) < plan.threshold
        counts = fits and sender != use.house and sender not in use.approvers
        refuse_if(not counts, "BreakGlassApproverInvalid", sender)
        use.approvers.append(sender)
        if len(use.approvers) == plan.threshold:
            use.status, use.ends_at = OPENED, self.society.now + use.duration

    def end(self, sender: Any, id: bytes) -> None:
        """End what is open."""
        refuse_if(not self.is_open(id), "BreakGlassStatusInvalid", id, self.status(id))
        use = self.uses[id]
        known = sender in (use.patient, use.requester, use.house)
        refuse_if(not known, "CallerNotAllowed", sender)
        use.ends_at = self.society.now

    def find_overdue(self, id: bytes) -> None:
        """Note that a review is late."""
        use = self.uses.get(id)
        wrong = use is None or use.status != OPENED or use.overdue
        refuse_if(wrong, "BreakGlassStatusInvalid", id, self.status(id))
        due_at = use.ends_at + 7 * DAY
        refuse_if(self.society.now <= due_at, "BreakGlassNotOverdue", due_at)
        use.overdue = True

    def review(self, sender: Any, id: bytes, verdict: int) -> None:
        """Review as another member, or as a regulator."""
        use, society = self.uses.get(id), self.society
        own = use is not None and sender == use.house
        able = society.members.get(sender, False) or sender in self.regulators
        refuse_if(own or not able, "BreakGlassReviewerInvalid", sender)
        early = self.status(id) != OPENED or society.now < use.ends_at
        refuse_if(early, "BreakGlassStatusInvalid", id, self.status(id))
        refuse_if(verdict == 0, "BreakGlassVerdictMissing")
        use.status = REVIEWED

    def status(self, id: bytes) -> int:
        """Return where a use stands."""
        return self.uses[id].status if id in self.uses else NONE

    def is_open(self, id: bytes) -> bool:
        """Whether slips flow."""
        return id in self.uses and self.society.now < self.uses[id].ends_at

    def account(self, house: Any) -> tuple[int, int]:
        """Return how many uses of an institution wait for a review, and how many too long."""
        waiting = [u for u in self.uses.values() if u.house == house and u.status == OPENED]
        return len(waiting), sum(use.overdue for use in waiting)

    def _check_free(self, house: Any) -> None:
        waiting, overdue = self.account(house)
        refuse_if(overdue > 0 or waiting >= 4, "BreakGlassBarred", house)

    def _at(self, id: bytes, status: int) -> Use | None:
        refuse_if(self.status(id) != status, "BreakGlassStatusInvalid", id, self.status(id))
        return self.uses.get(id)
