"""`answerConsultation`: each invited institution once, in time (R31)."""

import pytest

from tests.alliance import at, told
from tests.functional.consultations.conftest import (
    DECLINED,
    GIVEN,
    INVITED,
    OPINION,
    UNINVITED,
)
from tests.signing import ZERO, digest


@pytest.fixture
def call(places, convened, dr_li):
    """Dr Li's opinion for the hospital."""
    return (convened, places.hospital_ward, True, OPINION, b"note", {"from": dr_li})


@pytest.mark.parametrize(
    ("given", "commitment", "answer"), [(True, OPINION, GIVEN), (False, ZERO, DECLINED)]
)
def test_an_answer_is_told_and_stored(
    consultations, invitation, call, stored, hospital, hospital_b, dr_li, given, commitment, answer
):
    id, ward = call[:2]
    tx = consultations.answerConsultation(id, ward, given, commitment, b"note", {"from": dr_li})
    answered = {"id": id, "institution": hospital, "clinician": dr_li, "answer": answer}
    answered |= {"answered": 1, "commitment": commitment, "note": b"note"}
    assert told(tx) == [("ConsultationAnswered", answered)]
    assert stored() == (1, 2, 1, invitation.due_at)
    answers = [consultations.answerOf(id, house) for house in (hospital, hospital_b)]
    assert answers == [answer, INVITED]


def test_the_answers_are_counted(consultations, further, call, stored, dr_zhao):
    consultations.answerConsultation(*call)
    second = (call[0], further.ward, False, ZERO, b"note", {"from": dr_zhao})
    tx = consultations.answerConsultation(*second)
    assert (told(tx)[0][1]["answered"], stored()[2]) == (2, 2)


def test_answering_can_be_relayed(alliance, consultations, call, relay, hospital, dr_li):
    alliance.relay(relay, dr_li, consultations.answerConsultation, *call[:-1])
    assert consultations.answerOf(call[0], hospital) == GIVEN


def test_who_declines_commits_to_nothing(consultations, places, convened, dr_li):
    declined = (convened, places.hospital_ward, False, OPINION, b"note", {"from": dr_li})
    tx = consultations.answerConsultation(*declined)
    assert told(tx)[0][1]["commitment"] == ZERO


@pytest.mark.parametrize(("given", "answer"), [(True, GIVEN), (False, DECLINED)])
def test_an_institution_answers_once(
    consultations, places, convened, call, refusal, hospital, dr_li, given, answer
):
    consultations.answerConsultation(*call[:2], given, ZERO, b"", {"from": dr_li})
    done = ("ConsultationAnswerInvalid", hospital, answer)
    assert refusal(consultations.answerConsultation, *call) == done


@pytest.mark.parametrize(
    ("who", "ward", "house"),
    [("dr_chen", "lead_ward", "lead"), ("dr_wang", "clinic_ward", "clinic")],
)
def test_who_is_not_invited_does_not_answer(
    consultations, places, convened, refusal, request, who, ward, house
):
    clinician, institution = request.getfixturevalue(who), request.getfixturevalue(house)
    uninvited = ("ConsultationAnswerInvalid", institution, UNINVITED)
    call = (convened, getattr(places, ward), True, OPINION, b"", {"from": clinician})
    assert refusal(consultations.answerConsultation, *call) == uninvited


def test_only_a_clinician_answers(consultations, places, call, refusal, request):
    for who in ("mallory", "alice", "hospital", "dr_wang"):
        caller = request.getfixturevalue(who)
        denied = ("CallerNotClinician", caller, places.hospital_ward)
        assert refusal(consultations.answerConsultation, *call[:-1], {"from": caller}) == denied


def test_a_suspended_institution_does_not_answer(
    consultations, places, call, refusal, suspended, hospital, dr_li
):
    suspended(hospital)
    denied = ("CallerNotClinician", dr_li, places.hospital_ward)
    assert refusal(consultations.answerConsultation, *call) == denied


def test_an_answer_is_given_in_time(consultations, invitation, call, refusal):
    at(invitation.due_at)
    consultations.answerConsultation.call(*call)
    at(invitation.due_at + 1)
    late = ("ConsultationTimeInvalid", invitation.due_at)
    assert refusal(consultations.answerConsultation, *call) == late


def test_a_note_has_a_length(consultations, call, refusal, dr_li):
    given = call[:4]
    consultations.answerConsultation.call(*given, bytes(2048), {"from": dr_li})
    long = ("LengthInvalid", 2049)
    call = (*given, bytes(2049), {"from": dr_li})
    assert refusal(consultations.answerConsultation, *call) == long


def test_nothing_is_answered_after_the_end(consultations, over, call, refusal):
    id, stage = over
    ended = ("ConsultationStageInvalid", id, stage)
    assert refusal(consultations.answerConsultation, *call) == ended


def test_an_unknown_consultation_is_not_answered(consultations, call, refusal):
    unknown = digest("unknown")
    invalid = ("ConsultationStageInvalid", unknown, 0)
    assert refusal(consultations.answerConsultation, unknown, *call[1:]) == invalid
