"""`arrange`: only a patient, among different Active institutions, anew after a use (R24, P30)."""

import pytest
from brownie import accounts

from tests.alliance import AGREEMENT, KEY, PATIENT, details, told
from tests.functional.breakglass.emergency import Plan, in_order, stored
from tests.signing import digest


def test_an_arrangement_is_told_and_stored(breakglass, plan, alice):
    tx = breakglass.arrange(*plan.arguments, {"from": alice})
    arranged = {"patient": alice, "version": 1, "threshold": 2, "suite": 1, "key": KEY}
    arranged |= {"holders": tuple(plan.addresses), "checks": plan.checks, "shares": plan.shares}
    assert told(tx) == [("EmergencyArranged", arranged)]
    assert stored(breakglass.arrangementOf(alice)) == (plan.digest, 1, 2, False)


def test_an_arrangement_can_be_relayed(alliance, breakglass, plan, alice, relay):
    alliance.relay(relay, alice, breakglass.arrange, *plan.arguments)
    assert stored(breakglass.arrangementOf(alice)) == (plan.digest, 1, 2, False)


def test_p30_pair_and_shares_are_rotated_after_a_use(breakglass, arranged, opened, plan, alice):
    assert stored(breakglass.arrangementOf(alice)) == (plan.digest, 1, 2, True)
    other = Plan.among(plan.holders, 3).but(checks=tuple(digest(str(n)) for n in range(3)))
    tx = breakglass.arrange(*other.arguments, {"from": alice})
    assert told(tx)[0][1]["version"] == 2
    assert stored(breakglass.arrangementOf(alice)) == (other.digest, 2, 3, False)


def test_an_arrangement_is_of_one_patient(breakglass, arranged, plan, bob):
    assert breakglass.arrangementOf(bob)["version"] == 0
    tx = breakglass.arrange(*plan.arguments, {"from": bob})
    assert told(tx)[0][1]["version"] == 1


@pytest.mark.parametrize("who", ["mallory", "carol", "dr_li", "hospital"])
def test_only_a_certified_patient_arranges(registrar, breakglass, plan, refusal, request, who):
    caller = request.getfixturevalue(who)
    if who == "carol":
        registrar.applyFor(PATIENT, 1, KEY, {"from": caller})
    denied = ("CallerNotPatient", caller)
    assert refusal(breakglass.arrange, *plan.arguments, {"from": caller}) == denied


def test_a_key_has_a_length_and_a_suite(breakglass, plan, refusal, alice):
    for length, suite in ((0, 1), (63, 1), (8193, 1), (64, 0)):
        call = (*plan.but(key=bytes(length), suite=suite).arguments, {"from": alice})
        assert refusal(breakglass.arrange, *call) == ("BreakGlassKeyInvalid", length, suite)


def test_the_shortest_and_the_longest_key_are_taken(breakglass, plan, alice):
    for length in (64, 8192):
        breakglass.arrange.call(*plan.but(key=bytes(length), suite=255).arguments, {"from": alice})


@pytest.mark.parametrize("what", ["checks", "shares"])
def test_each_holder_has_a_check_and_a_share(breakglass, plan, refusal, alice, what):
    for count in (0, 2, 4):
        uneven = (getattr(plan, what) * 2)[:count]
        call = (*plan.but(**{what: uneven}).arguments, {"from": alice})
        assert refusal(breakglass.arrange, *call) == ("BreakGlassArrangementInvalid", 3, 2)


@pytest.mark.parametrize("length", [0, 2049])
def test_a_share_has_a_length(breakglass, plan, refusal, alice, length):
    for place in range(3):
        shares = [bytes(length) if n == place else share for n, share in enumerate(plan.shares)]
        call = (*plan.but(shares=tuple(shares)).arguments, {"from": alice})
        assert refusal(breakglass.arrange, *call) == ("LengthInvalid", length)


def test_the_shortest_and_the_longest_share_are_taken(breakglass, plan, alice):
    for length in (1, 2048):
        breakglass.arrange.call(*plan.but(shares=[bytes(length)] * 3).arguments, {"from": alice})


def test_a_threshold_is_two_to_the_number_of_holders(breakglass, plan, refusal, alice):
    for threshold in (0, 1, 4, 255):
        call = (*plan.but(threshold=threshold).arguments, {"from": alice})
        invalid = ("BreakGlassArrangementInvalid", 3, threshold)
        assert refusal(breakglass.arrange, *call) == invalid


def test_all_holders_may_be_needed(breakglass, plan, alice):
    for count in (2, 3):
        breakglass.arrange(*Plan.among(plan.holders[:count], count).arguments, {"from": alice})
        assert breakglass.arrangementOf(alice)["threshold"] == count


def test_there_are_two_holders_at_least(breakglass, plan, refusal, alice):
    for count, threshold in ((0, 0), (0, 2), (1, 1), (1, 2)):
        call = (*Plan.among(plan.holders[:count], threshold).arguments, {"from": alice})
        invalid = ("BreakGlassArrangementInvalid", count, threshold)
        assert refusal(breakglass.arrange, *call) == invalid


def test_holders_rise_so_that_none_is_named_twice(breakglass, plan, refusal, alice):
    for order in ((1, 0, 2), (0, 2, 1), (0, 0, 1), (0, 1, 1)):
        call = (*Plan.among([plan.holders[n] for n in order]).arguments, {"from": alice})
        assert refusal(breakglass.arrange, *call) == ("BreakGlassArrangementInvalid", 3, 2)


def test_a_holder_is_an_institution(
    breakglass, refusal, alice, lead, hospital, mallory, newcomer, dr_li
):
    for other in (mallory, newcomer, alice, dr_li):
        holders = in_order(lead, hospital, other)
        call = (*Plan.among(holders).arguments, {"from": alice})
        assert refusal(breakglass.arrange, *call) == ("BreakGlassArrangementInvalid", 3, 2)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_holder_is_suspended(breakglass, plan, refusal, suspend, alice, place):
    suspend(plan.holders[place])
    call = (*plan.arguments, {"from": alice})
    assert refusal(breakglass.arrange, *call) == ("BreakGlassArrangementInvalid", 3, 2)


def test_sixteen_holders_are_taken_and_no_more(alliance, refusal, alice, Consortium, BreakGlass):
    """A wider consortium knows the same people: seventeen houses are many votes away."""
    houses = in_order(*accounts[1:18])
    published = [details(f"第{n}医院") for n in range(17)]
    founding = (alliance.forwarder, houses, published, AGREEMENT)
    consortium = houses[0].deploy(Consortium, *founding)
    for house in houses:
        consortium.signAgreement(AGREEMENT, {"from": house})
    others = (alliance.registrar, alliance.implementation)
    wide = houses[0].deploy(BreakGlass, alliance.forwarder, consortium, *others)
    wide.arrange.call(*Plan.among(houses[:16], 16).arguments, {"from": alice})
    call = (*Plan.among(houses).arguments, {"from": alice})
    assert refusal(wide.arrange, *call) == ("BreakGlassArrangementInvalid", 17, 2)
