"""`expireReferral`: anyone ends what is overdue (P70)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.referrals.conftest import ADMISSION_TIME
from tests.signing import ZERO, digest


@pytest.fixture
def until(preparation, slot, stored):
    """The last second of each stage."""
    return {
        "prepared": lambda id: preparation.due_at,
        "booked": lambda id: slot.starts_at + ADMISSION_TIME,
        "admitted": lambda id: stored(id)["due_at"],
    }


ENDS = [("prepared", "expired", 0), ("booked", "expired", 0), ("admitted", "overdue", 1)]


@pytest.mark.parametrize(("stage", "end", "left"), ENDS)
def test_p70_what_is_overdue_expires(
    referrals, request, until, stored, traffic, taken, slot, closing, mallory, stage, end, left
):
    id = request.getfixturevalue(stage)
    at(until[stage](id) + 1)
    before = stored(id)
    tx = referrals.expireReferral(id, {"from": mallory})
    given_back = ("SlotReferred", {"slot": slot.id, "referral": id, "taken": 0})
    events = [closing(id, mallory, end), given_back]
    assert told(tx) == (events if stage == "booked" else events[:1])
    assert stored(id) == before | {"stage": end, "since": now()}
    assert (traffic(), taken()) == ((0, 1), left)


@pytest.mark.parametrize("stage", ["prepared", "booked", "admitted"])
def test_nothing_expires_in_time(referrals, refusal, request, until, mallory, stage):
    id = request.getfixturevalue(stage)
    last = until[stage](id)
    at(last)
    early = ("ReferralTimeInvalid", last)
    assert refusal(referrals.expireReferral, id, {"from": mallory}) == early
    at(last + 1)
    referrals.expireReferral.call(id, {"from": mallory})


def test_who_expires_may_be_relayed(
    alliance, referrals, preparation, prepared, closing, alice, relay
):
    at(preparation.due_at + 1)
    tx = alliance.relay(relay, alice, referrals.expireReferral, prepared)
    assert told(tx)[1] == closing(prepared, alice, "expired")


def test_p41_a_stop_does_not_hold_up_expiry(
    referrals, preparation, prepared, stored, stopped, mallory
):
    at(preparation.due_at + 1)
    referrals.expireReferral(prepared, {"from": mallory})
    assert stored(prepared)["stage"] == "expired"


def test_others_stay_open(referrals, preparation, prepared, closing, traffic, dr_wang, mallory):
    later = preparation.but(salt=digest("second"), due_at=preparation.due_at + 60)
    referrals.prepareReferral(later.terms, {"from": dr_wang})
    at(preparation.due_at + 1)
    tx = referrals.expireReferral(prepared, {"from": mallory})
    assert told(tx) == [closing(prepared, mallory, "expired", open=1)]
    assert traffic() == (1, 2)


def test_who_was_admitted_without_booking_gives_no_slot_back(
    referrals, places, prepared, stored, closing, hospital, dr_li, mallory
):
    referrals.triage(prepared, places.hospital_ward, 1, {"from": dr_li})
    referrals.admitReferral(prepared, ZERO, {"from": hospital})
    at(stored(prepared)["due_at"] + 1)
    tx = referrals.expireReferral(prepared, {"from": mallory})
    assert told(tx) == [closing(prepared, mallory, "overdue")]
