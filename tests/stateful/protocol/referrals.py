"""A model of referrals from one institution to another (P70)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.alliance import DAY, HOUR
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.appointments import Appointments
from tests.stateful.protocol.society import Relation, Society

NONE, PREPARED, BOOKED, ADMITTED, ANSWERED, RETURNING = range(6)
RETURNED, REFUSED, CANCELLED, MISSED, EXPIRED, OVERDUE = range(6, 12)
OPEN = (PREPARED, BOOKED, ADMITTED)
PACKAGE = 24


@dataclass
class Referral:
    """One referral."""

    relation: Relation
    to: Any
    due_at: int
    since: int
    stage: int = PREPARED
    triage: int = 0
    slot: bytes | None = None


class Referrals:
    """Referrals by id; `most` may be open for a pair, `required` kinds are attached."""

    def __init__(
        self, society: Society, appointments: Appointments, most: int, required: set[int]
    ) -> None:
        self.society, self.appointments = society, appointments
        self.most, self.required = most, required
        self.referrals: dict[bytes, Referral] = {}

    def prepare(self, sender: Any, relation: Relation, asked: Any) -> None:
        """Prepare as a clinician of the relationship's institution."""
        society = self.society
        society.accepted(relation)
        foreign = society.clinician(sender, asked.affiliation) != relation.house
        refuse_if(foreign, "CallerNotClinician", sender, asked.affiliation)
        in_time = HOUR <= asked.due_at - society.now <= 90 * DAY
        refuse_if(not in_time, "ReferralTimeInvalid", asked.due_at)
        pair = (relation.house, asked.to)
        barred = relation.house == asked.to or not society.is_active(asked.to)
        refuse_if(barred, "ReferralNotAllowed", *pair)
        refuse_if(self.open(*pair) >= self.most, "ReferralLimitReached", *pair)
        no_package = relation.records.get(asked.package) != PACKAGE
        refuse_if(no_package, "ReferralPackageInvalid", asked.package)
        for record in asked.attachments:
            unknown = record not in relation.records
            refuse_if(unknown, "ReferralAttachmentsInvalid", record, 0)
        missing = self.required - {relation.records[record] for record in asked.attachments}
        bits = sum(1 << kind for kind in missing)
        refuse_if(bool(missing), "ReferralAttachmentsInvalid", bytes(32), bits)
        self._at(asked.id, NONE)
        self.referrals[asked.id] = Referral(relation, asked.to, asked.due_at, society.now)

    def triage(self, sender: Any, id: bytes, affiliation: bytes, level: int) -> None:
        """Say how urgent it is."""
        referral = self._at(id, PREPARED, BOOKED)
        foreign = self.society.clinician(sender, affiliation) != referral.to
        refuse_if(foreign, "CallerNotClinician", sender, affiliation)
        refuse_if(not 1 <= level <= 4, "ReferralLevelInvalid", level)
        referral.triage = level

    def book(self, sender: Any, id: bytes, slot: bytes, grant: Any) -> None:
        """Book as the owner, with a grant to whoever receives."""
        referral, now = self._at(id, PREPARED), self.society.now
        relation = referral.relation
        self.society.accepted(relation)
        refuse_if(sender != relation.owner, "CallerNotAllowed", sender)
        refuse_if(now > referral.due_at, "ReferralTimeInvalid", referral.due_at)
        reads = self.society.reads_for(referral.to, grant) and relation.was_granted(grant, now)
        refuse_if(not reads, "ReferralGrantInvalid", grant.id)
        referral.due_at = self.appointments.take(slot, referral.to, id)
        referral.slot = slot
        self._move(referral, BOOKED)

    def admit(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Admit whoever booked or is urgent."""
        referral = self._at(id, PREPARED, BOOKED)
        self.society.of(referral.to, sender, affiliation)
        unbooked = referral.stage == PREPARED and referral.triage not in (1, 2)
        refuse_if(unbooked, "ReferralStageInvalid", id, PREPARED)
        referral.due_at = self.society.now + 30 * DAY
        self._move(referral, ADMITTED)

    def answer(self, sender: Any, id: bytes, affiliation: bytes, down: bool) -> None:
        """Give feedback, and maybe send back down."""
        referral = self._at(id, ADMITTED, OVERDUE)
        self.society.of(referral.to, sender, affiliation)
        self._move(referral, RETURNING if down else ANSWERED)

    def accept_return(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Take back."""
        referral = self._at(id, RETURNING)
        self.society.of(referral.relation.house, sender, affiliation)
        self._move(referral, RETURNED)

    def refuse(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Refuse as whoever receives; a stop does not keep a member from it."""
        referral = self._at(id, PREPARED, BOOKED)
        if sender != referral.to or not self.society.members[sender]:
            self.society.of(referral.to, sender, affiliation)
        self._close(id, REFUSED)

    def cancel(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Cancel as the owner or whoever refers."""
        referral = self._at(id, PREPARED, BOOKED)
        if sender != referral.relation.owner:
            self.society.of(referral.relation.house, sender, affiliation)
        self._close(id, CANCELLED)

    def miss(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Note that nobody came."""
        referral = self._at(id, BOOKED)
        self.society.of(referral.to, sender, affiliation)
        early = self.society.now < referral.due_at + HOUR
        refuse_if(early, "ReferralTimeInvalid", referral.due_at)
        self._close(id, MISSED)

    def expire(self, id: bytes) -> None:
        """Let what is overdue be over."""
        referral = self._at(id, *OPEN)
        until = referral.due_at + (7 * DAY if referral.stage == BOOKED else 0)
        refuse_if(self.society.now <= until, "ReferralTimeInvalid", until)
        self._close(id, OVERDUE if referral.stage == ADMITTED else EXPIRED)

    def open(self, house: Any, to: Any) -> int:
        """Return how many are open from one institution to another."""
        return sum(r.stage in OPEN for r in self._of(house, to))

    def traffic(self, house: Any, to: Any) -> tuple[int, int]:
        """Return how many are open, and how many there ever were."""
        return self.open(house, to), len(self._of(house, to))

    def _of(self, house: Any, to: Any) -> list[Referral]:
        pairs = self.referrals.values()
        return [r for r in pairs if (r.relation.house, r.to) == (house, to)]

    def _at(self, id: bytes, *stages: int) -> Referral | None:
        referral = self.referrals.get(id)
        stage = referral.stage if referral else NONE
        refuse_if(stage not in stages, "ReferralStageInvalid", id, stage)
        return referral

    def _move(self, referral: Referral, stage: int) -> None:
        referral.stage, referral.since = stage, self.society.now

    def _close(self, id: bytes, stage: int) -> None:
        referral = self.referrals[id]
        if referral.stage == BOOKED:
            self.appointments.give_back(referral.slot, id)
        self._move(referral, stage)
