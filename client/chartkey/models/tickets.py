"""Tickets: what is shown once and is then dead (R23, P32)."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.stages import TicketStatus

__all__ = ["Redemption", "Ticket"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket; ``service`` is None when it is unknown.

    ``expires_at`` is the first second at which it is no longer redeemed; ``content`` is a salted
    32-byte commitment to what it shows.
    """

    service: str | None
    expires_at: int
    status: TicketStatus
    changed_at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Redemption:
    """What the ticket key signs (EIP-712); ``deadline`` is the last second at which it counts."""

    owner: str
    ticket: str
    redeemer: str
    deadline: int
