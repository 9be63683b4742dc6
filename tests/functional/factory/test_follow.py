"""`follow`: a relationship goes with its owner to the account that took the owner's place (R06)."""

import pytest

from tests.alliance import ACCEPTED, ENDED, NOBODY, PATIENT, PENDING, SUSPEND, told
from tests.functional.registrar.replacement import merge, recover


@pytest.fixture
def replaced(alliance, relationship, alice, bob, clinic):
    """Alice, whose account was merged into Bob's."""
    merge(alliance, clinic, alice, bob)
    return alice


@pytest.fixture
def copy_of_the_clone(relationship, lead):
    """The clone's code at an address where this factory put nothing."""
    from brownie import web3

    code = bytes(web3.eth.get_code(relationship.address))
    head = b"\x3d\x60" + bytes([len(code)]) + bytes.fromhex("80600a3d3981f3")
    sent = {"from": lead.address, "data": "0x" + (head + code).hex(), "gas": hex(1_000_000)}
    nonce = web3.eth.get_transaction_count(lead.address)
    signed = web3.eth.account.sign_transaction(
        sent | {"gasPrice": 0, "nonce": nonce, "chainId": web3.eth.chain_id}, lead.private_key
    )
    sent_hash = web3.eth.send_raw_transaction(signed.raw_transaction)
    return web3.eth.wait_for_transaction_receipt(sent_hash)["contractAddress"]


def nothing(address):
    return ("RelationshipFactoryNothingToFollow", address)


def test_the_relationship_and_the_successors_summary_follow(
    alliance, factory, relationship, replaced, bob, clinic, lead, mallory
):
    before = alliance.summary_of(bob).count()
    tx = factory.follow(relationship, {"from": mallory})
    listed = {"owner": bob, "relationship": relationship.address, "index": before}
    assert told(tx) == [
        ("OwnerReplaced", {"owner": replaced, "successor": bob}),
        ("RelationshipListed", listed),
    ]
    assert relationship.parties() == (bob, clinic, lead, ACCEPTED)
    assert alliance.summary_of(bob).entries(before, 9) == ([relationship.address], [ACCEPTED])


def test_the_summary_of_who_was_replaced_stays(alliance, factory, relationship, alice, bob, clinic):
    summary = alliance.summary_of(alice)
    merge(alliance, clinic, alice, bob)
    factory.follow(relationship, {"from": bob})
    assert summary.owner() == alice
    assert summary.entries(0, 9) == ([relationship.address], [ACCEPTED])


@pytest.mark.parametrize("who", ["alice", "bob", "clinic", "dr_wang", "lead"])
def test_anyone_lets_it_follow(factory, relationship, replaced, request, bob, who):
    factory.follow(relationship, {"from": request.getfixturevalue(who)})
    assert relationship.parties()[0] == bob


def test_following_can_be_relayed(alliance, factory, relationship, replaced, bob, relay):
    alliance.relay(relay, bob, factory.follow, relationship)
    assert relationship.parties()[0] == bob


def test_p31_each_relationship_follows_at_its_own_time(
    alliance, factory, relationship, alice, carol, bob, clinic, hospital, lead, dr_li
):
    other = alliance.propose(hospital, alice, hospital, lead)
    alliance.register(carol, clinic, PATIENT)
    recover(alliance, alice, carol, [bob, dr_li])
    factory.follow(relationship, {"from": carol})
    assert (relationship.parties()[0], other.parties()[0]) == (carol, alice)
    factory.follow(other, {"from": carol})
    assert other.parties() == (carol, hospital, lead, PENDING)
    both = [relationship.address, other.address]
    assert alliance.summary_of(carol).entries(0, 9) == (both, [ACCEPTED, PENDING])


def test_two_replacements_are_followed_in_one_step(
    alliance, factory, relationship, replaced, bob, carol, clinic, hospital
):
    alliance.register(carol, hospital, PATIENT)
    merge(alliance, hospital, bob, carol)
    tx = factory.follow(relationship, {"from": carol})
    assert told(tx)[0] == ("OwnerReplaced", {"owner": replaced, "successor": carol})
    assert alliance.summary_of(carol).count() == 1
    assert relationship.parties()[0] == carol


def test_an_ended_relationship_follows_too(factory, relationship, replaced, bob, clinic):
    relationship.end({"from": clinic})
    factory.follow(relationship, {"from": bob})
    assert relationship.parties()[::3] == (bob, ENDED)


def test_nothing_that_befell_the_institution_keeps_it(
    alliance, factory, relationship, replaced, founders, bob
):
    alliance.stand(founders[3], SUSPEND, founders[:3])
    factory.follow(relationship, {"from": bob})
    assert relationship.parties()[0] == bob


def test_an_owner_who_was_not_replaced_is_not_followed(factory, refusal, relationship, mallory):
    call = (relationship.address, {"from": mallory})
    assert refusal(factory.follow, *call) == nothing(relationship.address)


def test_a_replacement_is_followed_once(factory, refusal, relationship, replaced, bob):
    factory.follow(relationship, {"from": bob})
    call = (relationship.address, {"from": bob})
    assert refusal(factory.follow, *call) == nothing(relationship.address)


def test_a_further_replacement_is_followed_again(
    alliance, factory, relationship, replaced, bob, carol, hospital
):
    factory.follow(relationship, {"from": bob})
    alliance.register(carol, hospital, PATIENT)
    merge(alliance, hospital, bob, carol)
    tx = factory.follow(relationship, {"from": bob})
    assert told(tx)[0] == ("OwnerReplaced", {"owner": bob, "successor": carol})


@pytest.mark.parametrize("where", ["implementation", "factory", "alice", "nobody", "later"])
def test_only_clones_of_this_factory_follow(
    alliance, factory, refusal, replaced, bob, hospital, where
):
    address = {
        "implementation": alliance.implementation.address,
        "factory": factory.address,
        "alice": replaced.address,
        "nobody": NOBODY,
        "later": factory.relationshipOf(replaced, hospital, 0),
    }[where]
    assert refusal(factory.follow, address, {"from": bob}) == nothing(address)


def test_t23_a_twin_of_a_clone_follows_nobody(factory, refusal, copy_of_the_clone, replaced, bob):
    call = (copy_of_the_clone, {"from": bob})
    assert refusal(factory.follow, *call) == nothing(copy_of_the_clone)


def test_who_was_replaced_still_closes_it_before_it_follows(
    factory, relationship, replaced, clinic
):
    tx = factory.preclude(replaced, clinic, 0, {"from": replaced})
    assert told(tx) == [("StatusChanged", {"by": replaced, "status": ENDED})]


@pytest.mark.parametrize("proposer", ["alice", "hospital", "accepted"])
def test_who_was_replaced_closes_nothing_that_has_followed(
    alliance, factory, refusal, request, alice, bob, hospital, lead, proposer
):
    by = hospital if proposer == "accepted" else request.getfixturevalue(proposer)
    proposed = alliance.propose(by, alice, hospital, lead)
    if proposer == "accepted":
        proposed.accept({"from": alice})
    merge(alliance, hospital, alice, bob)
    factory.follow(proposed, {"from": bob})
    call = (alice.address, hospital.address, 0, {"from": alice})
    assert refusal(factory.preclude, *call) == ("RelationshipNotParty", alice)


def test_the_institution_still_closes_it_under_the_first_owners_name(
    factory, relationship, replaced, bob, clinic
):
    factory.follow(relationship, {"from": bob})
    tx = factory.preclude(replaced, clinic, 0, {"from": clinic})
    assert told(tx) == [("StatusChanged", {"by": clinic, "status": ENDED})]
