"""Emergency access by a quorum of institutions (``IBreakGlass``)."""

from __future__ import annotations

from collections.abc import Sequence

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import (
    Arrangement,
    EmergencyAccount,
    EmergencyOpening,
    EmergencyPlan,
    OpeningStatus,
    Verdict,
)

__all__ = ["BreakGlass"]


class BreakGlass(Contract):
    """Arrangements and openings (R24, P30); an opening's id is keccak256(clinician ‖ salt)."""

    name = "BreakGlass"
    __slots__ = ()

    def arrangement_of(self, patient: str) -> Arrangement:
        """How a patient's emergency secret is shared; version 0 when it is not."""
        return Arrangement(*self._read("arrangementOf", patient))

    def opening_of(self, opening: bytes) -> EmergencyOpening:
        """One use, or the request for one; ``OpeningStatus.NONE`` when unknown."""
        found = self._read("openingOf", opening)
        return EmergencyOpening(
            known(found.patient),
            OpeningStatus(found.status),
            found.approvals,
            found.duration,
            known(found.requester),
            found.version,
            known(found.institution),
            found.requestedAt,
            found.endsAt,
            found.affiliation,
        )

    def is_open(self, opening: bytes) -> bool:
        """Whether an opening is live at the block's time: slips flow only then."""
        return bool(self._read("isEmergencyOpen", opening))

    def account_of(self, institution: str) -> EmergencyAccount:
        """How an institution's uses stand."""
        return EmergencyAccount(*self._read("accountOf", institution))

    def arrange(self, plan: EmergencyPlan) -> Call:
        """Share the caller's emergency secret, for the first time or anew."""
        return self._write(
            "arrange",
            plan.threshold,
            plan.suite,
            plan.key,
            plan.holders,
            plan.checks,
            plan.shares,
        )

    def request(
        self, patient: str, affiliation: bytes, duration: int, salt: bytes, reason: bytes
    ) -> Call:
        """Ask for emergency access of 1 to 86,400 seconds.

        ``affiliation`` and ``salt`` (random) are 32 bytes; ``reason`` is 1 to 2,048, encrypted.
        """
        return self._write("requestEmergency", patient, affiliation, duration, salt, reason)

    def approve(
        self, opening: bytes, holders: Sequence[str], checks: Sequence[bytes], share: bytes
    ) -> Call:
        """Approve, showing the arrangement's holders and check values (EmergencyArranged).

        ``share`` is re-wrapped to the clinician, at most 2,048 bytes; empty from who holds none.
        """
        return self._write("approveEmergency", opening, holders, checks, share)

    def end(self, opening: bytes) -> Call:
        """End an opening before its time; for the patient, the clinician or its institution."""
        return self._write("endEmergency", opening)

    def find_overdue(self, opening: bytes) -> Call:
        """Find a use overdue that nobody reviewed within seven days; anyone may."""
        return self._write("findOverdue", opening)

    def review(self, opening: bytes, verdict: Verdict, findings: bytes) -> Call:
        """Review a use after its end; ``findings`` are at most 2,048 bytes, encrypted."""
        return self._write("reviewEmergency", opening, int(verdict), findings)
