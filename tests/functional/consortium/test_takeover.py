"""T15 and T16: no single key, no departed member and no stale vote changes the membership."""

import pytest

from tests.alliance import (
    AGREEMENT,
    DAY,
    EXPEL,
    RESTORE,
    SUSPEND,
    details,
    now,
)

ONE_KEY = {
    "proposeInstitution": lambda house, other: (other, details("我的诊所", 1)),
    "proposeStanding": lambda house, other: (house, EXPEL),
}


@pytest.mark.parametrize("founder", range(4))
@pytest.mark.parametrize("function", sorted(ONE_KEY))
def test_t15_one_key_never_changes_membership(
    consortium, refusal, founders, mallory, function, founder
):
    rogue, victim = founders[founder], founders[founder - 1]
    arguments = ONE_KEY[function](victim.address, mallory.address)
    tx = getattr(consortium, function)(*arguments, now() + DAY, {"from": rogue})
    opened = tx.events["ProposalOpened"]
    consortium.vote(opened["id"], True, {"from": rogue})
    missing = ("ConsortiumMajorityMissing", opened["id"], 1, 4)
    call = (opened["id"], opened["parameters"], {"from": rogue})
    assert refusal(consortium.enact, *call) == missing


@pytest.mark.parametrize("action", [SUSPEND, EXPEL])
def test_t16_the_last_two_members_stay(two, refusal, lead, hospital, action):
    tx = two.proposeStanding(hospital, action, now() + DAY, {"from": lead})
    opened = tx.events["ProposalOpened"]
    for house in (lead, hospital):
        two.vote(opened["id"], True, {"from": house})
    call = (opened["id"], opened["parameters"], {"from": lead})
    assert refusal(two.enact, *call) == ("ConsortiumTooFewMembers",)


def test_t16_one_of_two_is_no_majority(two, refusal, lead, mallory):
    tx = two.proposeInstitution(mallory, details("我的诊所", 1), now() + DAY, {"from": lead})
    opened = tx.events["ProposalOpened"]
    two.vote(opened["id"], True, {"from": lead})
    call = (opened["id"], opened["parameters"], {"from": lead})
    assert refusal(two.enact, *call) == ("ConsortiumMajorityMissing", opened["id"], 1, 2)


def test_t16_votes_of_the_departed_are_not_counted(
    alliance, consortium, refusal, founders, newcomer
):
    lead, hospital, hospital_b, clinic = founders
    tx = consortium.proposeInstitution(newcomer, details("镇"), now() + DAY, {"from": clinic})
    opened = tx.events["ProposalOpened"]
    for house in (hospital_b, clinic):
        consortium.vote(opened["id"], True, {"from": house})
    alliance.stand(clinic, EXPEL, [lead, hospital, hospital_b])
    # Two of three would be a majority now, were the departed's vote still counted.
    call = (opened["id"], opened["parameters"], {"from": hospital_b})
    assert refusal(consortium.enact, *call) == ("ConsortiumProposalLapsed", opened["id"])


def test_t16_a_majority_is_counted_against_the_members_of_today(
    alliance, consortium, refusal, founders, newcomer, mallory
):
    tx = consortium.proposeInstitution(mallory, details("某"), now() + DAY, {"from": founders[0]})
    opened = tx.events["ProposalOpened"]
    for house in founders[:2]:
        consortium.vote(opened["id"], True, {"from": house})
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": newcomer})
    call = (opened["id"], opened["parameters"], {"from": founders[0]})
    assert refusal(consortium.enact, *call) == ("ConsortiumMajorityMissing", opened["id"], 2, 5)
    consortium.vote(opened["id"], True, {"from": newcomer})
    consortium.enact(*call)


def test_t16_a_second_admission_does_not_bring_the_expelled_back(
    alliance, consortium, refusal, founders, newcomer
):
    twice = [
        consortium.proposeInstitution(newcomer, details("镇"), now() + DAY, {"from": founders[0]})
        for _ in range(2)
    ]
    spare = twice[1].events["ProposalOpened"]
    for house in founders[:3]:
        consortium.vote(spare["id"], True, {"from": house})
    alliance.carry(twice[0], founders[:3])
    alliance.stand(newcomer, EXPEL, founders[:3])
    call = (spare["id"], spare["parameters"], {"from": founders[0]})
    assert refusal(consortium.enact, *call) == ("ConsortiumProposalLapsed", spare["id"])


def test_t16_a_second_restoration_does_not_undo_a_later_suspension(
    alliance, consortium, refusal, founders, suspended
):
    twice = [
        consortium.proposeStanding(suspended, RESTORE, now() + DAY, {"from": founders[0]})
        for _ in range(2)
    ]
    spare = twice[1].events["ProposalOpened"]
    for house in founders[:3]:
        consortium.vote(spare["id"], True, {"from": house})
    alliance.carry(twice[0], founders[:3])
    alliance.stand(suspended, SUSPEND, founders[:3])
    call = (spare["id"], spare["parameters"], {"from": founders[0]})
    assert refusal(consortium.enact, *call) == ("ConsortiumProposalLapsed", spare["id"])


def test_t16_an_invitation_that_was_withdrawn_is_not_signed(
    alliance, consortium, refusal, founders, invited
):
    alliance.stand(invited, EXPEL, founders[:3])
    denied = ("ConsortiumStandingInvalid", invited, 4)
    assert refusal(consortium.signAgreement, AGREEMENT, {"from": invited}) == denied
