"""A model of share tickets: each is redeemed at most once (T21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society

NONE, ISSUED, REDEEMED, LOCKED, CANCELLED = range(5)


@dataclass
class Ticket:
    """One ticket, or the tombstone of one."""

    service: Any = None
    expires_at: int = 0
    status: int = NONE
    changed_at: int = 0
    redemptions: int = 0


class Tickets:
    """Tickets by owner and ticket key."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.tickets: dict[tuple[Any, Any], Ticket] = {}

    def of(self, owner: Any, key: Any) -> Ticket:
        """Return a ticket, or an empty one."""
        return self.tickets.get((owner, key), Ticket())

    def issue(self, sender: Any, key: Any, service: Any, expires_at: int) -> None:
        """Issue for a share service."""
        self.society.patient(sender)
        status = self.of(sender, key).status
        refuse_if(status != NONE, "TicketStatusInvalid", status)
        refuse_if(expires_at <= self.society.now, "TicketExpired", expires_at)
        inactive = not self.society.is_active(service)
        refuse_if(inactive, "TicketServiceInvalid", service)
        self.tickets[sender, key] = Ticket(service, expires_at, ISSUED, self.society.now)

    def redeem(self, sender: Any, redemption: Any, signer: Any) -> None:
        """Redeem what somebody signed with a ticket's key."""
        self.society.house(sender)
        ticket, now = self.of(redemption.owner, redemption.ticket), self.society.now
        mine = ticket.service == sender == redemption.redeemer
        refuse_if(not mine, "CallerNotAllowed", sender)
        refuse_if(ticket.status != ISSUED, "TicketStatusInvalid", ticket.status)
        refuse_if(now >= ticket.expires_at, "TicketExpired", ticket.expires_at)
        refuse_if(now > redemption.deadline, "TicketExpired", redemption.deadline)
        forged = signer != redemption.ticket
        refuse_if(forged, "TicketSignatureInvalid", redemption.ticket)
        ticket.redemptions += 1
        assert ticket.redemptions == 1, "T21: redeemed twice"
        self._change(ticket, REDEEMED)

    def lock(self, sender: Any, owner: Any, key: Any) -> None:
        """Lock as the service."""
        ticket = self.of(owner, key)
        refuse_if(sender != ticket.service, "CallerNotAllowed", sender)
        if ticket.status != LOCKED:
            refuse_if(ticket.status != ISSUED, "TicketStatusInvalid", ticket.status)
            self._change(ticket, LOCKED)

    def cancel(self, sender: Any, key: Any) -> None:
        """Cancel one's own, whether or not it has arrived."""
        ticket = self.tickets.setdefault((sender, key), Ticket())
        if ticket.status not in (CANCELLED, REDEEMED):
            self._change(ticket, CANCELLED)

    def _change(self, ticket: Ticket, status: int) -> None:
        ticket.status, ticket.changed_at = status, self.society.now
