"""What a clinician prepares, as the argument of `prepareReferral`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_utils import keccak


@dataclass(frozen=True)
class Preparation:
    """One referral to be."""

    clinician: Any
    relationship: str
    affiliation: bytes
    to: Any
    package: bytes
    attachments: tuple[bytes, ...]
    due_at: int
    salt: bytes

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        given = (self.salt, self.relationship, self.affiliation, self.to.address)
        return (*given, self.package, self.attachments, self.due_at, b"sealed")

    @property
    def id(self) -> bytes:
        """The referral's id, worked out independently."""
        return bytes(keccak(bytes.fromhex(self.clinician.address[2:]) + self.salt))
