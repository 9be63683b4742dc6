"""Patients, clinicians and how they are registered."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import Certification, Role, Standing

__all__ = ["Person", "Registration"]


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
