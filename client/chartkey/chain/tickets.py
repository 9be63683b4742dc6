"""What is shown once and is then dead (``ITickets``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import Redemption, Ticket, TicketStatus

__all__ = ["Tickets"]


class Tickets(Contract):
    """Tickets by their owner and the account of their key (R23, P32)."""

    name = "Tickets"
    __slots__ = ()

    def ticket_of(self, owner: str, ticket: str) -> Ticket:
        """A ticket; ``TicketStatus.NONE`` when unknown."""
        service, expires_at, status, changed_at, content = self._read("ticketOf", owner, ticket)
        return Ticket(known(service), expires_at, TicketStatus(status), changed_at, content)

    def issue(self, ticket: str, service: str, expires_at: int, content: bytes) -> Call:
        """Issue a ticket that ``service`` redeems before ``expires_at``.

        ``content`` is a salted 32-byte commitment to what it shows.
        """
        return self._write("issueTicket", ticket, service, expires_at, content)

    def redeem(self, redemption: Redemption, signature: bytes) -> Call:
        """Redeem a ticket with its key's 65-byte signature (``sign_redemption``), once."""
        signed = (redemption.owner, redemption.ticket, redemption.redeemer, redemption.deadline)
        return self._write("redeem", signed, signature)

    def lock(self, owner: str, ticket: str) -> Call:
        """Lock a ticket after too many wrong passcodes; for its service. Idempotent."""
        return self._write("lockTicket", owner, ticket)

    def cancel(self, ticket: str) -> Call:
        """Cancel the caller's ticket, whether or not it was issued. Idempotent."""
        return self._write("cancelTicket", ticket)
