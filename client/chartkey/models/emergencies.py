"""Emergency access by a quorum of institutions (R24, P30)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import OpeningStatus

__all__ = ["Arrangement", "EmergencyAccount", "EmergencyOpening", "EmergencyPlan"]


@dataclass(frozen=True, slots=True)
class EmergencyPlan:
    """How a patient shares the emergency secret among two to sixteen institutions.

    ``key`` is the emergency public key (DER SubjectPublicKeyInfo, 64 to 8,192 bytes).
    ``holders`` rise by address; ``checks`` (32 bytes each) and ``shares`` (1 to 2,048, wrapped
    to the holder) are in the same order.
    """

    threshold: int
    suite: int
    key: bytes
    holders: tuple[str, ...]
    checks: tuple[bytes, ...]
    shares: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is stored of a plan; ``digest`` is 32 bytes, ``version`` 0 when there is none."""

    digest: bytes
    version: int
    threshold: int
    used: bool


@dataclass(frozen=True, slots=True)
class EmergencyOpening:
    """One emergency use, or the request for one; addresses are None when it is unknown.

    ``duration`` is in seconds; ``ends_at`` is 0 before it opened; ``affiliation`` is 32 bytes.
    """

    patient: str | None
    status: OpeningStatus
    approvals: int
    duration: int
    requester: str | None
    version: int
    institution: str | None
    requested_at: int
    ends_at: int
    affiliation: bytes


@dataclass(frozen=True, slots=True)
class EmergencyAccount:
    """How many uses of an institution wait for a review, and how many of these are overdue."""

    unreviewed: int
    overdue: int
