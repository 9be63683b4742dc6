"""`proposeResume`: lifts a stop; a stop does not block it (P41)."""

import pytest

from tests.alliance import DAY, at, now, parameters_of
from tests.functional.consortium.voting import approve, decide


@pytest.fixture
def stopped(alliance, consortium):
    """A stop of a day; its end."""
    decide(alliance, consortium.proposeStop, DAY)
    return consortium.stoppedUntil()


def test_lifting_is_told_without_parameters(consortium, stopped, hospital):
    closes = now() + DAY
    tx = consortium.proposeResume(closes, {"from": hospital})
    (opened,) = tx.events
    assert (opened.name, opened["action"], opened["proposer"]) == ("ProposalOpened", 13, hospital)
    assert (opened["id"], opened["closesAt"], opened["round"]) == (5, closes, 1)
    assert parameters_of(tx) == b""


def test_lifting_takes_no_parameters(alliance, consortium, refusal, stopped, lead):
    id, _, options = approve(alliance, consortium.proposeResume(now() + DAY, {"from": lead}))
    invalid = ("ConsortiumParametersInvalid", id)
    assert refusal(consortium.enact, id, b"\0", options) == invalid


def test_without_a_stop_there_is_nothing_to_lift(consortium, refusal, lead):
    call = (now() + DAY, {"from": lead})
    assert refusal(consortium.proposeResume, *call) == ("ConsortiumNotStopped",)


def test_a_stop_is_lifted_until_it_ends_by_itself(consortium, refusal, stopped, lead):
    at(stopped - 1)
    consortium.proposeResume.call(now() + DAY, {"from": lead})
    at(stopped)
    call = (now() + DAY, {"from": lead})
    assert refusal(consortium.proposeResume, *call) == ("ConsortiumNotStopped",)


def test_a_stop_that_was_lifted_is_not_lifted_again(alliance, consortium, refusal, stopped, lead):
    decide(alliance, consortium.proposeResume)
    call = (now() + DAY, {"from": lead})
    assert refusal(consortium.proposeResume, *call) == ("ConsortiumNotStopped",)
