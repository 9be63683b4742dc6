"""Institutions, their votes and the record profiles they adopt."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import Action, MemberStanding

__all__ = ["Census", "Details", "Member", "Profile", "Proposal", "ReferralRules"]


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


@dataclass(frozen=True, slots=True)
class ReferralRules:
    """Who may refer to whom, and what must be attached (P70).

    ``directions`` is a bitmap: bit 3 * (from - 1) + (to - 1) lets tier ``from`` refer to tier
    ``to``; ``required_kinds`` is a bitmap in which bit n is kind n.
    """

    directions: int
    within_alliance: bool
    most_open: int
    required_kinds: int
