"""`proposeStop`: one second to seven days (P41)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, now, told
from tests.functional.consortium.voting import decide


@pytest.mark.parametrize("duration", [1, 7 * DAY])
def test_a_stop_is_told_with_its_duration(consortium, lead, duration):
    tx = consortium.proposeStop(duration, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 12)
    assert opened["parameters"] == encode(["uint32"], [duration])


@pytest.mark.parametrize("duration", [0, 7 * DAY + 1, 2**32 - 1])
def test_p41_a_stop_lasts_one_second_to_seven_days(consortium, refusal, lead, duration):
    call = (duration, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeStop, *call) == ("ConsortiumStopInvalid", duration)


def test_a_further_stop_may_be_proposed_during_a_stop(alliance, consortium, lead):
    decide(alliance, consortium.proposeStop, DAY)
    consortium.proposeStop.call(7 * DAY, now() + DAY, {"from": lead})


def test_proposing_a_stop_stops_nothing(consortium, lead):
    consortium.proposeStop(DAY, now() + DAY, {"from": lead})
    assert consortium.stoppedUntil() == 0
    assert consortium.isActive(lead)


def test_a_proposal_can_be_relayed(alliance, consortium, hospital, relay):
    tx = alliance.relay(relay, hospital, consortium.proposeStop, DAY, now() + DAY)
    opened = tx.events["ProposalOpened"]
    assert opened["proposer"] == consortium.proposalOf(opened["id"])["proposer"] == hospital
