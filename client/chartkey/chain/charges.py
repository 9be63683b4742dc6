"""E-receipts beside the records, claimed once (``ICharges``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import Charge, ChargeStatus

__all__ = ["Charges"]


class Charges(Contract):
    """Charges (R44) by their 32-byte ids: keccak256(institution ‖ salt)."""

    name = "Charges"
    __slots__ = ()

    def charge_of(self, charge: bytes) -> Charge:
        """One charge; ``ChargeStatus.NONE`` when unknown."""
        relationship, status, changed_at, insurer, commitment = self._read("chargeOf", charge)
        return Charge(
            known(relationship), ChargeStatus(status), changed_at, known(insurer), commitment
        )

    def post(self, relationship: str, salt: bytes, commitment: bytes) -> Call:
        """Post a charge; ``salt`` is 32 random bytes, ``commitment`` the e-receipt's root (32)."""
        return self._write("post", relationship, salt, commitment)

    def release(self, charge: bytes, insurer: str) -> Call:
        """Release a charge to an insurer; for the owner of its relationship."""
        return self._write("release", charge, insurer)

    def claim(self, charge: bytes) -> Call:
        """Claim a charge, once; for the insurer that it was released to."""
        return self._write("claim", charge)

    def void(self, charge: bytes) -> Call:
        """Void a charge that was not claimed; for the institution. Idempotent."""
        return self._write("void", charge)

    def refund(self, charge: bytes) -> Call:
        """Refund a charge that was claimed; for the institution. Idempotent."""
        return self._write("refund", charge)
