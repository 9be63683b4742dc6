"""A model of consultations of several institutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.alliance import DAY, HOUR
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Relation, Society

NONE, CONVENED, CONCLUDED, CANCELLED, EXPIRED = range(5)
UNINVITED, INVITED, GIVEN, DECLINED = range(4)


@dataclass
class Consultation:
    """One consultation, with what each institution answered."""

    relation: Relation
    due_at: int
    answers: dict[Any, int]
    stage: int = CONVENED


class Consultations:
    """Consultations by id."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.held: dict[bytes, Consultation] = {}

    def convene(
        self,
        sender: Any,
        relation: Relation,
        affiliation: bytes,
        id: bytes,
        grants: dict[Any, Any],
        due_at: int,
    ) -> None:
        """Invite institutions, each with a grant."""
        society = self.society
        society.accepted(relation)
        foreign = society.clinician(sender, affiliation) != relation.house
        refuse_if(foreign, "CallerNotClinician", sender, affiliation)
        in_time = HOUR <= due_at - society.now <= 90 * DAY
        refuse_if(not in_time, "ConsultationTimeInvalid", due_at)
        for house, grant in grants.items():
            reads = society.reads_for(house, grant) and relation.was_granted(grant, society.now)
            refuse_if(not reads, "ConsultationGrantInvalid", grant.id)
        self._at(id, NONE)
        for house in grants:
            invitable = house != relation.house and society.is_active(house)
            refuse_if(not invitable, "ConsultationInstitutionInvalid", house)
        self.held[id] = Consultation(relation, due_at, dict.fromkeys(grants, INVITED))

    def answer(self, sender: Any, id: bytes, affiliation: bytes, given: bool) -> None:
        """Answer or decline in an institution's name."""
        consultation = self._at(id, CONVENED)
        house = self.society.clinician(sender, affiliation)
        answer = consultation.answers.get(house, UNINVITED)
        refuse_if(answer != INVITED, "ConsultationAnswerInvalid", house, answer)
        late = self.society.now > consultation.due_at
        refuse_if(late, "ConsultationTimeInvalid", consultation.due_at)
        consultation.answers[house] = GIVEN if given else DECLINED

    def conclude(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Conclude as the institution that asked."""
        consultation = self._at(id, CONVENED)
        self.society.of(consultation.relation.house, sender, affiliation)
        consultation.stage = CONCLUDED

    def cancel(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Cancel as the same or as the owner."""
        consultation = self._at(id, CONVENED)
        if sender != consultation.relation.owner:
            self.society.of(consultation.relation.house, sender, affiliation)
        consultation.stage = CANCELLED

    def expire(self, id: bytes) -> None:
        """Let what nobody concluded be over."""
        consultation = self._at(id, CONVENED)
        until = consultation.due_at + 7 * DAY
        refuse_if(self.society.now <= until, "ConsultationTimeInvalid", until)
        consultation.stage = EXPIRED

    def answered(self, id: bytes) -> int:
        """Return how many answered or declined."""
        return sum(answer != INVITED for answer in self.held[id].answers.values())

    def _at(self, id: bytes, stage: int) -> Consultation | None:
        consultation = self.held.get(id)
        found = consultation.stage if consultation else NONE
        refuse_if(found != stage, "ConsultationStageInvalid", id, found)
        return consultation
