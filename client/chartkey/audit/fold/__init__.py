"""What each event writes, contract by contract; ``HANDLERS`` knows them all.

The first contracts keep the values of ``chartkey.models``; those beside them keep mappings of
structs, which ``TABLES`` describes (see ``audit.tables``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chartkey.audit.fold import (
    appointments,
    batches,
    breakglass,
    charges,
    consortium,
    consultations,
    delegations,
    evidence,
    forwarder,
    guardianship,
    listing,
    receipts,
    recovery,
    referrals,
    registrar,
    relationship,
    research,
    tickets,
)
from chartkey.audit.state import State
from chartkey.audit.tables import Table

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "TABLES", "Handler"]

Handler = Callable[[State, "Event"], None]

HANDLERS: dict[tuple[str, str], Handler] = {
    (contract, event): handler
    for contract, handlers in (
        ("Consortium", consortium.HANDLERS),
        ("Forwarder", forwarder.HANDLERS),
        ("Registrar", registrar.HANDLERS),
        ("RelationshipFactory", listing.FACTORY_HANDLERS),
        ("Summary", listing.SUMMARY_HANDLERS),
        ("Relationship", relationship.HANDLERS),
        ("Guardianship", guardianship.HANDLERS),
        ("Recovery", recovery.HANDLERS),
        ("Batches", batches.HANDLERS),
        ("Evidence", evidence.HANDLERS),
        ("Delegations", delegations.HANDLERS),
        ("Receipts", receipts.HANDLERS),
        ("Tickets", tickets.HANDLERS),
        ("BreakGlass", breakglass.HANDLERS),
        ("Appointments", appointments.HANDLERS),
        ("Referrals", referrals.HANDLERS),
        ("Consultations", consultations.HANDLERS),
        ("Charges", charges.HANDLERS),
        ("Research", research.HANDLERS),
    )
    for event, handler in handlers.items()
}
"""The handler of every event, by contract and event name."""

TABLES: tuple[Table, ...] = (
    guardianship.MANDATES,
    recovery.CIRCLES,
    recovery.COMING,
    recovery.ATTEMPTS,
    recovery.APPROVED,
    batches.BATCHES,
    evidence.FLAGS,
    delegations.DELEGATIONS,
    receipts.LOGS,
    tickets.TICKETS,
    breakglass.ARRANGEMENTS,
    breakglass.OPENINGS,
    breakglass.APPROVED,
    breakglass.OVERDUE,
    breakglass.ACCOUNTS,
    appointments.SLOTS,
    appointments.BOOKINGS,
    referrals.REFERRALS,
    referrals.TRAFFIC,
    consultations.CONSULTATIONS,
    consultations.ANSWERS,
    charges.CHARGES,
    research.STUDIES,
    research.CHOICES,
)
"""Every mapping of the contracts beside the first ones, in their order."""
