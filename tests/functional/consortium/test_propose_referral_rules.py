"""`proposeReferralRules`: nine directions, and a limit of one at least (R30, P70)."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.alliance import DAY, now, told
from tests.functional.consortium.voting import RULES

TYPES = ["(uint16,bool,uint16,uint256)"]


def test_rules_are_told_with_their_parameters(consortium, hospital):
    closes = now() + DAY
    tx = consortium.proposeReferralRules(RULES, closes, {"from": hospital})
    parameters = encode(TYPES, [RULES])
    opened = {"id": 4, "proposer": hospital, "action": 10, "closesAt": closes, "round": 1}
    assert told(tx) == [("ProposalOpened", opened | {"parameters": parameters})]
    assert bytes(consortium.proposalOf(4)["digest"]) == keccak(parameters)


@pytest.mark.parametrize(
    "rules",
    [(0, False, 1, 0), (1, False, 1, 0), (0x1FF, True, 2**16 - 1, 2**256 - 1)],
    ids=["none", "one", "all"],
)
def test_the_least_and_the_most_may_be_proposed(consortium, lead, rules):
    consortium.proposeReferralRules.call(rules, now() + DAY, {"from": lead})


@pytest.mark.parametrize(
    ("directions", "most_open"), [(0x200, 1), (0x3FF, 1), (0xFFFF, 9), (0x1FF, 0), (0, 0)]
)
def test_a_tenth_direction_and_no_open_referral_are_refused(
    consortium, refusal, lead, directions, most_open
):
    call = ((directions, True, most_open, 1), now() + DAY, {"from": lead})
    invalid = ("ConsortiumRulesInvalid", directions, most_open)
    assert refusal(consortium.proposeReferralRules, *call) == invalid
