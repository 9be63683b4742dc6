"""`proposeInstitution`: only accounts that are None or Expelled."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.alliance import ADMIT, DAY, NOBODY, details, now, told

TYPES = ["address", "(string,string,string,string,uint8)"]


def test_the_proposal_is_told_with_its_parameters(consortium, hospital, newcomer):
    content, closes = details("镇卫生院", 1), now() + DAY
    tx = consortium.proposeInstitution(newcomer, content, closes, {"from": hospital})
    parameters = encode(TYPES, [newcomer.address, content])
    opened = {"id": 4, "proposer": hospital, "action": ADMIT, "closesAt": closes, "round": 1}
    assert told(tx) == [("ProposalOpened", opened | {"parameters": parameters})]
    assert bytes(consortium.proposalOf(4)["digest"]) == keccak(parameters)


def test_an_expelled_institution_may_come_back(consortium, hospital, expelled):
    content = details("重来", 1)
    consortium.proposeInstitution(expelled, content, now() + DAY, {"from": hospital})


@pytest.mark.parametrize(("who", "standing"), [("invited", 1), ("lead", 2), ("suspended", 3)])
def test_who_is_in_is_not_admitted_again(consortium, refusal, request, hospital, who, standing):
    account = request.getfixturevalue(who)
    call = (account.address, details("再来", 1), now() + DAY, {"from": hospital})
    invalid = ("ConsortiumStandingInvalid", account, standing)
    assert refusal(consortium.proposeInstitution, *call) == invalid


def test_the_zero_address_is_refused(consortium, refusal, hospital):
    call = (NOBODY, details("空", 1), now() + DAY, {"from": hospital})
    assert refusal(consortium.proposeInstitution, *call) == ("ConsortiumAccountInvalid", NOBODY)


@pytest.mark.parametrize("tier", [0, 4, 255])
def test_a_tier_that_does_not_exist_is_refused(consortium, refusal, hospital, newcomer, tier):
    call = (newcomer.address, details("镇卫生院", tier), now() + DAY, {"from": hospital})
    assert refusal(consortium.proposeInstitution, *call) == ("ConsortiumTierInvalid", tier)
