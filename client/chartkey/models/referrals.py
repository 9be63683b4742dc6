"""Two-way referral between institutions (R30, P70)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import ReferralStage

__all__ = ["Preparation", "Referral", "Traffic"]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a clinician prepares.

    ``salt`` is 32 random bytes; ``affiliation``, ``package`` and each of at most 16
    ``attachments`` are 32 bytes; ``due_at`` is the last second for booking, an hour to ninety
    days ahead; ``note`` is at most 2,048 bytes, encrypted to the receiving institution.
    """

    salt: bytes
    relationship: str
    affiliation: bytes
    to: str
    package: bytes
    attachments: tuple[bytes, ...]
    due_at: int
    note: bytes = b""


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral; addresses are None when it is unknown.

    ``triage`` is 1 (at once) to 4 (can wait), 0 before triage; ``slot`` (all zero for none) and
    ``package`` are 32 bytes; what is to happen by ``due_at`` depends on the stage.
    """

    relationship: str | None
    stage: ReferralStage
    triage: int
    due_at: int
    since: int
    to: str | None
    slot: bytes
    package: bytes


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many referrals from one institution to another are open, and how many there were."""

    open: int
    total: int
