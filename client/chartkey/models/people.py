"""Patients, clinicians and how they are registered."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import Certification, Role, Standing

__all__ = ["Demographics", "Person", "Registration", "Replacement"]


@dataclass(frozen=True, slots=True)
class Registration:
    """What a person signs to be registered (EIP-712); ``key_hash`` is 32 bytes."""

    institution: str
    account: str
    role: Role
    suite: int
    key_hash: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class Person:
    """One account as the Registrar stores it; ``certifier`` is None before certification."""

    role: Role
    certification: Certification
    licence: Standing
    certifier: str | None
    key_version: int
    since: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """What both accounts sign when one takes the other's place (EIP-712, R05).

    ``account`` is the chart or duplicate that acts no more; ``deadline`` is the last second at
    which it may be used.
    """

    account: str
    successor: str
    deadline: int


@dataclass(frozen=True, slots=True)
class Demographics:
    """What a person's demographics were committed to: two 32-byte hashes, zero for none (P05)."""

    root: bytes
    locator_hash: bytes
