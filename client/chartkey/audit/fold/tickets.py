"""Tickets that are shown once (R23, P32)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, fresh, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import TicketStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "TICKETS", "Ticket"]

TICKETS = Table(
    contract="Tickets",
    slot=2,
    keys=("address", "address"),
    fields=("address", "uint40", "uint8", "uint40", "bytes32"),
    noun="ticket",
    view="ticketOf",
)


class Ticket(NamedTuple):
    """One ticket."""

    service: str
    expires_at: int
    status: int
    changed_at: int
    content: bytes


_NO_TICKET = Ticket("0x" + "0" * 40, 0, TicketStatus.NONE, 0, bytes(32))


def _issued(state: State, event: Event) -> None:
    args = event.args
    key = (args["owner"], args["ticket"])
    fresh(state.tables[TICKETS], key, event, "ticket")
    state.tables[TICKETS][key] = Ticket(
        service=args["service"],
        expires_at=args["expiresAt"],
        status=TicketStatus.ISSUED,
        changed_at=written_at(event),
        content=args["content"],
    )


def _changed(state: State, event: Event) -> None:
    key = (event.args["owner"], event.args["ticket"])
    ticket = Ticket(*state.tables[TICKETS].get(key, _NO_TICKET))
    status = TicketStatus(event.args["status"])
    # A ticket is cancelled whether or not it was issued, and after it was locked (P22).
    before = {TicketStatus.ISSUED}
    if status == TicketStatus.CANCELLED:
        before |= {TicketStatus.NONE, TicketStatus.LOCKED}
    allow(ticket.status in before, event, "its ticket cannot change so")
    state.tables[TICKETS][key] = ticket._replace(status=status, changed_at=written_at(event))


HANDLERS = {"TicketIssued": _issued, "TicketChanged": _changed}
