"""`mayRefer`: by tiers or within an alliance, to another institution that is known (R30)."""

import pytest

from tests.alliance import AGREEMENT, DAY, account, details, now
from tests.functional.consortium.voting import decide
from tests.signing import digest

TIERS = (1, 1, 2, 2, 3, 3)
ALL = 0x1FF


@pytest.fixture
def tiers(alliance, lead, Consortium):
    """A founded consortium with two institutions of each tier, and these."""
    houses = [account(f"house {n}") for n, _ in enumerate(TIERS)]
    published = [details(f"第{n}医院", tier) for n, tier in enumerate(TIERS)]
    consortium = lead.deploy(Consortium, alliance.forwarder, houses, published, AGREEMENT)
    for house in houses:
        consortium.signAgreement(AGREEMENT, {"from": house})
    return consortium, houses


@pytest.fixture
def rule(alliance, consortium):
    """Put rules of referral in force."""

    def rule(directions, within_alliance=False):
        decide(alliance, consortium.proposeReferralRules, (directions, within_alliance, 1, 0))

    return rule


@pytest.fixture
def allied(alliance, consortium, lead, hospital):
    """Lead and hospital, members of one alliance."""
    for house in (lead, hospital):
        decide(alliance, consortium.proposeAlliance, house, digest("医联体"))
    return lead, hospital


def test_before_any_vote_nobody_refers(consortium, founders):
    assert not any(consortium.mayRefer(a, b) for a in founders for b in founders)


def allowed(consortium, houses):
    """Return which tiers may refer to which, from the first of a tier to the second of one."""
    pairs = ((a, b) for a in range(3) for b in range(3))
    may_refer = consortium.mayRefer
    return {(a + 1, b + 1) for a, b in pairs if may_refer(houses[2 * a], houses[2 * b + 1])}


def test_each_direction_is_from_one_tier_to_one_tier(tiers):
    """No two of the nine bits are set in the same of four rules."""
    consortium, houses = tiers
    options = {"from": houses[0]}
    for place in range(4):
        bits = [bit for bit in range(9) if (bit + 1) >> place & 1]
        rules, closes = (sum(1 << bit for bit in bits), False, 1, 0), now() + DAY
        tx = consortium.proposeReferralRules(rules, closes, options)
        opened = tx.events["ProposalOpened"]
        for house in houses[:4]:
            consortium.vote(opened["id"], True, {"from": house})
        consortium.enact(opened["id"], opened["parameters"], options)
        assert allowed(consortium, houses) == {(bit // 3 + 1, bit % 3 + 1) for bit in bits}


def test_nobody_refers_to_itself_whatever_the_rules(consortium, rule, allied):
    rule(ALL, within_alliance=True)
    assert consortium.mayRefer(*allied)
    assert not any(consortium.mayRefer(house, house) for house in allied)


def test_who_is_unknown_neither_refers_nor_is_referred_to(consortium, rule, lead, mallory, alice):
    rule(ALL, within_alliance=True)
    assert not consortium.mayRefer(lead, mallory)
    assert not consortium.mayRefer(mallory, lead)
    assert not consortium.mayRefer(mallory, alice)


def test_one_alliance_refers_whatever_the_tiers(consortium, rule, allied, clinic):
    rule(0, within_alliance=True)
    assert consortium.mayRefer(*allied)
    assert consortium.mayRefer(*reversed(allied))
    assert not consortium.mayRefer(allied[0], clinic)
    assert not consortium.mayRefer(clinic, allied[0])


def test_an_alliance_counts_only_when_the_rules_say_so(consortium, rule, allied):
    rule(0)
    assert not consortium.mayRefer(*allied)


def test_two_without_an_alliance_are_not_in_one(consortium, rule, lead, hospital):
    rule(0, within_alliance=True)
    assert not consortium.mayRefer(lead, hospital)


def test_two_alliances_are_not_one(alliance, consortium, rule, allied):
    decide(alliance, consortium.proposeAlliance, allied[1], digest("另一医联体"))
    rule(0, within_alliance=True)
    assert not consortium.mayRefer(*allied)


def test_tiers_count_between_alliances_too(consortium, rule, allied, clinic):
    rule(1 << 8, within_alliance=True)
    assert consortium.mayRefer(allied[0], clinic)
