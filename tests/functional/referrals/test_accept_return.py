"""`acceptReturn`: the referring institution takes the patient back (R30)."""

from tests.alliance import at, now, told
from tests.signing import ZERO


def test_a_return_is_told_and_stored(referrals, returning, stored, traffic, clinic):
    before = stored(returning)
    at(now() + 60)
    tx = referrals.acceptReturn(returning, ZERO, {"from": clinic})
    assert told(tx) == [("ReferralReturned", {"id": returning, "by": clinic})]
    assert stored(returning) == before | {"stage": "returned", "since": now()}
    assert traffic() == (0, 1)


def test_a_clinician_accepts_by_relay(
    alliance, referrals, places, returning, stored, relay, dr_wang
):
    tx = alliance.relay(relay, dr_wang, referrals.acceptReturn, returning, places.clinic_ward)
    assert told(tx)[1][1]["by"] == dr_wang
    assert stored(returning)["stage"] == "returned"


def test_nobody_else_accepts(referrals, refusal, returning, not_referring):
    for caller, ward in not_referring:
        denied = ("CallerNotClinician", caller, ward)
        assert refusal(referrals.acceptReturn, returning, ward, {"from": caller}) == denied


def test_the_patient_does_not_accept(referrals, places, refusal, returning, alice):
    denied = ("CallerNotClinician", alice, places.clinic_ward)
    call = (returning, places.clinic_ward, {"from": alice})
    assert refusal(referrals.acceptReturn, *call) == denied


def test_a_suspended_institution_accepts_nobody(referrals, refusal, returning, suspended, clinic):
    suspended(clinic)
    denied = ("CallerNotInstitution", clinic)
    assert refusal(referrals.acceptReturn, returning, ZERO, {"from": clinic}) == denied
