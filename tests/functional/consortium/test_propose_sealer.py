"""`proposeSealer`: an account that seals for no member yet, run by an Active member (R03)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told
from tests.functional.consortium.voting import decide


def test_a_sealer_is_told_with_its_parameters(consortium, lead, hospital, carol):
    tx = consortium.proposeSealer(carol, hospital, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 14)
    assert opened["parameters"] == encode(["address"] * 2, [carol.address, hospital.address])


def test_an_institution_may_seal_with_its_own_account(consortium, lead, hospital):
    consortium.proposeSealer.call(hospital, hospital, now() + DAY, {"from": lead})


def test_nobody_is_no_sealer(consortium, refusal, lead, hospital):
    call = (NOBODY, hospital.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealer, *call) == ("ConsortiumSealerInvalid", NOBODY)


@pytest.mark.parametrize("who", ["hospital", "clinic"])
def test_a_sealer_is_not_admitted_again(
    alliance, consortium, refusal, request, lead, hospital, carol, who
):
    decide(alliance, consortium.proposeSealer, carol, hospital)
    house = request.getfixturevalue(who)
    call = (carol.address, house.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealer, *call) == ("ConsortiumSealerInvalid", carol)


@pytest.mark.parametrize("who", ["mallory", "invited", "suspended"])
def test_who_is_no_member_runs_no_sealer(consortium, refusal, request, lead, carol, who):
    outsider = request.getfixturevalue(who)
    call = (carol.address, outsider.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealer, *call) == ("ConsortiumNotMember", outsider)
