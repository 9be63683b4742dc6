"""Two-way referral in four stages (``IReferrals``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.chain.relationship import grant_fields
from chartkey.models import ZERO32, GrantTerms, Preparation, Referral, ReferralStage, Traffic

__all__ = ["Referrals"]


class Referrals(Contract):
    """Referrals (R30, P70) by their 32-byte ids: keccak256(clinician ‖ salt).

    ``affiliation`` is the 32 bytes under which a clinician acts; an institution needs none.
    Notes are encrypted, at most 2,048 bytes.
    """

    name = "Referrals"
    __slots__ = ()

    def referral_of(self, referral: bytes) -> Referral:
        """One referral; ``ReferralStage.NONE`` when unknown."""
        found = self._read("referralOf", referral)
        return Referral(
            known(found.relationship),
            ReferralStage(found.stage),
            found.triage,
            found.dueAt,
            found.since,
            known(found.to),
            found.slot,
            found.package,
        )

    def traffic_of(self, referring: str, receiving: str) -> Traffic:
        """How many referrals there are from one institution to another."""
        return Traffic(*self._read("trafficOf", referring, receiving))

    def prepare(self, preparation: Preparation) -> Call:
        """Prepare a referral (stage 1); for a clinician of the referring institution."""
        content = (
            preparation.salt,
            preparation.relationship,
            preparation.affiliation,
            preparation.to,
            preparation.package,
            preparation.attachments,
            preparation.due_at,
            preparation.note,
        )
        return self._write("prepareReferral", content)

    def triage(self, referral: bytes, affiliation: bytes, level: int) -> Call:
        """Judge how urgent it is, 1 (at once) to 4; for a clinician of the receiving one."""
        return self._write("triage", referral, affiliation, level)

    def book(self, referral: bytes, slot: bytes, grant: GrantTerms) -> Call:
        """Book a slot of the receiving institution, which reads under ``grant`` (stage 2).

        Raises:
            ArgumentInvalid: the grant's purpose is no PurposeOfUse code, or as everywhere.
        """
        return self._write("bookReferral", referral, slot, grant_fields(grant))

    def admit(self, referral: bytes, affiliation: bytes = ZERO32) -> Call:
        """Admit the patient and accept the package as complete (stage 3)."""
        return self._write("admitReferral", referral, affiliation)

    def give_feedback(
        self,
        referral: bytes,
        commitment: bytes,
        *,
        down: bool,
        note: bytes = b"",
        affiliation: bytes = ZERO32,
    ) -> Call:
        """Give feedback (stage 4), a record's 32-byte root; ``down`` refers the patient back."""
        return self._write("giveFeedback", referral, affiliation, commitment, down, note)

    def accept_return(self, referral: bytes, affiliation: bytes = ZERO32) -> Call:
        """Take back a patient who was referred down."""
        return self._write("acceptReturn", referral, affiliation)

    def refuse(self, referral: bytes, note: bytes, affiliation: bytes = ZERO32) -> Call:
        """Refuse a referral before admission; for the receiving side."""
        return self._write("refuseReferral", referral, affiliation, note)

    def cancel(self, referral: bytes, affiliation: bytes = ZERO32) -> Call:
        """Cancel a referral before admission; for the patient or the referring side."""
        return self._write("cancelReferral", referral, affiliation)

    def note_no_show(self, referral: bytes, affiliation: bytes = ZERO32) -> Call:
        """Note that the patient did not come, an hour after the slot began."""
        return self._write("noteNoShow", referral, affiliation)

    def expire(self, referral: bytes) -> Call:
        """Expire what is overdue; anyone may."""
        return self._write("expireReferral", referral)
