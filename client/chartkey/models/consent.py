"""Requests and grants."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import ZERO32, GrantStatus, RequestStatus, Scope

__all__ = ["AccessRequest", "GrantState", "GrantTerms", "Granted", "RequestState", "Requested"]


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What the owner grants.

    ``id`` is 16 bytes; ``affiliation``, ``record_id``, ``consent`` and ``request`` are 32
    (all zero for none); ``purpose`` is a PurposeOfUse code of up to 16 ASCII characters;
    ``expires_at`` is the first second at which it no longer holds; ``wrap`` is 1 to 2,048 bytes.
    """

    id: bytes
    viewer: str
    scope: Scope
    purpose: str
    expires_at: int
    key_version: int
    wrap: bytes
    affiliation: bytes = ZERO32
    kind: int = 0
    record_id: bytes = ZERO32
    consent: bytes = ZERO32
    request: bytes = ZERO32


@dataclass(frozen=True, slots=True)
class GrantState:
    """What is stored of a grant; the event AccessGranted carries the rest.

    ``digest`` is 26 bytes: the start of keccak256 over the ABI-encoded rest. A grant revoked
    before it arrived (P22) has ``expires_at`` 0 and a digest of zeros.
    """

    status: GrantStatus
    expires_at: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as its event tells it, the block it stands in, and whether it was revoked since."""

    relationship: str
    terms: GrantTerms
    block: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What a viewer asks for.

    ``salt`` is 32 random bytes, ``affiliation`` and ``record_id`` are 32 bytes, ``purpose``
    up to 16 ASCII characters, ``reason`` at most 2,048 bytes encrypted to the owner.
    """

    salt: bytes
    affiliation: bytes
    scope: Scope
    purpose: str
    kind: int = 0
    record_id: bytes = ZERO32
    reason: bytes = b""


@dataclass(frozen=True, slots=True)
class RequestState:
    """Where a request stands; ``viewer`` is None when it never arrived."""

    viewer: str | None
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class Requested:
    """A request for access as its event tells it; ``reason`` is encrypted to the owner."""

    relationship: str
    id: bytes
    viewer: str
    affiliation: bytes
    scope: Scope
    kind: int
    record: bytes
    purpose: str
    reason: bytes
    block: int
