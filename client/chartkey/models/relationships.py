"""What one owner and one institution have in common."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import RelationshipStatus

__all__ = ["KeyEpoch", "Opening", "Parties", "SummaryEntry"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What the proposer of a relationship hands over.

    ``root_commitment`` is 32 bytes; each wrap 1 to 2,048; ``mirror`` is None only where the
    consortium has no third member (P01).
    """

    owner: str
    institution: str
    nonce: int
    mirror: str | None
    root_commitment: bytes
    owner_key_version: int
    institution_key_version: int
    owner_wrap: bytes
    institution_wrap: bytes


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a relationship is between, and where it stands; ``mirror`` may be missing (P01)."""

    owner: str
    institution: str
    mirror: str | None
    status: RelationshipStatus


@dataclass(frozen=True, slots=True)
class KeyEpoch:
    """The epoch of the newest record, and whether the next one must open another (P02)."""

    epoch: int
    rotating: bool

    @property
    def next(self) -> int:
        """The epoch that a record sealed now belongs to."""
        return self.epoch + 1 if self.rotating else self.epoch


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """One line of a Summary: the relationship's address and what it says of itself."""

    relationship: str
    status: RelationshipStatus
