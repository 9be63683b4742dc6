"""Slots that institutions open, and who booked them (R30, R31)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import BookingStatus, VisitPurpose

__all__ = ["Booking", "Slot"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot, beginning at ``starts_at``; ``institution`` is None when it is unknown."""

    institution: str | None
    starts_at: int
    capacity: int
    taken: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking; ``slot`` is 32 bytes, ``relationship`` None when it is unknown."""

    slot: bytes
    relationship: str | None
    purpose: VisitPurpose
    status: BookingStatus
