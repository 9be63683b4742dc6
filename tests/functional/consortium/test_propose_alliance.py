"""`proposeAlliance`: an Active member joins, whoever left may leave (R30)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told
from tests.signing import ZERO, digest

ALLIANCE = digest("医联体")


@pytest.mark.parametrize("alliance_id", [ALLIANCE, ZERO], ids=["joins", "leaves"])
def test_an_alliance_is_told_with_its_parameters(consortium, lead, hospital, alliance_id):
    tx = consortium.proposeAlliance(hospital, alliance_id, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 11)
    assert opened["parameters"] == encode(["address", "bytes32"], [hospital.address, alliance_id])


@pytest.mark.parametrize("who", ["mallory", "invited", "suspended", "expelled"])
def test_who_is_no_member_joins_no_alliance(consortium, refusal, request, lead, who):
    outsider = request.getfixturevalue(who)
    call = (outsider.address, ALLIANCE, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeAlliance, *call) == ("ConsortiumNotMember", outsider)


def test_nobody_joins_no_alliance(consortium, refusal, lead):
    call = (NOBODY, ALLIANCE, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeAlliance, *call) == ("ConsortiumNotMember", NOBODY)


@pytest.mark.parametrize("who", ["mallory", "invited", "suspended", "expelled"])
def test_who_is_no_member_has_no_alliance_to_keep(consortium, request, lead, who):
    outsider = request.getfixturevalue(who)
    tx = consortium.proposeAlliance(outsider, ZERO, now() + DAY, {"from": lead})
    parameters = encode(["address", "bytes32"], [outsider.address, ZERO])
    assert told(tx)[0][1]["parameters"] == parameters
