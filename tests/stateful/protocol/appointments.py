"""A model of slots and bookings: nobody takes more than there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Relation, Society

NONE, BOOKED, CANCELLED, ATTENDED, NO_SHOW = range(5)


@dataclass
class Slot:
    """A slot; `takers` are the bookings and referrals that hold a place in it."""

    house: Any
    starts_at: int
    capacity: int
    takers: list[bytes] = field(default_factory=list)
    closed: bool = False


@dataclass
class Booking:
    """A booking of a relationship's owner."""

    slot: bytes
    relation: Relation
    status: int = BOOKED


class Appointments:
    """Slots and bookings by id."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.slots: dict[bytes, Slot] = {}
        self.bookings: dict[bytes, Booking] = {}

    def open(self, sender: Any, ward: bytes, id: bytes, starts_at: int, capacity: int) -> None:
        """Open a slot of a ward."""
        house = self.society.wards[ward]
        self.society.of(house, sender, ward)
        wrong = starts_at <= self.society.now or capacity == 0
        refuse_if(wrong, "AppointmentTermsInvalid", starts_at, capacity)
        refuse_if(id in self.slots, "AppointmentSlotInvalid", id)
        self.slots[id] = Slot(house, starts_at, capacity)

    def close(self, sender: Any, id: bytes, affiliation: bytes) -> None:
        """Take no more bookings."""
        refuse_if(id not in self.slots, "AppointmentSlotInvalid", id)
        self.society.of(self.slots[id].house, sender, affiliation)
        self.slots[id].closed = True

    def book(self, sender: Any, id: bytes, slot: bytes, relation: Relation, why: int) -> None:
        """Book as the owner."""
        self.society.accepted(relation)
        refuse_if(sender != relation.owner, "CallerNotAllowed", sender)
        refuse_if(why == 0, "AppointmentPurposeMissing")
        status = self.status(id)
        refuse_if(status not in (NONE, CANCELLED), "AppointmentStatusInvalid", id, status)
        self.take(slot, relation.house, id)
        self.bookings[id] = Booking(slot, relation)

    def cancel(self, sender: Any, id: bytes) -> None:
        """Give a place back before the slot begins."""
        booking = self.bookings.get(id)
        refuse_if(booking is None, "AppointmentStatusInvalid", id, NONE)
        self.society.side(booking.relation, sender)
        if booking.status == CANCELLED:
            return
        begun = self.society.now >= self.slots[booking.slot].starts_at
        refuse_if(begun, "AppointmentStatusInvalid", id, booking.status)
        booking.status = CANCELLED
        self.slots[booking.slot].takers.remove(id)

    def note(self, sender: Any, id: bytes, affiliation: bytes, attended: bool) -> None:
        """Note who came."""
        booking, status = self.bookings.get(id), self.status(id)
        slot = self.slots[booking.slot] if booking else None
        wrong = status != BOOKED or self.society.now < slot.starts_at
        refuse_if(wrong, "AppointmentStatusInvalid", id, status)
        self.society.of(slot.house, sender, affiliation)
        booking.status = ATTENDED if attended else NO_SHOW

    def take(self, id: bytes, house: Any, taker: bytes) -> int:
        """Take a place at an institution; return when it begins."""
        slot = self.slots.get(id)
        free = slot is not None and slot.house == house and not slot.closed
        free = free and len(slot.takers) < slot.capacity and self.society.now < slot.starts_at
        refuse_if(not free or not self.society.is_active(house), "AppointmentSlotInvalid", id)
        slot.takers.append(taker)
        return slot.starts_at

    def give_back(self, id: bytes, taker: bytes) -> None:
        """Give a referral's place back."""
        self.slots[id].takers.remove(taker)

    def status(self, id: bytes) -> int:
        """Return where a booking stands."""
        return self.bookings[id].status if id in self.bookings else NONE
