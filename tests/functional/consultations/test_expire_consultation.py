"""`expireConsultation`: anyone ends what nobody concluded within a week of its time (P70)."""

import pytest

from tests.alliance import at, told
from tests.functional.consultations.conftest import CONCLUSION_TIME, EXPIRED
from tests.signing import ZERO


@pytest.fixture
def overdue(invitation, convened):
    """The consultation, in the first second in which it is overdue."""
    at(invitation.due_at + CONCLUSION_TIME + 1)
    return convened


def test_p70_an_end_is_told_and_stored(consultations, invitation, overdue, stored, mallory):
    tx = consultations.expireConsultation(overdue, {"from": mallory})
    expired = {"id": overdue, "by": mallory, "stage": EXPIRED, "commitment": ZERO}
    assert told(tx) == [("ConsultationEnded", expired)]
    assert stored() == (EXPIRED, 2, 0, invitation.due_at)


def test_who_expires_may_be_relayed(alliance, consultations, overdue, alice, relay):
    tx = alliance.relay(relay, alice, consultations.expireConsultation, overdue)
    assert told(tx)[1][1]["by"] == alice


def test_nothing_expires_within_a_week_of_its_time(
    consultations, refusal, invitation, convened, mallory
):
    last = invitation.due_at + CONCLUSION_TIME
    at(last)
    early = ("ConsultationTimeInvalid", last)
    assert refusal(consultations.expireConsultation, convened, {"from": mallory}) == early
    at(last + 1)
    consultations.expireConsultation.call(convened, {"from": mallory})


def test_p41_a_stop_does_not_hold_up_expiry(consultations, overdue, stored, stopped, mallory):
    consultations.expireConsultation(overdue, {"from": mallory})
    assert stored()[0] == EXPIRED


def test_nothing_expires_after_the_end(consultations, refusal, over, mallory):
    id, stage = over
    ended = ("ConsultationStageInvalid", id, stage)
    assert refusal(consultations.expireConsultation, id, {"from": mallory}) == ended


def test_an_unknown_consultation_does_not_expire(consultations, refusal, mallory):
    invalid = ("ConsultationStageInvalid", ZERO, 0)
    assert refusal(consultations.expireConsultation, ZERO, {"from": mallory}) == invalid
