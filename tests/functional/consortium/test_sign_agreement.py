"""`signAgreement`: only an Invited institution, for itself, the version in force."""

import pytest

from tests.alliance import AGREEMENT, DAY, RESTORE, now, told
from tests.signing import digest


def test_signing_makes_a_founder_a_member_of_the_electorate(unfounded, lead):
    tx = unfounded.signAgreement(AGREEMENT, {"from": lead})
    signed = {"institution": lead, "agreement": AGREEMENT, "electorate": 1, "unsigned": 3}
    assert told(tx) == [("AgreementSigned", signed)]
    member = unfounded.memberOf(lead)
    assert (member["standing"], bytes(member["agreement"])) == (2, AGREEMENT)
    assert member["since"] == now()


def test_nothing_works_before_the_last_founder_has_signed(unfounded, founders, refusal):
    for unsigned, house in zip((3, 2, 1), founders, strict=False):
        unfounded.signAgreement(AGREEMENT, {"from": house})
        call = (unfounded.proposeAgreement, digest("v2"), now() + DAY, {"from": house})
        assert refusal(*call) == ("ConsortiumNotFounded", unsigned)
        assert not unfounded.isActive(house)
    unfounded.signAgreement(AGREEMENT, {"from": founders[3]})
    assert all(unfounded.isActive(house) for house in founders)
    unfounded.proposeAgreement(digest("v2"), now() + DAY, {"from": founders[3]})


def test_an_admitted_institution_becomes_active_by_signing(consortium, invited):
    assert not consortium.isActive(invited)
    tx = consortium.signAgreement(AGREEMENT, {"from": invited})
    signed = {"institution": invited, "agreement": AGREEMENT, "electorate": 5, "unsigned": 0}
    assert told(tx) == [("AgreementSigned", signed)]
    assert consortium.isActive(invited)


def test_signing_can_be_relayed(alliance, consortium, invited, relay):
    alliance.relay(relay, invited, consortium.signAgreement, AGREEMENT)
    assert consortium.isActive(invited)


def test_another_version_is_refused(consortium, refusal, invited):
    other = digest("联盟协议 第二版")
    wrong = ("ConsortiumAgreementInvalid", other, AGREEMENT)
    assert refusal(consortium.signAgreement, other, {"from": invited}) == wrong


def test_a_newly_adopted_version_binds_those_who_join(
    alliance, consortium, refusal, founders, invited
):
    newer = digest("联盟协议 第二版")
    proposed = consortium.proposeAgreement(newer, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])
    wrong = ("ConsortiumAgreementInvalid", AGREEMENT, newer)
    assert refusal(consortium.signAgreement, AGREEMENT, {"from": invited}) == wrong
    consortium.signAgreement(newer, {"from": invited})
    assert bytes(consortium.memberOf(founders[0])["agreement"]) == AGREEMENT


@pytest.mark.parametrize(
    ("who", "standing"), [("mallory", 0), ("lead", 2), ("suspended", 3), ("expelled", 4)]
)
def test_only_an_invited_institution_signs(consortium, refusal, request, who, standing):
    account = request.getfixturevalue(who)
    wrong = ("ConsortiumStandingInvalid", account, standing)
    assert refusal(consortium.signAgreement, AGREEMENT, {"from": account}) == wrong


def test_a_restored_member_need_not_sign_again(alliance, consortium, founders, suspended):
    alliance.stand(suspended, RESTORE, founders[:3])
    assert bytes(consortium.memberOf(suspended)["agreement"]) == AGREEMENT
    assert consortium.isActive(suspended)
