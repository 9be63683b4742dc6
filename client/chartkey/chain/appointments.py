"""Slots that institutions open, and who booked them (``IAppointments``)."""

from __future__ import annotations

from collections.abc import Sequence

from chartkey.chain.address import packed
from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.crypto.digest import keccak256
from chartkey.models import ZERO32, Booking, BookingStatus, Slot, VisitPurpose

__all__ = ["Appointments", "booking_id", "slot_id"]


def slot_id(institution: str, department: bytes, starts_at: int) -> bytes:
    """Return the 32-byte id of a slot; ``department`` is 32 bytes, ``starts_at`` Unix time.

    Raises:
        AddressInvalid: the institution's address is malformed.
    """
    return keccak256(bytes(12) + packed(institution), department, starts_at.to_bytes(32, "big"))


def booking_id(relationship: str, slot: bytes) -> bytes:
    """Return the 32-byte id of a booking of a slot (32 bytes).

    Raises:
        AddressInvalid: the relationship's address is malformed.
    """
    return keccak256(bytes(12) + packed(relationship), slot)


class Appointments(Contract):
    """Slots and bookings (R30, R31), by their 32-byte ids; an institution needs no affiliation."""

    name = "Appointments"
    __slots__ = ()

    def slot_of(self, slot: bytes) -> Slot:
        """One slot; ``institution`` None when unknown."""
        institution, *rest = self._read("slotOf", slot)
        return Slot(known(institution), *rest)

    def booking_of(self, booking: bytes) -> Booking:
        """One booking; ``BookingStatus.NONE`` when unknown."""
        slot, relationship, purpose, status = self._read("bookingOf", booking)
        return Booking(slot, known(relationship), VisitPurpose(purpose), BookingStatus(status))

    def open_slots(self, department: bytes, starts_at: Sequence[int], capacity: int) -> Call:
        """Open 1 to 64 slots; ``department`` is 32 bytes, the institution's own padded for none."""
        return self._write("openSlots", department, starts_at, capacity)

    def close_slot(self, slot: bytes, affiliation: bytes = ZERO32) -> Call:
        """Let a slot take no more; what is booked stays. Idempotent."""
        return self._write("closeSlot", slot, affiliation)

    def book(self, slot: bytes, relationship: str, purpose: VisitPurpose) -> Call:
        """Book a slot; for the owner of a relationship with its institution."""
        return self._write("book", slot, relationship, int(purpose))

    def cancel(self, booking: bytes) -> Call:
        """Cancel a booking before its slot begins; for either side. Idempotent."""
        return self._write("cancelBooking", booking)

    def note_attendance(self, booking: bytes, attended: bool, affiliation: bytes = ZERO32) -> Call:
        """Note whether the patient came, once the slot has begun."""
        return self._write("noteAttendance", booking, affiliation, attended)
