"""`appoint`: an institution that looked at the papers proposes a guardian (R07)."""

import pytest

from tests.alliance import KEY, NOBODY, PATIENT, at, now, told
from tests.signing import digest

NONE, MINOR, INCAPACITY, DECEASED = range(4)
PROPOSED, CONFIRMED = 1, 2


def test_a_proposal_is_told_and_stored(guardianship, mandate, stored, alice, bob, clinic):
    tx = guardianship.appoint(*mandate.terms, {"from": clinic})
    proposed = {"ward": alice, "guardian": bob, "institution": clinic, "basis": MINOR}
    proposed |= {"endsAt": mandate.ends_at, "evidence": mandate.evidence}
    assert told(tx) == [("GuardianProposed", proposed)]
    assert stored() == (PROPOSED, MINOR, 0, mandate.ends_at, clinic, mandate.evidence)


def test_a_proposal_can_be_relayed(alliance, guardianship, mandate, stored, clinic, relay):
    alliance.relay(relay, clinic, guardianship.appoint, *mandate.terms)
    assert stored()[4] == clinic


def test_only_an_active_institution_proposes(guardianship, mandate, refusal, no_institution):
    denied = ("CallerNotInstitution", no_institution)
    assert refusal(guardianship.appoint, *mandate.terms, {"from": no_institution}) == denied


def test_p41_nobody_proposes_during_a_stop(guardianship, mandate, refusal, stopped, clinic):
    denied = ("CallerNotInstitution", clinic)
    assert refusal(guardianship.appoint, *mandate.terms, {"from": clinic}) == denied


@pytest.mark.parametrize("basis", [INCAPACITY, DECEASED])
def test_a_guardian_is_for_the_incapacitated_and_the_dead_too(
    guardianship, mandate, stored, clinic, basis
):
    guardianship.appoint(*mandate.but(basis=basis).terms, {"from": clinic})
    assert stored()[1] == basis


def test_a_chart_has_a_guardian_who_may_be_a_clinician(guardianship, mandate, chart, dr_li, clinic):
    other = mandate.but(ward=chart, guardian=dr_li)
    guardianship.appoint(*other.terms, {"from": clinic})
    assert guardianship.mandateOf(chart, dr_li)["status"] == PROPOSED


def test_a_ward_has_several_guardians(guardianship, proposed, stored, alice, dr_li, hospital):
    guardianship.appoint(*proposed.but(guardian=dr_li).terms, {"from": hospital})
    assert guardianship.mandateOf(alice, dr_li)["proposer"] == hospital
    assert stored()[4] != hospital


@pytest.fixture
def applied(registrar, carol):
    """Carol, who applied as a patient."""
    registrar.applyFor(PATIENT, 1, KEY, {"from": carol})
    return carol


@pytest.mark.parametrize("ward", ["bob", "dr_wang", "mallory", "hospital", "applied"])
def test_a_ward_is_another_person_who_is_a_patient_in_use(
    guardianship, mandate, refusal, request, bob, clinic, ward
):
    person = request.getfixturevalue(ward)
    invalid = ("GuardianshipPersonsInvalid", person, bob)
    call = (*mandate.but(ward=person).terms, {"from": clinic})
    assert refusal(guardianship.appoint, *call) == invalid


@pytest.mark.parametrize("guardian", ["mallory", "hospital", "applied", "chart"])
def test_a_guardian_is_a_certified_person(
    guardianship, mandate, refusal, request, alice, clinic, guardian
):
    person = request.getfixturevalue(guardian)
    invalid = ("GuardianshipPersonsInvalid", alice, person)
    call = (*mandate.but(guardian=person).terms, {"from": clinic})
    assert refusal(guardianship.appoint, *call) == invalid


def test_nobody_is_neither_ward_nor_guardian(guardianship, mandate, refusal, clinic):
    for change in ({"ward": NOBODY}, {"guardian": NOBODY}):
        other = mandate.but(**change)
        invalid = ("GuardianshipPersonsInvalid", *other.pair)
        assert refusal(guardianship.appoint, *other.terms, {"from": clinic}) == invalid


@pytest.mark.parametrize(("person", "house"), [("alice", "clinic"), ("bob", "hospital")])
def test_an_account_that_was_replaced_is_neither_ward_nor_guardian(
    guardianship, mandate, refusal, replaced, request, clinic, person, house
):
    replaced(request.getfixturevalue(person), request.getfixturevalue(house))
    invalid = ("GuardianshipPersonsInvalid", *mandate.pair)
    assert refusal(guardianship.appoint, *mandate.terms, {"from": clinic}) == invalid


def test_a_mandate_has_a_basis(guardianship, mandate, refusal, clinic):
    invalid = ("GuardianshipTermsInvalid", NONE, mandate.ends_at)
    call = (*mandate.but(basis=NONE).terms, {"from": clinic})
    assert refusal(guardianship.appoint, *call) == invalid


def test_a_mandate_ends_in_the_future(guardianship, mandate, refusal, clinic):
    invalid = ("GuardianshipTermsInvalid", MINOR, now())
    call = (*mandate.but(ends_at=now()).terms, {"from": clinic})
    assert refusal(guardianship.appoint, *call) == invalid
    guardianship.appoint.call(*mandate.but(ends_at=now() + 1).terms, {"from": clinic})


@pytest.mark.parametrize(("stage", "status"), [("proposed", PROPOSED), ("confirmed", CONFIRMED)])
def test_a_pair_has_one_mandate_until_its_end(
    guardianship, refusal, request, hospital, stage, status
):
    standing = request.getfixturevalue(stage)
    again = standing.but(ends_at=standing.ends_at + 1_000)
    at(standing.ends_at - 1)
    invalid = ("GuardianshipStatusInvalid", status)
    assert refusal(guardianship.appoint, *again.terms, {"from": hospital}) == invalid
    at(standing.ends_at)
    guardianship.appoint.call(*again.terms, {"from": hospital})


def test_a_pair_has_a_new_mandate_after_a_revocation(
    guardianship, confirmed, stored, alice, hospital
):
    guardianship.revokeGuardian(*confirmed.pair, {"from": alice})
    again = confirmed.but(evidence=digest("other papers"), basis=INCAPACITY)
    guardianship.appoint(*again.terms, {"from": hospital})
    fields = (PROPOSED, INCAPACITY, 0, again.ends_at, hospital, again.evidence)
    assert stored() == fields
