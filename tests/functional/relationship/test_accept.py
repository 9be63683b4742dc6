"""`accept`: only the side that did not propose; idempotent (R10)."""

import pytest

from tests.alliance import ACCEPTED, ENDED, REFUSED, SUSPEND, told


def test_the_owner_accepts_what_the_institution_proposed(proposed, alice):
    tx = proposed.accept({"from": alice})
    assert told(tx) == [("StatusChanged", {"by": alice, "status": ACCEPTED})]
    assert proposed.status() == ACCEPTED


def test_the_institution_accepts_what_the_owner_proposed(alliance, alice, hospital, lead):
    proposed = alliance.propose(alice, alice, hospital, lead)
    tx = proposed.accept({"from": hospital})
    assert told(tx) == [("StatusChanged", {"by": hospital, "status": ACCEPTED})]


def test_accepting_again_says_nothing(proposed, alice):
    proposed.accept({"from": alice})
    assert told(proposed.accept({"from": alice})) == []


def test_accepting_can_be_relayed(alliance, proposed, alice, relay):
    alliance.relay(relay, alice, proposed.accept)
    assert proposed.status() == ACCEPTED


def test_no_proposer_accepts_for_the_other_side(alliance, proposed, refusal, alice, hospital, lead):
    denied = ("RelationshipNotParty", hospital)
    assert refusal(proposed.accept, {"from": hospital}) == denied
    reverse = alliance.propose(alice, alice, lead, hospital)
    assert refusal(reverse.accept, {"from": alice}) == ("RelationshipNotParty", alice)


def test_nobody_else_accepts(proposed, refusal, request):
    for who in ("lead", "bob", "mallory", "dr_li"):
        account = request.getfixturevalue(who)
        assert refusal(proposed.accept, {"from": account}) == ("RelationshipNotParty", account)


@pytest.mark.parametrize(("close", "status"), [("refuse", REFUSED), ("end", ENDED)])
def test_what_is_closed_is_not_accepted(proposed, refusal, alice, close, status):
    getattr(proposed, close)({"from": alice})
    invalid = ("RelationshipStatusInvalid", status)
    assert refusal(proposed.accept, {"from": alice}) == invalid


def test_no_relationship_begins_with_an_inactive_institution(
    alliance, proposed, refusal, founders, alice
):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    inactive = ("RelationshipInstitutionInactive", hospital)
    assert refusal(proposed.accept, {"from": alice}) == inactive
