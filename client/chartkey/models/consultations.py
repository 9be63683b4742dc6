"""Consultations of up to sixteen institutions (R31, P70)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.consent import GrantTerms
from chartkey.models.stages import ConsultationStage

__all__ = ["Consultation", "Invitation"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a clinician convenes.

    ``salt`` is 32 random bytes, ``affiliation`` 32; ``grants`` are in the order of the 1 to 16
    ``institutions``, each as it was made; ``due_at`` is the last second for opinions, an hour to
    ninety days ahead; ``question`` is at most 2,048 bytes, encrypted to those invited.
    """

    salt: bytes
    relationship: str
    affiliation: bytes
    institutions: tuple[str, ...]
    grants: tuple[GrantTerms, ...]
    due_at: int
    question: bytes = b""


@dataclass(frozen=True, slots=True)
class Consultation:
    """One consultation; ``relationship`` is None when it is unknown."""

    relationship: str | None
    stage: ConsultationStage
    invited: int
    answered: int
    due_at: int
