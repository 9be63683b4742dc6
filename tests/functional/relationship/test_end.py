"""`end`: either party, at any time; idempotent; grants die with it (R10, P41, P43)."""

import pytest

from tests.alliance import ENDED, REFUSED, told


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_either_party_ends_it(relationship, request, who):
    party = request.getfixturevalue(who)
    tx = relationship.end({"from": party})
    assert told(tx) == [("StatusChanged", {"by": party, "status": ENDED})]
    assert relationship.status() == ENDED


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_either_party_ends_a_proposal(proposed, request, who):
    proposed.end({"from": request.getfixturevalue(who)})
    assert proposed.status() == ENDED


def test_ending_can_be_relayed(alliance, relationship, alice, relay):
    alliance.relay(relay, alice, relationship.end)
    assert relationship.status() == ENDED


def test_a_suspended_institution_still_ends_it(relationship, clinic_suspended):
    relationship.end({"from": clinic_suspended})
    assert relationship.status() == ENDED


def test_ending_again_says_nothing(relationship, alice, clinic):
    relationship.end({"from": alice})
    for party in (alice, clinic):
        assert told(relationship.end({"from": party})) == []


def test_what_was_refused_stays_refused(proposed, alice, hospital):
    proposed.refuse({"from": alice})
    assert told(proposed.end({"from": hospital})) == []
    assert proposed.status() == REFUSED


def test_nobody_else_ends_it(relationship, refusal, no_party):
    for stranger in no_party:
        denied = ("RelationshipNotParty", stranger)
        assert refusal(relationship.end, {"from": stranger}) == denied


def test_grants_die_with_it(relationship, grant, alice):
    relationship.grantAccess(grant.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)
    relationship.end({"from": alice})
    assert not relationship.isGrantLive(grant.id)
