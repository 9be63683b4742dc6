"""`enact`: anyone, with more than half of the Active members' votes, once (R03, P40)."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.alliance import (
    DAY,
    DIAGNOSES,
    EXPEL,
    HOUR,
    RESTORE,
    SUSPEND,
    at,
    details,
    now,
    told,
)
from tests.signing import digest

NEWER = digest("联盟协议 第二版")


@pytest.fixture
def proposal(consortium, lead):
    """An open proposal's number."""
    tx = consortium.proposeAgreement(NEWER, now() + HOUR + 60, {"from": lead})
    return tx.events["ProposalOpened"]["id"]


def approve(consortium, proposal, houses):
    for house in houses:
        consortium.vote(proposal, True, {"from": house})


def test_an_institution_is_admitted(alliance, consortium, founders, newcomer):
    content = details("镇卫生院", 1)
    proposed = consortium.proposeInstitution(newcomer, content, now() + DAY, {"from": founders[0]})
    tx = alliance.carry(proposed, founders[:3])
    admitted = {"id": 4, "institution": newcomer, "details": content, "index": 4}
    assert told(tx) == [("InstitutionAdmitted", admitted)]
    digest_ = keccak(encode(["(string,string,string,string,uint8)"], [content]))
    member = consortium.memberOf(newcomer)
    assert member[:4] == (1, 1, now(), 4)
    assert (bytes(member[4]), bytes(member[5])) == (digest_, bytes(32))
    assert consortium.seatOf(newcomer) == 5
    assert consortium.members(4, 9) == [newcomer]
    assert consortium.census() == (5, 4, 1, 0, 4)


def test_an_expelled_institution_keeps_its_seat_when_it_is_admitted_again(
    alliance, consortium, founders, expelled
):
    tx = alliance.admit(expelled, "重来", founders[:3])
    assert told(tx)[0][1]["index"] == 3
    assert consortium.seatOf(expelled) == 4
    assert consortium.census()[0] == 4
    assert bytes(consortium.memberOf(expelled)["agreement"]) == bytes(32)


def test_a_member_is_suspended(alliance, consortium, founders):
    tx = alliance.stand(founders[3], SUSPEND, founders[:3])
    changed = {"id": 4, "institution": founders[3], "standing": 3, "electorate": 3, "round": 2}
    assert told(tx) == [("StandingChanged", changed)]
    assert not consortium.isActive(founders[3])
    assert consortium.memberOf(founders[3])["since"] == now()


def test_a_suspended_member_is_restored(alliance, consortium, founders, suspended):
    tx = alliance.stand(suspended, RESTORE, founders[:3])
    changed = {"id": 5, "institution": suspended, "standing": 2, "electorate": 4, "round": 2}
    assert told(tx) == [("StandingChanged", changed)]
    assert consortium.isActive(suspended)


def test_a_member_is_expelled(alliance, consortium, founders):
    tx = alliance.stand(founders[3], EXPEL, founders[:3])
    changed = {"id": 4, "institution": founders[3], "standing": 4, "electorate": 3, "round": 2}
    assert told(tx) == [("StandingChanged", changed)]
    assert not consortium.isActive(founders[3])


@pytest.mark.parametrize(("who", "electorate", "round_"), [("invited", 4, 2), ("suspended", 3, 3)])
def test_who_is_no_elector_is_expelled_too(
    alliance, consortium, founders, request, who, electorate, round_
):
    account = request.getfixturevalue(who)
    tx = alliance.stand(account, EXPEL, founders[:3])
    ((_, changed),) = told(tx)
    assert (changed["standing"], changed["electorate"], changed["round"]) == (
        4,
        electorate,
        round_,
    )


def test_a_regulator_is_admitted_and_removed(alliance, consortium, founders, regulator):
    options = {"from": founders[0]}
    proposed = consortium.proposeRegulator(regulator, "卫健委", now() + DAY, options)
    tx = alliance.carry(proposed, founders[:3])
    changed = {"id": 4, "regulator": regulator, "admitted": True, "name": "卫健委"}
    assert told(tx) == [("RegulatorChanged", changed)]
    assert consortium.isRegulator(regulator)
    removal = consortium.proposeRegulatorRemoval(regulator, now() + DAY, options)
    tx = alliance.carry(removal, founders[:3])
    changed = {"id": 5, "regulator": regulator, "admitted": False, "name": ""}
    assert told(tx) == [("RegulatorChanged", changed)]
    assert not consortium.isRegulator(regulator)


def test_a_profile_is_adopted_for_its_kind_alone(alliance, consortium, founders):
    profile = (DIAGNOSES, 2, digest("second version"), 1 << 5, False)
    proposed = consortium.proposeProfile(profile, now() + DAY, {"from": founders[0]})
    tx = alliance.carry(proposed, founders[:3])
    id = bytes(consortium.profileId(profile))
    assert told(tx) == [("ProfileAdopted", {"id": 4, "profile": id, "content": profile})]
    assert consortium.isProfileOf(id, DIAGNOSES)
    assert not consortium.isProfileOf(id, DIAGNOSES + 1)


def test_a_profile_is_retired(alliance, consortium, places, founders):
    profile = places.profiles[DIAGNOSES]
    proposed = consortium.proposeProfileRetirement(profile, now() + DAY, {"from": founders[0]})
    tx = alliance.carry(proposed, founders[:3])
    assert told(tx) == [("ProfileRetired", {"id": 4, "profile": profile})]
    assert not consortium.isProfileOf(profile, DIAGNOSES)


def test_an_agreement_is_adopted(consortium, founders, proposal):
    approve(consortium, proposal, founders[:3])
    tx = consortium.enact(proposal, NEWER, {"from": founders[3]})
    assert told(tx) == [("AgreementAdopted", {"id": proposal, "agreement": NEWER})]
    assert bytes(consortium.agreement()) == NEWER
    assert consortium.proposalOf(proposal)["enacted"]


def test_anyone_carries_out_what_the_members_decided(consortium, founders, proposal, mallory):
    approve(consortium, proposal, founders[:3])
    consortium.enact(proposal, NEWER, {"from": mallory})


@pytest.mark.parametrize("votes", [0, 1, 2])
def test_t16_half_of_the_members_is_no_majority(consortium, refusal, founders, proposal, votes):
    approve(consortium, proposal, founders[:votes])
    missing = ("ConsortiumMajorityMissing", proposal, votes, 4)
    assert refusal(consortium.enact, proposal, NEWER, {"from": founders[0]}) == missing


def test_votes_against_are_not_votes_for(consortium, refusal, founders, proposal):
    approve(consortium, proposal, founders[:2])
    for house in founders[2:]:
        consortium.vote(proposal, False, {"from": house})
    missing = ("ConsortiumMajorityMissing", proposal, 2, 4)
    assert refusal(consortium.enact, proposal, NEWER, {"from": founders[0]}) == missing


def test_a_proposal_is_carried_out_once(consortium, refusal, founders, proposal):
    approve(consortium, proposal, founders[:3])
    consortium.enact(proposal, NEWER, {"from": founders[0]})
    closed = ("ConsortiumProposalNotOpen", proposal)
    assert refusal(consortium.enact, proposal, NEWER, {"from": founders[0]}) == closed


@pytest.mark.parametrize("id", [0, 99])
def test_an_unknown_proposal_is_not_carried_out(consortium, refusal, lead, id):
    closed = ("ConsortiumProposalNotOpen", id)
    assert refusal(consortium.enact, id, NEWER, {"from": lead}) == closed


@pytest.mark.parametrize("parameters", [b"", digest("worse"), NEWER + b"\0"])
def test_parameters_are_those_that_were_proposed(
    consortium, refusal, founders, proposal, parameters
):
    approve(consortium, proposal, founders[:3])
    invalid = ("ConsortiumParametersInvalid", proposal)
    assert refusal(consortium.enact, proposal, parameters, {"from": founders[0]}) == invalid


def test_nothing_is_carried_out_after_the_deadline(consortium, refusal, founders, proposal):
    approve(consortium, proposal, founders[:3])
    closes = consortium.proposalOf(proposal)["closesAt"]
    at(closes)
    consortium.enact.call(proposal, NEWER, {"from": founders[0]})
    at(closes + 1)
    lapsed = ("ConsortiumProposalLapsed", proposal)
    assert refusal(consortium.enact, proposal, NEWER, {"from": founders[0]}) == lapsed
