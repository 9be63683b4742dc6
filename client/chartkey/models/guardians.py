"""Guardians: mandates to act for a ward, and circles that recover an account (R06, R07)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import AttemptStatus, Basis, MandateStatus

__all__ = ["Attempt", "Circle", "GuardianProof", "Mandate"]


@dataclass(frozen=True, slots=True)
class Mandate:
    """One guardian's mandate for one ward; ``proposer`` is None when unknown.

    It holds from ``starts_at`` (0 until confirmed) and before ``ends_at``; ``evidence`` is a
    salted 32-byte hash of the papers.
    """

    status: MandateStatus
    basis: Basis
    starts_at: int
    ends_at: int
    proposer: str | None
    evidence: bytes


@dataclass(frozen=True, slots=True)
class Circle:
    """An account's guardians who count from ``since`` on; ``root`` is 32 bytes, zero for none.

    ``delay`` is in seconds, from the last approval needed.
    """

    root: bytes
    threshold: int
    size: int
    delay: int
    since: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """The newest attempt to recover an account.

    ``replacement`` is None when only the box is opened; ``delay`` is in seconds; ``ready_at`` is
    the first second at which it is open, 0 before enough approved; ``root`` is 32 bytes.
    """

    replacement: str | None
    status: AttemptStatus
    attested: bool
    threshold: int
    delay: int
    approvals: int
    number: int
    started_at: int
    ready_at: int
    root: bytes


@dataclass(frozen=True, slots=True)
class GuardianProof:
    """How a guardian shows that it is one: leaf from 0, salt (32), siblings leaf-upwards (32)."""

    index: int
    salt: bytes
    path: tuple[bytes, ...]
