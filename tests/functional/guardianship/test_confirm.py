"""`confirm`: a second institution names the terms; they hold three days later (R07)."""

import pytest

from tests.alliance import DAY, at, now, told
from tests.signing import ZERO, digest

NONE, MINOR, INCAPACITY, DECEASED = range(4)
CONFIRMED, REVOKED = 2, 3


def test_a_confirmation_is_told_and_stored(
    guardianship, proposed, stored, alice, bob, hospital, clinic
):
    tx = guardianship.confirm(*proposed.terms, {"from": hospital})
    starts_at = now() + 3 * DAY
    confirmed = {"ward": alice, "guardian": bob, "institution": hospital, "startsAt": starts_at}
    assert told(tx) == [("GuardianConfirmed", confirmed)]
    fields = (CONFIRMED, MINOR, starts_at, proposed.ends_at, clinic, proposed.evidence)
    assert stored() == fields


def test_a_confirmation_can_be_relayed(alliance, guardianship, proposed, stored, hospital, relay):
    tx = alliance.relay(relay, hospital, guardianship.confirm, *proposed.terms)
    assert told(tx)[1][1]["institution"] == hospital
    assert stored()[0] == CONFIRMED


def test_only_an_active_institution_confirms(guardianship, proposed, refusal, no_institution):
    denied = ("CallerNotInstitution", no_institution)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": no_institution}) == denied


def test_p41_nobody_confirms_during_a_stop(guardianship, proposed, refusal, stopped, hospital):
    denied = ("CallerNotInstitution", hospital)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": hospital}) == denied


def test_one_institution_alone_appoints_nobody(guardianship, proposed, refusal, clinic):
    same = ("GuardianshipSameInstitution", clinic)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": clinic}) == same


def test_what_was_never_proposed_is_not_confirmed(guardianship, mandate, refusal, hospital):
    unknown = ("GuardianshipStatusInvalid", NONE)
    assert refusal(guardianship.confirm, *mandate.terms, {"from": hospital}) == unknown


def test_a_proposal_of_another_pair_is_not_confirmed(
    guardianship, proposed, refusal, alice, bob, dr_li, hospital
):
    unknown = ("GuardianshipStatusInvalid", NONE)
    for ward, guardian in ((bob, alice), (alice, dr_li)):
        other = proposed.but(ward=ward, guardian=guardian)
        assert refusal(guardianship.confirm, *other.terms, {"from": hospital}) == unknown


def test_a_mandate_is_confirmed_once(guardianship, confirmed, refusal, lead):
    done = ("GuardianshipStatusInvalid", CONFIRMED)
    assert refusal(guardianship.confirm, *confirmed.terms, {"from": lead}) == done


@pytest.mark.parametrize("basis", [NONE, INCAPACITY, DECEASED])
def test_a_confirmation_names_the_basis_that_was_proposed(
    guardianship, proposed, refusal, hospital, basis
):
    other = proposed.but(basis=basis)
    differs = ("GuardianshipTermsInvalid", basis, proposed.ends_at)
    assert refusal(guardianship.confirm, *other.terms, {"from": hospital}) == differs


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_confirmation_names_the_end_that_was_proposed(
    guardianship, proposed, refusal, hospital, seconds
):
    other = proposed.but(ends_at=proposed.ends_at + seconds)
    differs = ("GuardianshipTermsInvalid", MINOR, other.ends_at)
    assert refusal(guardianship.confirm, *other.terms, {"from": hospital}) == differs


@pytest.mark.parametrize("evidence", [ZERO, digest("other papers")])
def test_a_confirmation_names_the_papers_that_were_proposed(
    guardianship, proposed, refusal, hospital, evidence
):
    other = proposed.but(evidence=evidence)
    differs = ("GuardianshipTermsInvalid", MINOR, proposed.ends_at)
    assert refusal(guardianship.confirm, *other.terms, {"from": hospital}) == differs


def test_t25_a_proposal_that_was_exchanged_meanwhile_is_not_confirmed(
    guardianship, proposed, refusal, alice, hospital, clinic
):
    """The second institution looked at a child's papers; a next of kin's stand there now."""
    guardianship.revokeGuardian(*proposed.pair, {"from": alice})
    guardianship.appoint(*proposed.but(basis=INCAPACITY).terms, {"from": clinic})
    differs = ("GuardianshipTermsInvalid", MINOR, proposed.ends_at)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": hospital}) == differs


def test_a_mandate_starts_before_its_end(guardianship, proposed, refusal, hospital):
    at(proposed.ends_at - 3 * DAY - 1)
    guardianship.confirm.call(*proposed.terms, {"from": hospital})
    at(proposed.ends_at - 3 * DAY)
    late = ("GuardianshipTermsInvalid", MINOR, proposed.ends_at)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": hospital}) == late


@pytest.mark.parametrize("objector", ["alice", "bob", "clinic"])
def test_an_objection_meets_the_confirmation(
    guardianship, proposed, refusal, request, hospital, objector
):
    by = request.getfixturevalue(objector)
    guardianship.revokeGuardian(*proposed.pair, {"from": by})
    revoked = ("GuardianshipStatusInvalid", REVOKED)
    assert refusal(guardianship.confirm, *proposed.terms, {"from": hospital}) == revoked
