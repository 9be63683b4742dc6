"""`cancelReferral`: the patient or who referred her changes their mind before admission (R30)."""

import pytest

from tests.alliance import at, now, told
from tests.signing import ZERO


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_cancelling_is_told_and_stored(referrals, request, prepared, stored, traffic, closing, who):
    caller, before = request.getfixturevalue(who), stored(prepared)
    at(now() + 60)
    tx = referrals.cancelReferral(prepared, ZERO, {"from": caller})
    assert told(tx) == [closing(prepared, caller, "cancelled")]
    assert stored(prepared) == before | {"stage": "cancelled", "since": now()}
    assert traffic() == (0, 1)


def test_cancelling_gives_the_slot_back(referrals, booked, slot, taken, closing, alice):
    tx = referrals.cancelReferral(booked, ZERO, {"from": alice})
    given_back = {"slot": slot.id, "referral": booked, "taken": 0}
    assert told(tx) == [closing(booked, alice, "cancelled"), ("SlotReferred", given_back)]
    assert taken() == 0


@pytest.mark.parametrize("who", ["alice", "dr_wang"])
def test_cancelling_can_be_relayed(
    alliance, referrals, places, request, prepared, closing, relay, who
):
    caller = request.getfixturevalue(who)
    given = (prepared, places.clinic_ward)
    tx = alliance.relay(relay, caller, referrals.cancelReferral, *given)
    assert told(tx)[1] == closing(prepared, caller, "cancelled")


def test_nobody_else_cancels(referrals, refusal, prepared, not_referring):
    for caller, ward in not_referring:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(referrals.cancelReferral, prepared, ward, {"from": caller}) == denied


@pytest.mark.parametrize("why", ["suspended", "stopped"])
def test_p41_nothing_blocks_the_patient(
    referrals, refusal, request, relationship, booked, stored, clinic, alice, why
):
    caused = request.getfixturevalue(why)
    if why == "suspended":
        caused(clinic)
    denied = ("CallerNotInstitution", clinic)
    assert refusal(referrals.cancelReferral, booked, ZERO, {"from": clinic}) == denied
    relationship.end({"from": alice})
    referrals.cancelReferral(booked, ZERO, {"from": alice})
    assert stored(booked)["stage"] == "cancelled"
