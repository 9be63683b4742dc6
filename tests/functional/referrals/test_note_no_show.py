"""`noteNoShow`: the patient did not come within an hour of the slot (R30)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.referrals.conftest import GRACE
from tests.signing import ZERO


@pytest.fixture
def awaited(slot, booked):
    """Alice's referral, in the first second in which she is missed."""
    at(slot.starts_at + GRACE)
    return booked


def test_a_no_show_is_told_and_stored(
    referrals, awaited, slot, stored, traffic, taken, closing, hospital
):
    before = stored(awaited)
    tx = referrals.noteNoShow(awaited, ZERO, {"from": hospital})
    given_back = {"slot": slot.id, "referral": awaited, "taken": 0}
    assert told(tx) == [closing(awaited, hospital, "missed"), ("SlotReferred", given_back)]
    assert stored(awaited) == before | {"stage": "missed", "since": now()}
    assert (traffic(), taken()) == ((0, 1), 0)


def test_a_clinician_notes_by_relay(alliance, referrals, places, awaited, closing, relay, dr_li):
    tx = alliance.relay(relay, dr_li, referrals.noteNoShow, awaited, places.hospital_ward)
    assert told(tx)[1] == closing(awaited, dr_li, "missed")


def test_a_patient_is_missed_after_an_hour(referrals, refusal, booked, slot, hospital):
    call = (booked, ZERO, {"from": hospital})
    at(slot.starts_at + GRACE - 1)
    early = ("ReferralTimeInvalid", slot.starts_at)
    assert refusal(referrals.noteNoShow, *call) == early
    at(slot.starts_at + GRACE)
    referrals.noteNoShow.call(*call)


def test_nobody_else_notes(referrals, refusal, awaited, not_receiving):
    for caller, ward in not_receiving:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(referrals.noteNoShow, awaited, ward, {"from": caller}) == denied


def test_a_suspended_institution_notes_nothing(referrals, refusal, awaited, suspended, hospital):
    suspended(hospital)
    denied = ("CallerNotInstitution", hospital)
    assert refusal(referrals.noteNoShow, awaited, ZERO, {"from": hospital}) == denied
