"""A model of the consortium: members, proposals and votes, in the plainest words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.alliance import (
    ACTIVE_MEMBER,
    ADMIT,
    EXPEL,
    EXPELLED_MEMBER,
    INVITED_MEMBER,
    RESTORE,
    SUSPEND,
    SUSPENDED_MEMBER,
)
from tests.stateful.outcome import refuse_if

UNKNOWN = 0
NEXT = {SUSPEND: SUSPENDED_MEMBER, RESTORE: ACTIVE_MEMBER, EXPEL: EXPELLED_MEMBER}
FROM = {
    SUSPEND: {ACTIVE_MEMBER},
    RESTORE: {SUSPENDED_MEMBER},
    EXPEL: {INVITED_MEMBER, ACTIVE_MEMBER, SUSPENDED_MEMBER},
}


@dataclass
class Motion:
    """One proposal; `for_` and `against` are the accounts that voted."""

    action: int
    account: Any
    closes: int
    for_: list[Any] = field(default_factory=list)
    against: list[Any] = field(default_factory=list)
    enacted: bool = False
    lapsed: bool = False


class Membership:
    """Who stands where, and what is being voted on."""

    def __init__(self, founders: list[Any], agreement: bytes, motions: int) -> None:
        self.standing: dict[Any, int] = dict.fromkeys(founders, ACTIVE_MEMBER)
        self.agreement, self.motions, self.before = agreement, {}, motions

    def active(self) -> list[Any]:
        """Who may vote."""
        return [a for a, standing in self.standing.items() if standing == ACTIVE_MEMBER]

    def propose(self, sender: Any, action: int, account: Any, closes: int) -> None:
        """Open a motion."""
        self._check_change(action, account)
        self._check_member(sender)
        self.motions[self.before + len(self.motions) + 1] = Motion(action, account, closes)

    def vote(self, sender: Any, id: int, approve: bool, now: int) -> None:
        """Vote for or against."""
        self._check_member(sender)
        motion = self._open(id, now)
        refuse_if(sender in motion.for_ + motion.against, "ConsortiumVoteRepeated", id, sender)
        (motion.for_ if approve else motion.against).append(sender)

    def enact(self, id: int, now: int) -> None:
        """Carry a motion out."""
        motion = self._open(id, now)
        votes, electorate = len(motion.for_), len(self.active())
        missing = ("ConsortiumMajorityMissing", id, votes, electorate)
        refuse_if(votes * 2 <= electorate, *missing)
        # T16, whatever the mechanism: nobody who left is counted, nobody is counted twice.
        assert set(motion.for_) <= set(self.active())
        assert len(set(motion.for_)) == votes
        self._check_change(motion.action, motion.account)
        self._change(motion)
        motion.enacted = True

    def sign(self, sender: Any, agreement: bytes) -> None:
        """Sign the agreement."""
        standing = self.standing.get(sender, UNKNOWN)
        refuse_if(standing != INVITED_MEMBER, "ConsortiumStandingInvalid", sender, standing)
        wrong = ("ConsortiumAgreementInvalid", agreement, self.agreement)
        refuse_if(agreement != self.agreement, *wrong)
        self.standing[sender] = ACTIVE_MEMBER

    def _change(self, motion: Motion) -> None:
        leaves = self.standing.get(motion.account) == ACTIVE_MEMBER
        last = leaves and len(self.active()) <= 2
        refuse_if(last, "ConsortiumTooFewMembers")
        if motion.action in (SUSPEND, EXPEL):
            for other in self.motions.values():
                other.lapsed = True
        admitted = motion.action == ADMIT
        self.standing[motion.account] = INVITED_MEMBER if admitted else NEXT[motion.action]

    def _check_member(self, sender: Any) -> None:
        refuse_if(sender not in self.active(), "ConsortiumNotMember", sender)

    def _check_change(self, action: int, account: Any) -> None:
        standing = self.standing.get(account, UNKNOWN)
        allowed = FROM.get(action, {UNKNOWN, EXPELLED_MEMBER})
        refuse_if(standing not in allowed, "ConsortiumStandingInvalid", account, standing)

    def _open(self, id: int, now: int) -> Motion:
        motion = self.motions.get(id)
        refuse_if(motion is None or motion.enacted, "ConsortiumProposalNotOpen", id)
        refuse_if(now > motion.closes or motion.lapsed, "ConsortiumProposalLapsed", id)
        return motion
