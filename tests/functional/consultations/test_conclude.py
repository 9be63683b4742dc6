"""`conclude`: the convening institution draws its conclusion (R31)."""

from tests.alliance import at, told
from tests.functional.consultations.conftest import CONCLUDED, CONCLUSION_TIME
from tests.signing import ZERO, digest

CONCLUSION = digest("conclusion record")


def test_a_conclusion_is_told_and_stored(consultations, invitation, convened, stored, clinic):
    tx = consultations.conclude(convened, ZERO, CONCLUSION, {"from": clinic})
    concluded = {"id": convened, "by": clinic, "stage": CONCLUDED, "commitment": CONCLUSION}
    assert told(tx) == [("ConsultationEnded", concluded)]
    assert stored() == (CONCLUDED, 2, 0, invitation.due_at)


def test_a_clinician_concludes_by_relay(
    alliance, consultations, places, convened, stored, relay, dr_wang
):
    given = (convened, places.clinic_ward, CONCLUSION)
    tx = alliance.relay(relay, dr_wang, consultations.conclude, *given)
    assert told(tx)[1][1]["by"] == dr_wang
    assert stored()[0] == CONCLUDED


def test_it_is_never_too_late_to_conclude(consultations, invitation, convened, stored, clinic):
    at(invitation.due_at + CONCLUSION_TIME + 1)
    consultations.conclude(convened, ZERO, CONCLUSION, {"from": clinic})
    assert stored()[0] == CONCLUDED


def test_nobody_else_concludes(consultations, refusal, convened, not_convening):
    for caller, ward in not_convening:
        denied = ("CallerNotClinician", caller, ward)
        call = (convened, ward, CONCLUSION, {"from": caller})
        assert refusal(consultations.conclude, *call) == denied


def test_the_patient_does_not_conclude(consultations, places, refusal, convened, alice):
    denied = ("CallerNotClinician", alice, places.clinic_ward)
    call = (convened, places.clinic_ward, CONCLUSION, {"from": alice})
    assert refusal(consultations.conclude, *call) == denied


def test_a_suspended_institution_does_not_conclude(
    consultations, refusal, convened, suspended, clinic
):
    suspended(clinic)
    denied = ("CallerNotInstitution", clinic)
    call = (convened, ZERO, CONCLUSION, {"from": clinic})
    assert refusal(consultations.conclude, *call) == denied


def test_nothing_is_concluded_after_the_end(consultations, refusal, over, clinic):
    id, stage = over
    ended = ("ConsultationStageInvalid", id, stage)
    assert refusal(consultations.conclude, id, ZERO, CONCLUSION, {"from": clinic}) == ended


def test_an_unknown_consultation_is_not_concluded(consultations, refusal, clinic):
    invalid = ("ConsultationStageInvalid", ZERO, 0)
    assert refusal(consultations.conclude, ZERO, ZERO, CONCLUSION, {"from": clinic}) == invalid
