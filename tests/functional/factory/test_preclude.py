"""`preclude`: closes a relationship whether or not it exists yet; idempotent (P22, T34)."""

import pytest

from tests.alliance import ACCEPTED, ENDED, REFUSED, told


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_a_tombstone_is_left_for_what_does_not_exist(factory, request, alice, hospital, who):
    tx = factory.preclude(alice, hospital, 0, {"from": request.getfixturevalue(who)})
    clone = factory.relationshipOf(alice, hospital, 0)
    precluded = {"owner": alice, "institution": hospital, "relationship": clone, "nonce": 0}
    assert told(tx) == [("RelationshipPrecluded", precluded)]
    assert factory.isPrecluded(clone)


def test_t34_a_proposal_that_arrives_after_its_refusal_is_refused(
    alliance, factory, refusal, alice, hospital, lead
):
    factory.preclude(alice, hospital, 0, {"from": alice})
    closed = ("RelationshipFactoryClosed", factory.relationshipOf(alice, hospital, 0))
    opening = alliance.opening(alice, hospital, lead)
    assert refusal(factory.propose, opening, {"from": hospital}) == closed


def test_t34_a_refusal_that_arrives_after_its_proposal_refuses_it(
    alliance, factory, alice, hospital, lead
):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    tx = factory.preclude(alice, hospital, 0, {"from": alice})
    assert told(tx) == [("StatusChanged", {"by": alice, "status": REFUSED})]
    assert proposed.status() == REFUSED
    assert not factory.isPrecluded(proposed.address)


def test_a_proposer_withdraws(alliance, factory, alice, hospital, lead):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    tx = factory.preclude(alice, hospital, 0, {"from": hospital})
    assert told(tx) == [("StatusChanged", {"by": hospital, "status": ENDED})]
    assert proposed.status() == ENDED


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_an_accepted_relationship_ends(factory, request, relationship, alice, clinic, who):
    sender = request.getfixturevalue(who)
    tx = factory.preclude(alice, clinic, 0, {"from": sender})
    assert told(tx) == [("StatusChanged", {"by": sender, "status": ENDED})]


@pytest.mark.parametrize("existing", [False, True])
def test_precluding_again_says_nothing(alliance, factory, alice, hospital, lead, existing):
    if existing:
        alliance.propose(hospital, alice, hospital, lead)
    factory.preclude(alice, hospital, 0, {"from": alice})
    for sender in (alice, hospital):
        assert told(factory.preclude(alice, hospital, 0, {"from": sender})) == []


def test_a_preclusion_can_be_relayed(alliance, factory, alice, hospital, relay):
    alliance.relay(relay, alice, factory.preclude, alice, hospital, 0)
    assert factory.isPrecluded(factory.relationshipOf(alice, hospital, 0))


@pytest.mark.parametrize("who", ["mallory", "bob", "clinic", "lead"])
def test_nobody_else_precludes(factory, refusal, request, alice, hospital, who):
    account = request.getfixturevalue(who)
    denied = ("RelationshipFactoryNotParty", account)
    call = (alice.address, hospital.address, 0, {"from": account})
    assert refusal(factory.preclude, *call) == denied


def test_no_tombstone_opens_the_way_to_a_second_live_relationship(
    factory, refusal, relationship, alice, clinic
):
    assert relationship.status() == ACCEPTED
    for nonce in (1, 2, 7):
        open_ = factory.relationshipOf(alice, clinic, nonce - 1)
        call = (alice.address, clinic.address, nonce, {"from": clinic})
        assert refusal(factory.preclude, *call) == ("RelationshipFactoryPreviousOpen", open_)
