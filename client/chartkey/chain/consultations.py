"""Up to sixteen institutions look at one case (``IConsultations``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.chain.relationship import grant_fields
from chartkey.models import ZERO32, Answer, Consultation, ConsultationStage, Invitation

__all__ = ["Consultations"]


class Consultations(Contract):
    """Consultations (R31, P70) by their 32-byte ids: keccak256(clinician ‖ salt).

    ``affiliation`` is the 32 bytes under which a clinician acts; an institution needs none.
    """

    name = "Consultations"
    __slots__ = ()

    def consultation_of(self, consultation: bytes) -> Consultation:
        """One consultation; ``ConsultationStage.NONE`` when unknown."""
        relationship, stage, *rest = self._read("consultationOf", consultation)
        return Consultation(known(relationship), ConsultationStage(stage), *rest)

    def answer_of(self, consultation: bytes, institution: str) -> Answer:
        """What became of an invitation; ``Answer.NONE`` when it was not invited."""
        return Answer(self._read("answerOf", consultation, institution))

    def convene(self, invitation: Invitation) -> Call:
        """Convene a consultation; for a clinician of the relationship's institution.

        Raises:
            ArgumentInvalid: a grant's purpose is no PurposeOfUse code, or as everywhere.
        """
        content = (
            invitation.salt,
            invitation.relationship,
            invitation.affiliation,
            invitation.institutions,
            tuple(map(grant_fields, invitation.grants)),
            invitation.due_at,
            invitation.question,
        )
        return self._write("convene", content)

    def give_opinion(
        self, consultation: bytes, affiliation: bytes, commitment: bytes, note: bytes = b""
    ) -> Call:
        """Give an opinion, a record's 32-byte root; ``note`` is at most 2,048, encrypted."""
        return self._write("answerConsultation", consultation, affiliation, True, commitment, note)

    def decline(self, consultation: bytes, affiliation: bytes, note: bytes = b"") -> Call:
        """Decline to give an opinion; ``note`` is at most 2,048 bytes, encrypted."""
        return self._write("answerConsultation", consultation, affiliation, False, ZERO32, note)

    def conclude(self, consultation: bytes, commitment: bytes, affiliation: bytes = ZERO32) -> Call:
        """Conclude with a record's 32-byte root; for the convening side."""
        return self._write("conclude", consultation, affiliation, commitment)

    def cancel(self, consultation: bytes, affiliation: bytes = ZERO32) -> Call:
        """Cancel a consultation; for the patient or the convening side."""
        return self._write("cancelConsultation", consultation, affiliation)

    def expire(self, consultation: bytes) -> Call:
        """End what nobody concluded within a week of its time; anyone may."""
        return self._write("expireConsultation", consultation)
