"""Studies, and who takes part in them (R43)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Choice", "Study"]


@dataclass(frozen=True, slots=True)
class Study:
    """One study; ``researcher`` is None when it is unknown, ``protocol`` a 32-byte hash."""

    researcher: str | None
    registered_at: int
    protocol: bytes


@dataclass(frozen=True, slots=True)
class Choice:
    """A patient's newest choice about a study; ``number`` counts from 1, 0 when there is none."""

    participates: bool
    number: int
