"""Disputes, withdrawals, seals, erasure, and what is disclosed (``IEvidence``)."""

from __future__ import annotations

from collections.abc import Sequence

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract
from chartkey.models import DisclosedElement, ErasureCertificate, RecordFlags

__all__ = ["Evidence"]


class Evidence(Contract):
    """What either side says about records (R13, R32, R52, R70); record ids are 32 bytes."""

    name = "Evidence"
    __slots__ = ()

    def flags_of(self, relationship: str, record: bytes) -> RecordFlags:
        """What was said about a record; nothing for an unknown one."""
        return RecordFlags(*self._read("flagsOf", relationship, record))

    def is_committed(self, relationship: str, record: bytes, element: DisclosedElement) -> bool:
        """Whether a disclosed element is the one that the record's root commits to (R70)."""
        shown = (element.leaf0, element.index, element.salt, element.value, element.path)
        return bool(self._read("isCommitted", relationship, record, shown))

    def dispute(self, relationship: str, record: bytes, reason: bytes) -> Call:
        """Dispute a record; ``reason`` is encrypted to the other side, at most 2,048 bytes."""
        return self._write("dispute", relationship, record, reason)

    def withdraw(self, relationship: str, record: bytes) -> Call:
        """No longer stand by a record. Idempotent."""
        return self._write("withdraw", relationship, record)

    def seal(self, relationship: str, records: Sequence[bytes]) -> Call:
        """Seal 1 to 64 records for a dispute: nobody erases them. Idempotent."""
        return self._write("sealRecords", relationship, records)

    def lift_seal(self, relationship: str, records: Sequence[bytes]) -> Call:
        """Lift the caller's own seal. Idempotent."""
        return self._write("liftSeal", relationship, records)

    def certify_erasure(
        self, certificate: ErasureCertificate, institution: bytes, mirror: bytes = b""
    ) -> Call:
        """Anchor a certificate with both signatures of 65 bytes (``sign_erasure``). Idempotent.

        The mirror's is not looked at where the relationship has no mirror.
        """
        return self._write(
            "certifyErasure",
            certificate.relationship,
            certificate.records,
            certificate.erased_at,
            institution,
            mirror,
        )
