"""`book`: the patient takes a place in a slot of the institution she is treated at (R31, R33)."""

import pytest

from tests.alliance import NOBODY, at, told
from tests.functional.appointments.slots import (
    ATTENDED,
    BOOKED,
    CANCELLED,
    FOLLOW_UP,
    HEALTH_MANAGEMENT,
    NO_SHOW,
    VISIT,
    booking_id,
    slot_id,
)
from tests.signing import ZERO, digest


@pytest.mark.parametrize("purpose", [VISIT, FOLLOW_UP, HEALTH_MANAGEMENT])
def test_a_booking_is_told_and_stored(appointments, slot, stored, relationship, alice, purpose):
    tx = appointments.book(slot.id, relationship, purpose, {"from": alice})
    booking = booking_id(relationship, slot.id)
    booked = {"booking": booking, "slot": slot.id, "relationship": relationship.address}
    booked |= {"purpose": purpose, "taken": 1}
    assert told(tx) == [("AppointmentBooked", booked)]
    assert bytes(tx.return_value) == booking
    found, *rest = appointments.bookingOf(booking)
    assert (bytes(found), *rest) == (slot.id, relationship.address, purpose, BOOKED)
    assert stored(slot) == 1


def test_booking_can_be_relayed(alliance, appointments, slot, relationship, alice, relay):
    alliance.relay(relay, alice, appointments.book, slot.id, relationship, VISIT)
    assert appointments.bookingOf(booking_id(relationship, slot.id))["status"] == BOOKED


def test_only_the_owner_books(appointments, refusal, request, slot, relationship):
    for who in ("clinic", "lead", "dr_wang", "bob", "mallory"):
        caller = request.getfixturevalue(who)
        denied = ("CallerNotAllowed", caller)
        call = (slot.id, relationship, VISIT, {"from": caller})
        assert refusal(appointments.book, *call) == denied


def test_a_booking_has_a_purpose(appointments, refusal, slot, relationship, alice):
    call = (slot.id, relationship, 0, {"from": alice})
    assert refusal(appointments.book, *call) == ("AppointmentPurposeMissing",)


@pytest.mark.parametrize("what", ["nobody", "person", "implementation"])
def test_a_relationship_is_one(alliance, appointments, refusal, slot, alice, what):
    places = {"nobody": NOBODY, "person": alice.address}
    address = places.get(what, alliance.implementation.address)
    unknown = ("RelationshipUnknown", address)
    assert refusal(appointments.book, slot.id, address, VISIT, {"from": alice}) == unknown


def test_p50_a_clone_that_nobody_proposed_is_none(alliance, appointments, refusal, slot, mallory):
    code = "363d3d373d3d3d363d73" + alliance.implementation.address[2:]
    code += "5af43d82803e903d91602b57fd5bf3"
    made = mallory.transfer(data="0x3d602d80600a3d3981f3" + code)
    unknown = ("RelationshipUnknown", made.contract_address)
    call = (slot.id, made.contract_address, VISIT, {"from": mallory})
    assert refusal(appointments.book, *call) == unknown


def test_a_relationship_is_accepted(alliance, appointments, refusal, slot, bob, clinic, lead):
    pending = alliance.propose(clinic, bob, clinic, lead)
    denied = ("RelationshipNotAccepted", pending.address)
    assert refusal(appointments.book, slot.id, pending, VISIT, {"from": bob}) == denied


def test_nothing_is_booked_after_the_end(appointments, refusal, slot, relationship, alice):
    relationship.end({"from": alice})
    denied = ("RelationshipNotAccepted", relationship.address)
    assert refusal(appointments.book, slot.id, relationship, VISIT, {"from": alice}) == denied


@pytest.mark.parametrize("why", ["unknown", "closed", "suspended", "stopped"])
def test_a_slot_is_open(appointments, refusal, request, slot, relationship, clinic, alice, why):
    if why == "closed":
        appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    elif why != "unknown":
        request.getfixturevalue(why)
    asked = digest("unknown") if why == "unknown" else slot.id
    invalid = ("AppointmentSlotInvalid", asked)
    assert refusal(appointments.book, asked, relationship, VISIT, {"from": alice}) == invalid


def test_a_slot_is_of_the_relationships_institution(
    appointments, refusal, places, slot, relationship, hospital, alice
):
    ward, starts_at = places.hospital_ward, slot.starts_at
    appointments.openSlots(ward, [starts_at], 1, {"from": hospital})
    foreign = slot_id(hospital, ward, starts_at)
    invalid = ("AppointmentSlotInvalid", foreign)
    assert refusal(appointments.book, foreign, relationship, VISIT, {"from": alice}) == invalid


def test_a_slot_is_booked_until_it_begins(appointments, refusal, slot, relationship, alice):
    call = (slot.id, relationship, VISIT, {"from": alice})
    at(slot.starts_at - 1)
    appointments.book.call(*call)
    at(slot.starts_at)
    assert refusal(appointments.book, *call) == ("AppointmentSlotInvalid", slot.id)


def test_a_slot_takes_several(appointments, slot, stored, booked, bobs, bob):
    tx = appointments.book(slot.id, bobs, VISIT, {"from": bob})
    assert (told(tx)[0][1]["taken"], stored(slot)) == (2, 2)


def test_a_slot_takes_no_more_than_it_has_room_for(
    appointments, refusal, opened, relationship, bobs, alice, bob
):
    single = opened(capacity=1)
    appointments.book(single.id, relationship, VISIT, {"from": alice})
    full = ("AppointmentSlotInvalid", single.id)
    assert refusal(appointments.book, single.id, bobs, VISIT, {"from": bob}) == full


def test_a_slot_is_booked_once_for_each_relationship(
    appointments, refusal, slot, booked, relationship, alice
):
    status = ("AppointmentStatusInvalid", booked, BOOKED)
    assert refusal(appointments.book, slot.id, relationship, VISIT, {"from": alice}) == status


@pytest.mark.parametrize("attended", [True, False])
def test_what_was_noted_is_not_booked_again(
    appointments, refusal, slot, booked, relationship, clinic, alice, attended
):
    at(slot.starts_at)
    appointments.noteAttendance(booked, ZERO, attended, {"from": clinic})
    status = ("AppointmentStatusInvalid", booked, ATTENDED if attended else NO_SHOW)
    assert refusal(appointments.book, slot.id, relationship, VISIT, {"from": alice}) == status


def test_what_was_cancelled_is_booked_again(
    appointments, slot, stored, booked, relationship, alice
):
    appointments.cancelBooking(booked, {"from": alice})
    assert appointments.bookingOf(booked)["status"] == CANCELLED
    appointments.book(slot.id, relationship, FOLLOW_UP, {"from": alice})
    assert appointments.bookingOf(booked)[2:] == (FOLLOW_UP, BOOKED)
    assert stored(slot) == 1


def test_one_relationship_books_several_slots(
    appointments, opened, slot, stored, booked, relationship, alice
):
    later = opened(slot.starts_at + 1)
    appointments.book(later.id, relationship, VISIT, {"from": alice})
    assert (stored(slot), stored(later)) == (1, 1)
