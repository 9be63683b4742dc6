"""Charges beside the records, claimed once (R44)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import ChargeStatus

__all__ = ["Charge"]


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge; ``relationship`` is None when it is unknown, ``insurer`` before its release.

    ``commitment`` is the salted 32-byte root of the e-receipt.
    """

    relationship: str | None
    status: ChargeStatus
    changed_at: int
    insurer: str | None
    commitment: bytes
