"""`refuse`: only the side that did not propose; idempotent; never blocked (P22, P41)."""

import pytest

from tests.alliance import ACCEPTED, ENDED, REFUSED, SUSPEND, told


def test_a_refusal_is_told(proposed, alice):
    tx = proposed.refuse({"from": alice})
    assert told(tx) == [("StatusChanged", {"by": alice, "status": REFUSED})]
    assert proposed.status() == REFUSED


def test_refusing_again_says_nothing(proposed, alice):
    proposed.refuse({"from": alice})
    assert told(proposed.refuse({"from": alice})) == []


def test_refusing_can_be_relayed(alliance, proposed, alice, relay):
    alliance.relay(relay, alice, proposed.refuse)
    assert proposed.status() == REFUSED


def test_a_suspended_institution_still_refuses(alliance, founders, alice):
    lead, hospital, hospital_b, clinic = founders
    proposed = alliance.propose(alice, alice, hospital, lead)
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    proposed.refuse({"from": hospital})
    assert proposed.status() == REFUSED


@pytest.mark.parametrize("who", ["hospital", "lead", "bob", "mallory"])
def test_nobody_else_refuses(proposed, refusal, request, who):
    account = request.getfixturevalue(who)
    assert refusal(proposed.refuse, {"from": account}) == ("RelationshipNotParty", account)


@pytest.mark.parametrize("status", [ACCEPTED, ENDED])
def test_what_is_no_longer_pending_is_not_refused(proposed, refusal, alice, status):
    (proposed.accept if status == ACCEPTED else proposed.end)({"from": alice})
    invalid = ("RelationshipStatusInvalid", status)
    assert refusal(proposed.refuse, {"from": alice}) == invalid
