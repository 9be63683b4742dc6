"""What an institution delegates of what it was granted (R28, P12)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import DelegationStatus
from chartkey.models.vocabulary import ZERO32, Scope

__all__ = ["Delegation", "DelegationState"]


@dataclass(frozen=True, slots=True)
class Delegation:
    """What an institution delegates, never wider or longer than its grant.

    ``salt`` is 32 random bytes; ``affiliation`` is the delegate's, and the grant's own when that
    is a department; ``record_id`` is 32 bytes, all zero for none; ``expires_at`` is the first
    second at which it no longer holds; ``wrap`` is 1 to 2,048 bytes.
    """

    salt: bytes
    delegate: str
    affiliation: bytes
    scope: Scope
    expires_at: int
    key_version: int
    wrap: bytes
    kind: int = 0
    record_id: bytes = ZERO32


@dataclass(frozen=True, slots=True)
class DelegationState:
    """What is stored of a delegation; the event AccessDelegated carries the rest.

    Addresses are None when it is unknown; ``grant`` is 16 bytes, ``digest`` 32.
    """

    relationship: str | None
    expires_at: int
    status: DelegationStatus
    delegator: str | None
    grant: bytes
    digest: bytes
