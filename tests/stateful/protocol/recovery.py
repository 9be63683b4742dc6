"""A model of recovering accounts by guardians (T25)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.alliance import DAY
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society

NONE, STARTED, VETOED, COMPLETED = range(4)
LIFETIME = 30 * DAY


@dataclass
class Attempt:
    """One attempt; `circle` is the one that counted when it was started."""

    circle: Any
    replacement: Any
    number: int
    started_at: int
    status: int = STARTED
    approved: set[int] = field(default_factory=set)
    ready_at: int = 0
    attested: bool = False
    enough_at: int = 0


class Recovery:
    """Circles and attempts by account."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.current: dict[Any, Any] = {}
        self.coming: dict[Any, tuple[Any, int]] = {}
        self.attempts: dict[Any, Attempt] = {}

    def circle_of(self, account: Any) -> Any:
        """Return the circle in force, or None."""
        circle, since = self.coming.get(account, (None, 0))
        return circle if self.society.now >= since else self.current.get(account)

    def name(self, sender: Any, circle: Any) -> None:
        """Name guardians; those in force stay so for their delay."""
        refuse_if(not self.society.is_certified(sender), "CallerNotPatient", sender)
        terms = (circle.threshold, circle.size, circle.delay)
        valid = 2 <= circle.threshold <= circle.size and circle.delay >= DAY
        refuse_if(not valid, "RecoveryCircleInvalid", *terms)
        before = self.circle_of(sender)
        self.current[sender] = before
        self.coming[sender] = (circle, self.society.now + (before.delay if before else 0))

    def start(self, sender: Any, account: Any, replacement: Any, shown: tuple[Any, int]) -> None:
        """Start as a guardian, who shows a place in a circle."""
        old = self.attempts.get(account)
        # One with enough approvals waits for the institution, vetoed or not.
        waits = old is not None and (old.status == STARTED or old.ready_at != 0)
        under_way = waits and self._is_alive(old)
        refuse_if(under_way, "RecoveryAttemptInvalid", account)
        number, circle = (old.number if old else 0) + 1, self.circle_of(account)
        attempt = Attempt(circle, replacement, number, self.society.now)
        self._approve(attempt, sender, shown)
        self.attempts[account] = attempt

    def approve(self, sender: Any, account: Any, replacement: Any, shown: tuple[Any, int]) -> None:
        """Approve as a guardian."""
        attempt = self._alive(account)
        refuse_if(attempt.replacement != replacement, "RecoveryAttemptInvalid", account)
        self._approve(attempt, sender, shown)

    def veto(self, sender: Any, number: int) -> None:
        """Stop an attempt on one's own account, unless an institution overruled it."""
        attempt = self.attempts.get(sender)
        right = attempt is not None and attempt.number == number
        if right and attempt.status == VETOED:
            return
        late = not right or attempt.status != STARTED or attempt.attested
        refuse_if(late, "RecoveryAttemptInvalid", sender)
        attempt.status = VETOED

    def dismiss(self, sender: Any, account: Any) -> None:
        """Clear away an attempt without enough approvals."""
        self._certifier(sender, account)
        attempt = self._alive(account)
        wrong = attempt.status != STARTED or attempt.ready_at != 0
        refuse_if(wrong, "RecoveryAttemptInvalid", account)
        attempt.status = VETOED

    def attest(self, sender: Any, account: Any) -> None:
        """Overrule a veto; the delay begins anew."""
        self._certifier(sender, account)
        attempt = self._alive(account)
        wrong = attempt.ready_at == 0 or attempt.attested
        refuse_if(wrong, "RecoveryAttemptInvalid", account)
        attempt.status, attempt.attested = STARTED, True
        attempt.ready_at = self.society.now + attempt.circle.delay

    def complete(self, account: Any) -> None:
        """Put the new account in the old one's place."""
        attempt = self.attempts.get(account)
        ready = self.is_open(account) and attempt.replacement is not None
        refuse_if(not ready, "RecoveryAttemptInvalid", account)
        self.society.replace(account, attempt.replacement)
        # T25, whatever the mechanism: enough guardians, and the delay since they were enough.
        assert len(attempt.approved) >= attempt.circle.threshold
        assert self.society.now >= attempt.enough_at + attempt.circle.delay
        attempt.status = COMPLETED

    def is_open(self, account: Any) -> bool:
        """Whether custodians hand out the box now."""
        attempt, now = self.attempts.get(account), self.society.now
        started = attempt is not None and attempt.status == STARTED and attempt.ready_at != 0
        return started and attempt.ready_at <= now < attempt.ready_at + LIFETIME

    def _approve(self, attempt: Attempt, sender: Any, shown: tuple[Any, int]) -> None:
        circle, place = shown
        counts = attempt.circle is not None and attempt.circle.root == circle.root
        is_guardian = counts and circle.guardians.get(place) == sender
        again = place in attempt.approved
        refuse_if(not is_guardian or again, "RecoveryNotGuardian", sender)
        attempt.approved.add(place)
        if len(attempt.approved) == attempt.circle.threshold:
            attempt.enough_at = self.society.now
            attempt.ready_at = self.society.now + attempt.circle.delay

    def _certifier(self, sender: Any, account: Any) -> None:
        self.society.house(sender)
        person = self.society.persons.get(account)
        stranger = person is None or person.certifier != sender
        refuse_if(stranger, "CallerNotAllowed", sender)

    def _alive(self, account: Any) -> Attempt:
        attempt = self.attempts.get(account)
        lost = attempt is None or not self._is_alive(attempt)
        refuse_if(lost, "RecoveryAttemptInvalid", account)
        return attempt

    def _is_alive(self, attempt: Attempt) -> bool:
        since = attempt.ready_at or attempt.started_at
        return attempt.status in (STARTED, VETOED) and self.society.now < since + LIFETIME
