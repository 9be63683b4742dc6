"""`noteAttendance`: the institution says whether the patient came, once it can know (R33)."""

import pytest

from tests.alliance import at, told
from tests.functional.appointments.slots import ATTENDED, BOOKED, CANCELLED, NO_SHOW, VISIT
from tests.signing import ZERO, digest


@pytest.fixture
def begun(slot, booked):
    """Alice's booking in its slot's first second."""
    at(slot.starts_at)
    return booked


@pytest.mark.parametrize(("attended", "status"), [(True, ATTENDED), (False, NO_SHOW)])
def test_attendance_is_told_and_stored(appointments, slot, stored, begun, clinic, attended, status):
    tx = appointments.noteAttendance(begun, ZERO, attended, {"from": clinic})
    changed = {"booking": begun, "status": status, "taken": 1}
    assert told(tx) == [("AppointmentChanged", changed)]
    assert (stored(slot), appointments.bookingOf(begun)[2:]) == (1, (VISIT, status))


def test_a_clinician_notes_by_relay(alliance, appointments, places, begun, relay, dr_wang):
    given = (begun, places.clinic_ward, True)
    alliance.relay(relay, dr_wang, appointments.noteAttendance, *given)
    assert appointments.bookingOf(begun)["status"] == ATTENDED


def test_nothing_is_noted_before_the_slot_begins(appointments, refusal, slot, booked, clinic):
    call = (booked, ZERO, True, {"from": clinic})
    at(slot.starts_at - 1)
    early = ("AppointmentStatusInvalid", booked, BOOKED)
    assert refusal(appointments.noteAttendance, *call) == early
    at(slot.starts_at)
    appointments.noteAttendance.call(*call)


def test_nothing_is_noted_of_an_unknown_booking(appointments, refusal, clinic):
    unknown = digest("unknown")
    invalid = ("AppointmentStatusInvalid", unknown, 0)
    assert refusal(appointments.noteAttendance, unknown, ZERO, True, {"from": clinic}) == invalid


def test_nothing_is_noted_of_what_was_cancelled(appointments, refusal, slot, booked, clinic, alice):
    appointments.cancelBooking(booked, {"from": alice})
    at(slot.starts_at)
    cancelled = ("AppointmentStatusInvalid", booked, CANCELLED)
    call = (booked, ZERO, True, {"from": clinic})
    assert refusal(appointments.noteAttendance, *call) == cancelled


@pytest.mark.parametrize(("attended", "status"), [(True, ATTENDED), (False, NO_SHOW)])
def test_attendance_is_noted_once(appointments, refusal, begun, clinic, attended, status):
    appointments.noteAttendance(begun, ZERO, attended, {"from": clinic})
    noted = ("AppointmentStatusInvalid", begun, status)
    call = (begun, ZERO, not attended, {"from": clinic})
    assert refusal(appointments.noteAttendance, *call) == noted


def test_nobody_else_notes(appointments, refusal, begun, not_of_the_clinic):
    for caller, ward in not_of_the_clinic:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(appointments.noteAttendance, begun, ward, True, {"from": caller}) == denied


def test_a_suspended_institution_notes_nothing(appointments, refusal, begun, suspended):
    denied = ("CallerNotInstitution", suspended)
    call = (begun, ZERO, True, {"from": suspended})
    assert refusal(appointments.noteAttendance, *call) == denied
