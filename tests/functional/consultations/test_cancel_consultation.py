"""`cancelConsultation`: the patient or who convened it (R31, P41)."""

import pytest

from tests.alliance import told
from tests.functional.consultations.conftest import CANCELLED
from tests.signing import ZERO


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_cancelling_is_told_and_stored(consultations, invitation, request, convened, stored, who):
    caller = request.getfixturevalue(who)
    tx = consultations.cancelConsultation(convened, ZERO, {"from": caller})
    cancelled = {"id": convened, "by": caller, "stage": CANCELLED, "commitment": ZERO}
    assert told(tx) == [("ConsultationEnded", cancelled)]
    assert stored() == (CANCELLED, 2, 0, invitation.due_at)


@pytest.mark.parametrize("who", ["alice", "dr_wang"])
def test_cancelling_can_be_relayed(
    alliance, consultations, places, request, convened, stored, relay, who
):
    caller = request.getfixturevalue(who)
    given = (convened, places.clinic_ward)
    tx = alliance.relay(relay, caller, consultations.cancelConsultation, *given)
    assert (told(tx)[1][1]["by"], stored()[0]) == (caller, CANCELLED)


def test_nobody_else_cancels(consultations, refusal, convened, not_convening):
    for caller, ward in not_convening:
        denied = ("CallerNotClinician", caller, ward)
        call = (convened, ward, {"from": caller})
        assert refusal(consultations.cancelConsultation, *call) == denied


@pytest.mark.parametrize("why", ["suspended", "stopped"])
def test_p41_nothing_blocks_the_patient(
    consultations, refusal, request, relationship, convened, stored, clinic, alice, why
):
    caused = request.getfixturevalue(why)
    if why == "suspended":
        caused(clinic)
    denied = ("CallerNotInstitution", clinic)
    call = (convened, ZERO, {"from": clinic})
    assert refusal(consultations.cancelConsultation, *call) == denied
    relationship.end({"from": alice})
    consultations.cancelConsultation(convened, ZERO, {"from": alice})
    assert stored()[0] == CANCELLED


def test_nothing_is_cancelled_after_the_end(consultations, refusal, over, alice):
    id, stage = over
    ended = ("ConsultationStageInvalid", id, stage)
    assert refusal(consultations.cancelConsultation, id, ZERO, {"from": alice}) == ended


def test_an_unknown_consultation_is_not_cancelled(consultations, refusal, alice):
    invalid = ("ConsultationStageInvalid", ZERO, 0)
    assert refusal(consultations.cancelConsultation, ZERO, ZERO, {"from": alice}) == invalid
