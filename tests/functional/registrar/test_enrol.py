"""`enrol`: only an Active institution, once."""

import pytest

from tests.alliance import AGREEMENT, KEY, PATIENT, now, told


@pytest.fixture
def joined(alliance, consortium, founders, newcomer):
    """An institution that was admitted and has signed."""
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": newcomer})
    return newcomer


def test_an_institution_publishes_its_key_and_gets_a_summary(registrar, joined):
    tx = registrar.enrol(1, KEY, {"from": joined})
    summary = registrar.summaryOf(joined)
    enrolled = {"institution": joined, "summary": summary, "suite": 1, "key": KEY}
    assert told(tx) == [("SummaryOpened", {"owner": joined}), ("InstitutionEnrolled", enrolled)]
    assert registrar.personOf(joined) == (0, 2, 0, joined, 1, now())


def test_only_an_active_institution_enrols(registrar, refusal, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    assert refusal(registrar.enrol, 1, KEY, {"from": no_institution}) == denied


def test_an_institution_enrols_once(registrar, refusal, clinic):
    again = ("RegistrarPersonInvalid", clinic, 2)
    assert refusal(registrar.enrol, 1, KEY, {"from": clinic}) == again


def test_a_person_who_was_voted_in_does_not_enrol(
    alliance, consortium, registrar, refusal, founders, alice
):
    alliance.admit(alice, "错误", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": alice})
    invalid = ("RegistrarPersonInvalid", alice, 2)
    assert registrar.personOf(alice)["role"] == PATIENT
    assert refusal(registrar.enrol, 1, KEY, {"from": alice}) == invalid


@pytest.mark.parametrize(("length", "suite"), [(63, 1), (8193, 1), (422, 0)])
def test_a_key_has_a_length_and_a_suite(registrar, refusal, joined, length, suite):
    call = (suite, bytes(length), {"from": joined})
    assert refusal(registrar.enrol, *call) == ("RegistrarKeyInvalid", length, suite)
