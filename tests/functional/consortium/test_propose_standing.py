"""`proposeStanding`: a closed set of changes, each from a standing that allows it (P40)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, EXPEL, RESTORE, SUSPEND, now, told

STANDINGS = {"mallory": 0, "invited": 1, "clinic": 2, "suspended": 3, "expelled": 4}
ALLOWED = {
    ("clinic", SUSPEND),
    ("suspended", RESTORE),
    ("invited", EXPEL),
    ("clinic", EXPEL),
    ("suspended", EXPEL),
}


@pytest.mark.parametrize(("who", "action"), sorted(ALLOWED))
def test_a_change_that_the_standing_allows_is_proposed(consortium, request, lead, who, action):
    account, closes = request.getfixturevalue(who), now() + DAY
    tx = consortium.proposeStanding(account, action, closes, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", action)
    assert opened["parameters"] == encode(["address"], [account.address])


@pytest.mark.parametrize("who", STANDINGS)
def test_a_change_that_the_standing_does_not_allow_is_refused(
    consortium, refusal, request, lead, who
):
    account = request.getfixturevalue(who)
    invalid = ("ConsortiumStandingInvalid", account, STANDINGS[who])
    for action in (SUSPEND, RESTORE, EXPEL):
        if (who, action) not in ALLOWED:
            call = (account.address, action, now() + DAY, {"from": lead})
            assert refusal(consortium.proposeStanding, *call) == invalid


def test_no_other_action_is_taken_for_a_change(consortium, refusal, lead, hospital):
    for action in (0, 1, *range(5, 19)):
        call = (hospital.address, action, now() + DAY, {"from": lead})
        invalid = ("ConsortiumStandingInvalid", hospital, 2)
        assert refusal(consortium.proposeStanding, *call) == invalid
