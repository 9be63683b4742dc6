"""`admitReferral`: the receiving institution admits who booked, or who cannot wait (R30, R31)."""

import pytest

from tests.alliance import now, told
from tests.functional.referrals.conftest import FEEDBACK_TIME
from tests.signing import ZERO


def test_an_admission_is_told_and_stored(referrals, booked, slot, stored, taken, traffic, hospital):
    tx = referrals.admitReferral(booked, ZERO, {"from": hospital})
    due_at = now() + FEEDBACK_TIME
    admitted = {"id": booked, "by": hospital, "dueAt": due_at}
    assert told(tx) == [("ReferralAdmitted", admitted)]
    now_stored = {"stage": "admitted", "triage": 0, "due_at": due_at, "since": now()}
    assert stored(booked) == now_stored | {"slot": slot.id}
    assert (taken(), traffic()) == (1, (1, 1))


def test_a_clinician_admits_by_relay(alliance, referrals, places, booked, stored, relay, dr_li):
    tx = alliance.relay(relay, dr_li, referrals.admitReferral, booked, places.hospital_ward)
    assert told(tx)[1][1]["by"] == dr_li
    assert stored(booked)["stage"] == "admitted"


@pytest.mark.parametrize("level", [1, 2])
def test_who_cannot_wait_is_admitted_without_booking(
    referrals, places, prepared, stored, hospital, dr_li, level
):
    referrals.triage(prepared, places.hospital_ward, level, {"from": dr_li})
    referrals.admitReferral(prepared, ZERO, {"from": hospital})
    now_stored = {"stage": "admitted", "triage": level, "due_at": now() + FEEDBACK_TIME}
    assert stored(prepared) == now_stored | {"since": now(), "slot": ZERO}


@pytest.mark.parametrize("level", [None, 3, 4])
def test_who_can_wait_is_admitted_when_booked(
    referrals, places, refusal, prepared, hospital, dr_li, level
):
    if level:
        referrals.triage(prepared, places.hospital_ward, level, {"from": dr_li})
    waits = ("ReferralStageInvalid", prepared, 1)
    assert refusal(referrals.admitReferral, prepared, ZERO, {"from": hospital}) == waits


@pytest.mark.parametrize("level", [1, 4])
def test_who_booked_is_admitted_at_any_level(
    referrals, places, booked, stored, hospital, dr_li, level
):
    referrals.triage(booked, places.hospital_ward, level, {"from": dr_li})
    referrals.admitReferral(booked, ZERO, {"from": hospital})
    assert stored(booked)["stage"] == "admitted"


def test_nobody_else_admits(referrals, refusal, booked, not_receiving):
    for caller, ward in not_receiving:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(referrals.admitReferral, booked, ward, {"from": caller}) == denied


def test_a_suspended_institution_admits_nobody(
    referrals, places, refusal, booked, suspended, hospital, dr_li
):
    suspended(hospital)
    denied = ("CallerNotInstitution", hospital)
    assert refusal(referrals.admitReferral, booked, ZERO, {"from": hospital}) == denied
    denied = ("CallerNotClinician", dr_li, places.hospital_ward)
    call = (booked, places.hospital_ward, {"from": dr_li})
    assert refusal(referrals.admitReferral, *call) == denied
