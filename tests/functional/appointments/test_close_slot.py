"""`closeSlot`: a slot takes no more, and what is booked stays; idempotent (R33)."""

import pytest

from tests.alliance import at, told
from tests.functional.appointments.slots import BOOKED, NO_SHOW
from tests.signing import ZERO, digest


def test_closing_is_told_and_stored(appointments, slot, clinic):
    tx = appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    assert told(tx) == [("SlotClosed", {"slot": slot.id})]
    assert appointments.slotOf(slot.id) == (clinic, slot.starts_at, 2, 0, True)


def test_a_clinician_closes_by_relay(alliance, appointments, places, slot, relay, dr_wang):
    alliance.relay(relay, dr_wang, appointments.closeSlot, slot.id, places.clinic_ward)
    assert appointments.slotOf(slot.id)["closed"]


def test_any_clinician_of_the_institution_closes(alliance, appointments, slot, clinic, dr_wang):
    other = alliance.affiliate(dr_wang, clinic, "clinic outpatients")
    appointments.closeSlot(slot.id, other, {"from": dr_wang})
    assert appointments.slotOf(slot.id)["closed"]


def test_closing_again_says_nothing(appointments, slot, clinic):
    appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    assert told(appointments.closeSlot(slot.id, ZERO, {"from": clinic})) == []
    assert appointments.slotOf(slot.id)["closed"]


def test_a_slot_that_began_is_closed(appointments, slot, clinic):
    at(slot.starts_at)
    appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    assert appointments.slotOf(slot.id)["closed"]


def test_what_is_booked_stays(appointments, slot, stored, booked, clinic):
    appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    assert (stored(slot), appointments.bookingOf(booked)["status"]) == (1, BOOKED)
    at(slot.starts_at)
    appointments.noteAttendance(booked, ZERO, False, {"from": clinic})
    assert appointments.bookingOf(booked)["status"] == NO_SHOW


def test_an_unknown_slot_is_not_closed(appointments, refusal, slot, clinic):
    unknown = digest("unknown")
    invalid = ("AppointmentSlotInvalid", unknown)
    assert refusal(appointments.closeSlot, unknown, ZERO, {"from": clinic}) == invalid


def test_nobody_else_closes(appointments, refusal, slot, not_of_the_clinic):
    for caller, ward in not_of_the_clinic:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(appointments.closeSlot, slot.id, ward, {"from": caller}) == denied


def test_nobody_else_closes_what_is_closed(appointments, refusal, slot, clinic, mallory):
    appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    denied = ("CallerNotClinician", mallory, ZERO)
    assert refusal(appointments.closeSlot, slot.id, ZERO, {"from": mallory}) == denied


@pytest.mark.parametrize("why", ["suspended", "stopped"])
def test_slots_are_closed_by_an_active_institution(
    appointments, places, refusal, request, slot, clinic, dr_wang, why
):
    request.getfixturevalue(why)
    denied = ("CallerNotInstitution", clinic)
    assert refusal(appointments.closeSlot, slot.id, ZERO, {"from": clinic}) == denied
    denied = ("CallerNotClinician", dr_wang, places.clinic_ward)
    call = (slot.id, places.clinic_ward, {"from": dr_wang})
    assert refusal(appointments.closeSlot, *call) == denied
