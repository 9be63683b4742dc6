"""`take`: a place for a referral, for the referrals contract alone (R30)."""

import pytest

from tests.alliance import at, told
from tests.functional.appointments.slots import VISIT
from tests.signing import ZERO, digest

REFERRAL = digest("referral")


def test_a_place_is_told_and_stored(appointments, slot, stored, clinic, referring):
    tx = appointments.take(slot.id, clinic, REFERRAL, {"from": referring})
    referred = {"slot": slot.id, "referral": REFERRAL, "taken": 1}
    assert told(tx) == [("SlotReferred", referred)]
    assert tx.return_value == slot.starts_at
    assert stored(slot) == 1


def test_nobody_else_takes(appointments, refusal, request, slot, clinic):
    for who in ("mallory", "alice", "clinic", "dr_wang"):
        caller = request.getfixturevalue(who)
        denied = ("AppointmentNotReferrals", caller)
        assert refusal(appointments.take, slot.id, clinic, REFERRAL, {"from": caller}) == denied


def test_nobody_takes_by_relay(alliance, appointments, forwarder, refusal, slot, clinic, alice):
    request = alliance.request(alice, appointments.take, slot.id, clinic, REFERRAL)
    signed = alliance.forwarded(alice, request)
    denied = ("AppointmentNotReferrals", forwarder.address)
    assert refusal(forwarder.execute, *signed, {"from": alice}) == denied


def test_a_place_is_of_the_institution_referred_to(
    appointments, refusal, slot, hospital, referring
):
    invalid = ("AppointmentSlotInvalid", slot.id)
    call = (slot.id, hospital, REFERRAL, {"from": referring})
    assert refusal(appointments.take, *call) == invalid


def test_referrals_and_bookings_share_a_slot(
    appointments, refusal, slot, booked, bobs, bob, clinic, referring
):
    tx = appointments.take(slot.id, clinic, REFERRAL, {"from": referring})
    assert told(tx)[0][1]["taken"] == 2
    full = ("AppointmentSlotInvalid", slot.id)
    assert refusal(appointments.take, slot.id, clinic, REFERRAL, {"from": referring}) == full
    assert refusal(appointments.book, slot.id, bobs, VISIT, {"from": bob}) == full


@pytest.mark.parametrize("why", ["closed", "begun", "suspended", "stopped"])
def test_a_place_is_in_an_open_slot(appointments, refusal, request, slot, clinic, referring, why):
    if why == "closed":
        appointments.closeSlot(slot.id, ZERO, {"from": clinic})
    elif why == "begun":
        at(slot.starts_at)
    else:
        request.getfixturevalue(why)
    invalid = ("AppointmentSlotInvalid", slot.id)
    assert refusal(appointments.take, slot.id, clinic, REFERRAL, {"from": referring}) == invalid
