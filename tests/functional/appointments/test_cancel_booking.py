"""`cancelBooking`: patient or institution, until the slot begins; idempotent (R33, P22)."""

import pytest

from tests.alliance import at, told
from tests.functional.appointments.slots import (
    ATTENDED,
    BOOKED,
    CANCELLED,
    NO_SHOW,
    VISIT,
    booking_id,
)
from tests.signing import ZERO, digest


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_cancelling_is_told_and_stored(appointments, slot, stored, booked, bobs, request, bob, who):
    appointments.book(slot.id, bobs, VISIT, {"from": bob})
    tx = appointments.cancelBooking(booked, {"from": request.getfixturevalue(who)})
    changed = {"booking": booked, "status": CANCELLED, "taken": 1}
    assert told(tx) == [("AppointmentChanged", changed)]
    assert (stored(slot), appointments.bookingOf(booked)[2:]) == (1, (VISIT, CANCELLED))


def test_one_place_is_free_again_and_no_other(
    appointments, opened, relationship, clinic, referring, alice
):
    slot = opened(capacity=9)
    appointments.book(slot.id, relationship, VISIT, {"from": alice})
    for n in range(4):
        appointments.take(slot.id, clinic, digest(f"referral {n}"), {"from": referring})
    tx = appointments.cancelBooking(booking_id(relationship, slot.id), {"from": alice})
    assert told(tx)[0][1]["taken"] == 4


def test_cancelling_can_be_relayed(alliance, appointments, booked, alice, relay):
    alliance.relay(relay, alice, appointments.cancelBooking, booked)
    assert appointments.bookingOf(booked)["status"] == CANCELLED


def test_cancelling_again_says_nothing(appointments, slot, stored, booked, alice, clinic):
    appointments.cancelBooking(booked, {"from": alice})
    at(slot.starts_at)
    for party in (alice, clinic):
        assert told(appointments.cancelBooking(booked, {"from": party})) == []
    assert (stored(slot), appointments.bookingOf(booked)["status"]) == (0, CANCELLED)


def test_a_full_slot_has_room_again(appointments, opened, relationship, bobs, alice, bob):
    single = opened(capacity=1)
    appointments.book(single.id, relationship, VISIT, {"from": alice})
    booking = booking_id(relationship, single.id)
    appointments.cancelBooking(booking, {"from": alice})
    tx = appointments.book(single.id, bobs, VISIT, {"from": bob})
    assert told(tx)[0][1]["taken"] == 1


def test_an_unknown_booking_is_not_cancelled(appointments, refusal, alice):
    unknown = digest("unknown")
    invalid = ("AppointmentStatusInvalid", unknown, 0)
    assert refusal(appointments.cancelBooking, unknown, {"from": alice}) == invalid


@pytest.fixture
def no_party(request):
    """Everybody but Alice and the clinic."""
    return [
        request.getfixturevalue(who) for who in ("bob", "dr_wang", "lead", "hospital", "mallory")
    ]


def test_nobody_else_cancels(appointments, refusal, booked, no_party):
    for stranger in no_party:
        denied = ("CallerNotAllowed", stranger)
        assert refusal(appointments.cancelBooking, booked, {"from": stranger}) == denied


def test_nobody_else_cancels_what_is_cancelled(appointments, refusal, booked, alice, mallory):
    appointments.cancelBooking(booked, {"from": alice})
    denied = ("CallerNotAllowed", mallory)
    assert refusal(appointments.cancelBooking, booked, {"from": mallory}) == denied


def test_a_booking_is_cancelled_until_its_slot_begins(appointments, refusal, slot, booked, alice):
    at(slot.starts_at - 1)
    appointments.cancelBooking.call(booked, {"from": alice})
    at(slot.starts_at)
    begun = ("AppointmentStatusInvalid", booked, BOOKED)
    assert refusal(appointments.cancelBooking, booked, {"from": alice}) == begun


@pytest.mark.parametrize("attended", [True, False])
def test_what_was_noted_is_not_cancelled(
    appointments, refusal, slot, booked, clinic, alice, attended
):
    at(slot.starts_at)
    appointments.noteAttendance(booked, ZERO, attended, {"from": clinic})
    noted = ("AppointmentStatusInvalid", booked, ATTENDED if attended else NO_SHOW)
    assert refusal(appointments.cancelBooking, booked, {"from": alice}) == noted


@pytest.mark.parametrize(("who", "why"), [("alice", "stopped"), ("clinic", "suspended")])
def test_p41_nothing_blocks_cancelling(
    appointments, booked, relationship, request, alice, who, why
):
    request.getfixturevalue(why)
    relationship.end({"from": alice})
    appointments.cancelBooking(booked, {"from": request.getfixturevalue(who)})
    assert appointments.bookingOf(booked)["status"] == CANCELLED


def test_a_place_in_a_closed_slot_is_given_back(appointments, slot, stored, booked, alice, clinic):
    appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    appointments.cancelBooking(booked, {"from": alice})
    assert (stored(slot), appointments.slotOf(slot.id)["closed"]) == (0, True)
