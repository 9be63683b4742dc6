"""`triage`: a clinician of the receiving institution judges how urgent it is (R31)."""

import pytest

from tests.alliance import told
from tests.signing import digest


@pytest.mark.parametrize("level", [1, 4])
def test_triage_is_told_and_stored(referrals, places, prepared, stored, dr_li, level):
    before = stored(prepared)
    tx = referrals.triage(prepared, places.hospital_ward, level, {"from": dr_li})
    triaged = {"id": prepared, "clinician": dr_li, "level": level}
    assert told(tx) == [("ReferralTriaged", triaged)]
    assert stored(prepared) == before | {"triage": level}


def test_triage_can_be_relayed(alliance, referrals, places, prepared, stored, relay, dr_li):
    alliance.relay(relay, dr_li, referrals.triage, prepared, places.hospital_ward, 2)
    assert stored(prepared)["triage"] == 2


def test_what_is_booked_is_triaged_anew(referrals, places, booked, stored, dr_li):
    for level in (1, 3):
        referrals.triage(booked, places.hospital_ward, level, {"from": dr_li})
    assert (stored(booked)["triage"], stored(booked)["stage"]) == (3, "booked")


@pytest.mark.parametrize("level", [0, 5, 255])
def test_triage_has_four_levels(referrals, places, refusal, prepared, dr_li, level):
    invalid = ("ReferralLevelInvalid", level)
    call = (prepared, places.hospital_ward, level, {"from": dr_li})
    assert refusal(referrals.triage, *call) == invalid


def test_nobody_else_triages(referrals, refusal, prepared, not_receiving):
    for caller, ward in not_receiving:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(referrals.triage, prepared, ward, 1, {"from": caller}) == denied


def test_the_institution_itself_does_not_triage(referrals, places, refusal, prepared, hospital):
    denied = ("CallerNotClinician", hospital, places.hospital_ward)
    call = (prepared, places.hospital_ward, 1, {"from": hospital})
    assert refusal(referrals.triage, *call) == denied


def test_nobody_of_a_suspended_institution_triages(
    referrals, places, refusal, prepared, suspended, hospital, dr_li
):
    suspended(hospital)
    denied = ("CallerNotClinician", dr_li, places.hospital_ward)
    call = (prepared, places.hospital_ward, 1, {"from": dr_li})
    assert refusal(referrals.triage, *call) == denied


def test_an_unknown_referral_is_not_triaged(referrals, places, refusal, prepared, dr_li):
    unknown = digest("unknown")
    call = (unknown, places.hospital_ward, 1, {"from": dr_li})
    assert refusal(referrals.triage, *call) == ("ReferralStageInvalid", unknown, 0)
