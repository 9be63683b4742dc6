"""`giveBack`: a referral's place is free again, for the referrals contract alone (R30)."""

import pytest

from tests.alliance import told
from tests.signing import digest

REFERRAL = digest("referral")


def test_what_is_given_back_is_told_and_stored(
    appointments, slot, stored, booked, clinic, referring
):
    appointments.take(slot.id, clinic, REFERRAL, {"from": referring})
    tx = appointments.giveBack(slot.id, REFERRAL, {"from": referring})
    referred = {"slot": slot.id, "referral": REFERRAL, "taken": 1}
    assert told(tx) == [("SlotReferred", referred)]
    assert stored(slot) == 1


def test_one_place_is_given_back_and_no_other(appointments, opened, clinic, referring):
    slot = opened(capacity=9)
    for n in range(5):
        appointments.take(slot.id, clinic, digest(f"referral {n}"), {"from": referring})
    tx = appointments.giveBack(slot.id, digest("referral 0"), {"from": referring})
    assert told(tx)[0][1]["taken"] == 4


@pytest.mark.parametrize("who", ["mallory", "alice", "clinic", "dr_wang"])
def test_nobody_else_gives_back(appointments, refusal, request, slot, booked, who):
    caller = request.getfixturevalue(who)
    denied = ("AppointmentNotReferrals", caller)
    assert refusal(appointments.giveBack, slot.id, REFERRAL, {"from": caller}) == denied


def test_nobody_gives_back_by_relay(
    alliance, appointments, forwarder, refusal, booked, slot, alice
):
    request = alliance.request(alice, appointments.giveBack, slot.id, REFERRAL)
    signed = alliance.forwarded(alice, request)
    denied = ("AppointmentNotReferrals", forwarder.address)
    assert refusal(forwarder.execute, *signed, {"from": alice}) == denied


def test_no_more_is_given_back_than_was_taken(appointments, refusal, slot, referring):
    underflow = ("Panic", 0x11)
    assert refusal(appointments.giveBack, slot.id, REFERRAL, {"from": referring}) == underflow
