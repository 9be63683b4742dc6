"""`proposeSealerRemoval`: of one that is admitted (R03)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told
from tests.functional.consortium.voting import decide


@pytest.fixture
def sealer(alliance, consortium, hospital, carol):
    """A sealer that was voted in."""
    decide(alliance, consortium.proposeSealer, carol, hospital)
    return carol


def test_a_removal_is_told_with_its_parameters(consortium, lead, sealer):
    tx = consortium.proposeSealerRemoval(sealer, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 15)
    assert opened["parameters"] == encode(["address"], [sealer.address])


@pytest.mark.parametrize("who", ["hospital", "mallory"])
def test_who_is_no_sealer_is_not_removed(consortium, refusal, request, lead, who):
    account = request.getfixturevalue(who)
    call = (account.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealerRemoval, *call) == ("ConsortiumSealerInvalid", account)


def test_nobody_is_not_removed(consortium, refusal, lead):
    call = (NOBODY, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealerRemoval, *call) == ("ConsortiumSealerInvalid", NOBODY)


def test_a_removed_sealer_is_not_removed_again(alliance, consortium, refusal, lead, sealer):
    decide(alliance, consortium.proposeSealerRemoval, sealer)
    call = (sealer.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeSealerRemoval, *call) == ("ConsortiumSealerInvalid", sealer)
