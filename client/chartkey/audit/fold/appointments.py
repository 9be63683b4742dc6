"""Slots and bookings (R30, R31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import BookingStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["BOOKINGS", "HANDLERS", "SLOTS", "Booking", "Slot"]

SLOTS = Table(
    contract="Appointments",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint40", "uint16", "uint16", "bool"),
    noun="appointment slot",
    view="slotOf",
)
BOOKINGS = Table(
    contract="Appointments",
    slot=1,
    keys=("bytes32",),
    fields=("bytes32", "address", "uint8", "uint8"),
    noun="booking",
    view="bookingOf",
)


class Slot(NamedTuple):
    """One slot."""

    institution: str
    starts_at: int
    capacity: int
    taken: int
    closed: bool


class Booking(NamedTuple):
    """One booking."""

    slot: bytes
    relationship: str
    purpose: int
    status: int


def _opened(state: State, event: Event) -> None:
    from eth_abi.abi import encode
    from eth_hash.auto import keccak

    args = event.args
    for starts_at in args["startsAt"]:
        place = (args["institution"], args["department"], starts_at)
        id = keccak(encode(["address", "bytes32", "uint40"], place))
        fresh(state.tables[SLOTS], (id,), event, "slot")
        slot = Slot(args["institution"], starts_at, args["capacity"], 0, closed=False)
        state.tables[SLOTS][id,] = slot


def _closed(state: State, event: Event) -> None:
    slot = _slot(state, event, event.args["slot"])
    allow(not slot.closed, event, "its slot was closed already")
    state.tables[SLOTS][event.args["slot"],] = slot._replace(closed=True)


def _referred(state: State, event: Event) -> None:
    slot = _slot(state, event, event.args["slot"])
    step = abs(event.args["taken"] - slot.taken) == 1
    allow(step, event, "a place before it is missing")
    state.tables[SLOTS][event.args["slot"],] = slot._replace(taken=event.args["taken"])


def _booked(state: State, event: Event) -> None:
    args = event.args
    slot = _slot(state, event, args["slot"])
    allow(args["taken"] == slot.taken + 1, event, "a place before it is missing")
    allow(args["taken"] <= slot.capacity, event, "its slot is full")
    state.tables[SLOTS][args["slot"],] = slot._replace(taken=args["taken"])
    state.tables[BOOKINGS][args["booking"],] = Booking(
        args["slot"], args["relationship"], args["purpose"], BookingStatus.BOOKED
    )


def _changed(state: State, event: Event) -> None:
    args = event.args
    key = (args["booking"],)
    booking = Booking(*existing(state.tables[BOOKINGS], key, event, "booking"))
    allow(booking.status == BookingStatus.BOOKED, event, "its booking is over")
    state.tables[BOOKINGS][key] = booking._replace(status=args["status"])
    slot = _slot(state, event, booking.slot)
    freed = args["status"] == BookingStatus.CANCELLED
    allow(args["taken"] == slot.taken - freed, event, "its places do not follow")
    state.tables[SLOTS][booking.slot,] = slot._replace(taken=args["taken"])


def _slot(state: State, event: Event, id: bytes) -> Slot:
    return Slot(*existing(state.tables[SLOTS], (id,), event, "slot"))


HANDLERS = {
    "SlotsOpened": _opened,
    "SlotClosed": _closed,
    "SlotReferred": _referred,
    "AppointmentBooked": _booked,
    "AppointmentChanged": _changed,
}
