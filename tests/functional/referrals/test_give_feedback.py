"""`giveFeedback`: what came of it, late or not, and whether the patient returns (R30)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.referrals.conftest import COMMITMENT
from tests.signing import ZERO, digest


@pytest.fixture
def another(referrals, preparation, dr_wang):
    """A further open referral of the pair."""
    second = preparation.but(salt=digest("second"))
    referrals.prepareReferral(second.terms, {"from": dr_wang})


@pytest.mark.parametrize(("down", "stage"), [(False, "answered"), (True, "returning")])
def test_feedback_is_told_and_stored(
    referrals, admitted, another, stored, traffic, taken, hospital, down, stage
):
    before = stored(admitted)
    at(now() + 60)
    tx = referrals.giveFeedback(admitted, ZERO, COMMITMENT, down, b"note", {"from": hospital})
    given = {"id": admitted, "by": hospital, "commitment": COMMITMENT, "down": down}
    assert told(tx) == [("FeedbackGiven", given | {"open": 1, "note": b"note"})]
    assert stored(admitted) == before | {"stage": stage, "since": now()}
    assert (traffic(), taken()) == ((1, 2), 1)


@pytest.mark.parametrize(("down", "stage"), [(False, "answered"), (True, "returning")])
def test_late_feedback_leaves_what_is_open(
    referrals, preparation, overdue, stored, traffic, hospital, dr_wang, down, stage
):
    second = preparation.but(salt=digest("second"), due_at=now() + 7_200)
    referrals.prepareReferral(second.terms, {"from": dr_wang})
    tx = referrals.giveFeedback(overdue, ZERO, COMMITMENT, down, b"", {"from": hospital})
    assert told(tx)[0][1]["open"] == 1
    assert (stored(overdue)["stage"], traffic()) == (stage, (1, 2))


def test_a_clinician_gives_feedback_by_relay(
    alliance, referrals, places, admitted, stored, relay, dr_li
):
    given = (admitted, places.hospital_ward, COMMITMENT, False, b"")
    tx = alliance.relay(relay, dr_li, referrals.giveFeedback, *given)
    assert told(tx)[1][1]["by"] == dr_li
    assert stored(admitted)["stage"] == "answered"


def test_feedback_that_is_late_and_not_yet_overdue_is_taken(
    referrals, admitted, stored, traffic, hospital
):
    at(stored(admitted)["due_at"] + 1)
    referrals.giveFeedback(admitted, ZERO, COMMITMENT, False, b"", {"from": hospital})
    assert traffic() == (0, 1)


def test_a_note_has_a_length(referrals, refusal, admitted, hospital):
    given = (admitted, ZERO, COMMITMENT, False)
    referrals.giveFeedback.call(*given, bytes(2048), {"from": hospital})
    long = ("LengthInvalid", 2049)
    assert refusal(referrals.giveFeedback, *given, bytes(2049), {"from": hospital}) == long


def test_nobody_else_gives_feedback(referrals, refusal, admitted, not_receiving):
    for caller, ward in not_receiving:
        denied = ("CallerNotClinician", caller, ward)
        call = (admitted, ward, COMMITMENT, False, b"", {"from": caller})
        assert refusal(referrals.giveFeedback, *call) == denied


def test_a_suspended_institution_gives_none(referrals, refusal, admitted, suspended, hospital):
    suspended(hospital)
    denied = ("CallerNotInstitution", hospital)
    call = (admitted, ZERO, COMMITMENT, False, b"", {"from": hospital})
    assert refusal(referrals.giveFeedback, *call) == denied
