"""`refuseReferral`: the receiving institution declines, and a slot is free again (R30)."""

from tests.alliance import at, now, told
from tests.signing import ZERO, digest


def test_a_refusal_is_told_and_stored(
    referrals, preparation, prepared, stored, traffic, closing, hospital, dr_wang
):
    second = preparation.but(salt=digest("second"))
    referrals.prepareReferral(second.terms, {"from": dr_wang})
    before = stored(prepared)
    at(now() + 60)
    tx = referrals.refuseReferral(prepared, ZERO, b"reason", {"from": hospital})
    assert told(tx) == [closing(prepared, hospital, "refused", b"reason", open=1)]
    assert stored(prepared) == before | {"stage": "refused", "since": now()}
    assert traffic() == (1, 2)


def test_a_refusal_gives_the_slot_back(
    referrals, booked, slot, stored, taken, traffic, closing, hospital
):
    tx = referrals.refuseReferral(booked, ZERO, b"", {"from": hospital})
    given_back = {"slot": slot.id, "referral": booked, "taken": 0}
    assert told(tx) == [closing(booked, hospital, "refused"), ("SlotReferred", given_back)]
    assert (taken(), traffic(), stored(booked)["slot"]) == (0, (0, 1), slot.id)


def test_a_clinician_refuses_by_relay(alliance, referrals, places, prepared, closing, relay, dr_li):
    given = (prepared, places.hospital_ward, b"")
    tx = alliance.relay(relay, dr_li, referrals.refuseReferral, *given)
    assert told(tx)[1] == closing(prepared, dr_li, "refused")


def test_a_reason_has_a_length(referrals, refusal, prepared, hospital):
    referrals.refuseReferral.call(prepared, ZERO, bytes(2048), {"from": hospital})
    call = (prepared, ZERO, bytes(2049), {"from": hospital})
    assert refusal(referrals.refuseReferral, *call) == ("LengthInvalid", 2049)


def test_nobody_else_refuses(referrals, refusal, prepared, not_receiving):
    for caller, ward in not_receiving:
        denied = ("CallerNotClinician", caller, ward)
        call = (prepared, ward, b"", {"from": caller})
        assert refusal(referrals.refuseReferral, *call) == denied


def test_a_suspended_institution_refuses_nothing(referrals, refusal, prepared, suspended, hospital):
    suspended(hospital)
    denied = ("CallerNotInstitution", hospital)
    call = (prepared, ZERO, b"", {"from": hospital})
    assert refusal(referrals.refuseReferral, *call) == denied


def test_p41_a_stop_does_not_block_the_institutions_refusal(
    referrals, booked, stopped, stored, taken, closing, hospital
):
    tx = referrals.refuseReferral(booked, ZERO, b"reason", {"from": hospital})
    assert told(tx)[0] == closing(booked, hospital, "refused", b"reason")
    assert (stored(booked)["stage"], taken()) == ("refused", 0)


def test_a_stop_blocks_everybody_else(referrals, places, refusal, prepared, stopped, clinic, dr_li):
    for caller in (dr_li, clinic):
        denied = ("CallerNotClinician", caller, places.hospital_ward)
        call = (prepared, places.hospital_ward, b"", {"from": caller})
        assert refusal(referrals.refuseReferral, *call) == denied


def test_a_suspended_institution_refuses_nothing_during_a_stop(
    referrals, refusal, prepared, stopped, suspended, hospital
):
    suspended(hospital)
    denied = ("CallerNotInstitution", hospital)
    call = (prepared, ZERO, b"", {"from": hospital})
    assert refusal(referrals.refuseReferral, *call) == denied
