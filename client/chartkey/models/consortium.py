"""Institutions, their votes and the record profiles they adopt."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import Action, MemberStanding

__all__ = ["Census", "Details", "Member", "Profile", "Proposal"]


@dataclass(frozen=True, slots=True)
class Details:
    """What is public about an institution (P23); texts are UTF-8, ``tier`` is 1 to 3."""

    name: str
    credit_code: str
    local_code: str
    grade: str
    tier: int


@dataclass(frozen=True, slots=True)
class Profile:
    """The standard of one record kind (P42).

    ``document_hash`` is 32 bytes; bit n of ``required_kinds`` is kind n.
    """

    kind: int
    version: int
    document_hash: bytes
    required_kinds: int
    obtainable: bool


@dataclass(frozen=True, slots=True)
class Member:
    """One institution as the consortium stores it.

    ``details`` and ``agreement`` are 32-byte hashes; ``agreement`` is all zero before signing.
    """

    standing: MemberStanding
    tier: int
    since: int
    index: int
    details: bytes
    agreement: bytes


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal of the consortium; ``proposer`` is None when the number is unknown."""

    action: Action
    proposer: str | None
    closes_at: int
    round: int
    yes: int
    no: int
    enacted: bool
    digest: bytes


@dataclass(frozen=True, slots=True)
class Census:
    """The numbers that votes are counted against."""

    member_count: int
    electorate: int
    round: int
    unsigned: int
    proposal_count: int
