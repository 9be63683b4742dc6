"""`propose`: only owner or institution; one live relationship for each pair (R10, P04)."""

import pytest

from tests.alliance import AGREEMENT, EXPEL, NOBODY, PENDING, SUSPEND, WRAP, told
from tests.signing import digest


@pytest.fixture
def opening(alliance, alice, hospital, lead):
    """What Alice or the hospital proposes."""
    return alliance.opening(alice, hospital, lead)


def changed(opening, place, value):
    return (*opening[:place], value, *opening[place + 1 :])


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_either_side_proposes(alliance, factory, request, opening, alice, hospital, lead, who):
    proposer = request.getfixturevalue(who)
    tx = factory.propose(opening, {"from": proposer})
    clone = factory.relationshipOf(alice, hospital, 0)
    pair = {"owner": alice, "institution": hospital}
    proposed = pair | {"proposer": proposer, "mirror": lead}
    proposed |= {"rootCommitment": digest("root commitment")}
    proposed |= {"ownerKeyVersion": 1, "institutionKeyVersion": 1}
    proposed |= {"ownerWrap": WRAP, "institutionWrap": WRAP[::-1]}
    assert told(tx)[:2] == [
        ("RelationshipCreated", pair | {"relationship": clone, "nonce": 0}),
        ("RelationshipProposed", proposed),
    ]
    relationship = alliance.relationship(clone)
    assert relationship.parties() == (alice, hospital, lead, PENDING)
    assert relationship.keyEpoch() == (1, False)


def test_a_proposal_can_be_relayed(alliance, factory, opening, alice, relay):
    alliance.relay(relay, alice, factory.propose, opening)
    clone = alliance.relationship(factory.relationshipOf(*opening[:3]))
    assert clone.status() == PENDING


def test_the_clone_is_a_minimal_proxy_of_the_implementation(alliance, factory, opening, alice):
    from brownie import web3

    factory.propose(opening, {"from": alice})
    target = factory.relationshipImplementation()[2:].lower()
    code = f"363d3d373d3d3d363d73{target}5af43d82803e903d91602b57fd5bf3"
    assert web3.eth.get_code(factory.relationshipOf(*opening[:3])).hex() == code


@pytest.mark.parametrize("who", ["mallory", "bob", "clinic", "lead", "dr_li"])
def test_nobody_else_proposes(factory, refusal, request, opening, who):
    account = request.getfixturevalue(who)
    denied = ("RelationshipFactoryNotParty", account)
    assert refusal(factory.propose, opening, {"from": account}) == denied


def test_an_owner_has_a_summary(factory, refusal, opening, carol, hospital):
    invalid = ("RelationshipFactoryOwnerInvalid", carol)
    stranger = changed(opening, 0, carol.address)
    assert refusal(factory.propose, stranger, {"from": hospital}) == invalid


def test_an_institution_has_no_relationship_with_itself(factory, refusal, opening, hospital):
    invalid = ("RelationshipFactoryOwnerInvalid", hospital)
    itself = changed(opening, 0, hospital.address)
    assert refusal(factory.propose, itself, {"from": hospital}) == invalid


@pytest.mark.parametrize("who", ["bob", "dr_li", "mallory"])
def test_the_institution_is_one(factory, refusal, request, opening, alice, who):
    account = request.getfixturevalue(who)
    invalid = ("RelationshipFactoryInstitutionInvalid", account)
    other = changed(opening, 1, account.address)
    assert refusal(factory.propose, other, {"from": alice}) == invalid


def test_the_institution_has_enrolled(
    alliance, consortium, factory, refusal, opening, founders, alice, newcomer
):
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": newcomer})
    invalid = ("RelationshipFactoryInstitutionInvalid", newcomer)
    other = changed(opening, 1, newcomer.address)
    assert refusal(factory.propose, other, {"from": alice}) == invalid


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_person_who_was_voted_in_is_no_institution(
    alliance, consortium, factory, refusal, request, opening, founders, alice, bob, who
):
    alliance.admit(bob, "错误", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": bob})
    invalid = ("RelationshipFactoryInstitutionInvalid", bob)
    call = (changed(opening, 1, bob.address), {"from": request.getfixturevalue(who)})
    assert refusal(factory.propose, *call) == invalid


@pytest.mark.parametrize("action", [SUSPEND, EXPEL])
@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_the_institution_is_active(
    alliance, factory, refusal, request, opening, founders, who, action
):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, action, [lead, hospital_b, clinic])
    invalid = ("RelationshipFactoryInstitutionInvalid", hospital)
    sender = request.getfixturevalue(who)
    assert refusal(factory.propose, opening, {"from": sender}) == invalid


@pytest.mark.parametrize("who", ["hospital", "alice", "bob", "mallory", "newcomer"])
def test_the_mirror_is_another_active_member(factory, refusal, request, opening, alice, who):
    mirror = request.getfixturevalue(who)
    invalid = ("RelationshipFactoryMirrorInvalid", mirror)
    wrong = changed(opening, 3, mirror.address)
    assert refusal(factory.propose, wrong, {"from": alice}) == invalid


def test_an_institution_that_owns_records_is_not_its_own_mirror(
    alliance, factory, refusal, hospital, clinic
):
    opening = alliance.opening(hospital, clinic, hospital)
    invalid = ("RelationshipFactoryMirrorInvalid", hospital)
    assert refusal(factory.propose, opening, {"from": clinic}) == invalid


def test_a_suspended_member_is_no_mirror(alliance, factory, refusal, opening, founders, alice):
    lead, *others = founders
    alliance.stand(lead, SUSPEND, others)
    invalid = ("RelationshipFactoryMirrorInvalid", lead)
    assert refusal(factory.propose, opening, {"from": alice}) == invalid


def test_there_is_a_mirror_among_three_or_more(factory, refusal, opening, alice):
    invalid = ("RelationshipFactoryMirrorInvalid", NOBODY)
    assert refusal(factory.propose, changed(opening, 3, NOBODY), {"from": alice}) == invalid


def test_a_consortium_of_two_has_no_mirror(alliance, factory, refusal, founders, opening, alice):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital_b, EXPEL, [lead, hospital, clinic])
    alliance.stand(clinic, EXPEL, [lead, hospital])
    factory.propose(changed(opening, 3, NOBODY), {"from": alice})
    relationship = alliance.relationship(factory.relationshipOf(*opening[:3]))
    assert relationship.parties()[2] == NOBODY


@pytest.mark.parametrize("place", [7, 8], ids=["owner", "institution"])
@pytest.mark.parametrize("length", [0, 2049])
def test_a_wrap_has_a_length(factory, refusal, opening, alice, place, length):
    invalid = ("RelationshipFactoryWrapInvalid", length)
    wrong = changed(opening, place, bytes(length))
    assert refusal(factory.propose, wrong, {"from": alice}) == invalid


def test_the_longest_wraps_are_taken(factory, opening, alice):
    factory.propose((*opening[:7], bytes([1]) * 2048, bytes([2]) * 2048), {"from": alice})


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_a_relationship_is_proposed_once(factory, refusal, request, opening, alice, who):
    factory.propose(opening, {"from": alice})
    closed = ("RelationshipFactoryClosed", factory.relationshipOf(*opening[:3]))
    sender = request.getfixturevalue(who)
    assert refusal(factory.propose, opening, {"from": sender}) == closed


@pytest.mark.parametrize("accepted", [False, True])
def test_a_pair_has_one_live_relationship(
    alliance, factory, refusal, alice, hospital, lead, accepted
):
    first = alliance.propose(hospital, alice, hospital, lead)
    if accepted:
        first.accept({"from": alice})
    open_ = ("RelationshipFactoryPreviousOpen", first.address)
    second = alliance.opening(alice, hospital, lead, nonce=1)
    assert refusal(factory.propose, second, {"from": hospital}) == open_


@pytest.mark.parametrize("nonce", [1, 2, 2**32 - 1])
def test_nonces_are_not_skipped(alliance, factory, refusal, alice, hospital, lead, nonce):
    missing = factory.relationshipOf(alice, hospital, nonce - 1)
    open_ = ("RelationshipFactoryPreviousOpen", missing)
    later = alliance.opening(alice, hospital, lead, nonce)
    assert refusal(factory.propose, later, {"from": alice}) == open_


@pytest.mark.parametrize("how", ["refuse", "end", "withdraw", "preclude"])
def test_a_pair_starts_again_when_the_last_is_closed(alliance, factory, alice, hospital, lead, how):
    if how == "preclude":
        factory.preclude(alice, hospital, 0, {"from": alice})
    else:
        first = alliance.propose(hospital, alice, hospital, lead)
        sender = {"refuse": alice, "end": alice, "withdraw": hospital}[how]
        if how == "end":
            first.accept({"from": alice})
        (first.refuse if how == "refuse" else first.end)({"from": sender})
    again = alliance.propose(alice, alice, hospital, lead, nonce=1)
    assert again.status() == PENDING
