"""Who acts for a child or an incapacitated patient, and reads for the dead (``IGuardianship``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import Basis, Mandate, MandateStatus

__all__ = ["Guardianship"]


class Guardianship(Contract):
    """The mandates of guardians, who sign with ``sign_forward(…, ward=…)`` (R07).

    ``ends_at`` is the first second at which a mandate no longer holds; ``evidence`` is a salted
    32-byte hash of the papers.
    """

    name = "Guardianship"
    __slots__ = ()

    def mandate_of(self, ward: str, guardian: str) -> Mandate:
        """What is stored of a mandate; ``MandateStatus.NONE`` when unknown."""
        status, basis, starts_at, ends_at, proposer, evidence = self._read(
            "mandateOf", ward, guardian
        )
        return Mandate(
            MandateStatus(status), Basis(basis), starts_at, ends_at, known(proposer), evidence
        )

    def may_act(self, ward: str, guardian: str, target: str) -> bool:
        """Whether somebody may act for a ward on a contract at the block's time."""
        return bool(self._read("mayAct", ward, guardian, target))

    def may_read(self, ward: str, reader: str) -> bool:
        """Whether somebody may read as a ward at the block's time, after a death too."""
        return bool(self._read("mayRead", ward, reader))

    def appoint(
        self, ward: str, guardian: str, basis: Basis, ends_at: int, evidence: bytes
    ) -> Call:
        """Propose a guardian after looking at the papers; for an institution."""
        return self._write("appoint", ward, guardian, int(basis), ends_at, evidence)

    def confirm(
        self, ward: str, guardian: str, basis: Basis, ends_at: int, evidence: bytes
    ) -> Call:
        """Confirm what another institution proposed; it holds after three days."""
        return self._write("confirm", ward, guardian, int(basis), ends_at, evidence)

    def revoke(self, ward: str, guardian: str) -> Call:
        """End a mandate, or object to it before it holds. Idempotent."""
        return self._write("revokeGuardian", ward, guardian)
