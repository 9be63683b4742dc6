"""`vote`: only an Active member, once, while the proposal is open (T16)."""

import pytest

from tests.alliance import DAY, EXPEL, HOUR, SUSPEND, at, now, told
from tests.signing import digest


@pytest.fixture
def proposal(consortium, lead):
    """An open proposal's number."""
    tx = consortium.proposeAgreement(digest("v2"), now() + HOUR + 60, {"from": lead})
    return tx.events["ProposalOpened"]["id"]


@pytest.mark.parametrize(("approve", "yes", "no"), [(True, 1, 0), (False, 0, 1)])
def test_a_vote_is_counted_and_told(consortium, proposal, hospital, approve, yes, no):
    tx = consortium.vote(proposal, approve, {"from": hospital})
    cast = {"id": proposal, "member": hospital, "approve": approve, "yes": yes, "no": no}
    assert told(tx) == [("VoteCast", cast)]
    assert consortium.proposalOf(proposal)[4:6] == (yes, no)
    assert consortium.hasVoted(proposal, hospital)


def test_a_vote_can_be_relayed(alliance, consortium, proposal, hospital, relay):
    alliance.relay(relay, hospital, consortium.vote, proposal, True)
    assert consortium.hasVoted(proposal, hospital)
    assert not consortium.hasVoted(proposal, relay)


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True)])
def test_t16_no_member_votes_twice(consortium, refusal, proposal, hospital, first, second):
    consortium.vote(proposal, first, {"from": hospital})
    repeated = ("ConsortiumVoteRepeated", proposal, hospital)
    assert refusal(consortium.vote, proposal, second, {"from": hospital}) == repeated


def test_t16_no_member_votes_twice_through_a_relay(
    alliance, consortium, forwarder, refusal, proposal, hospital, relay
):
    consortium.vote(proposal, True, {"from": hospital})
    signed = alliance.forwarded(
        hospital, alliance.request(hospital, consortium.vote, proposal, True)
    )
    repeated = ("ConsortiumVoteRepeated", proposal, hospital)
    assert refusal(forwarder.execute, *signed, {"from": relay}) == repeated


def test_only_an_active_member_votes(consortium, refusal, lead, outsider):
    tx = consortium.proposeAgreement(digest("v3"), now() + DAY, {"from": lead})
    id = tx.events["ProposalOpened"]["id"]
    denied = ("ConsortiumNotMember", outsider)
    assert refusal(consortium.vote, id, True, {"from": outsider}) == denied


@pytest.mark.parametrize("id", [0, 99])
def test_an_unknown_proposal_is_not_voted_on(consortium, refusal, lead, id):
    closed = ("ConsortiumProposalNotOpen", id)
    assert refusal(consortium.vote, id, True, {"from": lead}) == closed


def test_an_enacted_proposal_is_not_voted_on(consortium, refusal, founders, proposal):
    for house in founders[:3]:
        consortium.vote(proposal, True, {"from": house})
    consortium.enact(proposal, digest("v2"), {"from": founders[0]})
    closed = ("ConsortiumProposalNotOpen", proposal)
    assert refusal(consortium.vote, proposal, True, {"from": founders[3]}) == closed


def test_no_vote_counts_after_the_deadline(consortium, refusal, proposal, lead):
    closes = consortium.proposalOf(proposal)["closesAt"]
    at(closes)
    consortium.vote.call(proposal, True, {"from": lead})
    at(closes + 1)
    lapsed = ("ConsortiumProposalLapsed", proposal)
    assert refusal(consortium.vote, proposal, True, {"from": lead}) == lapsed


@pytest.mark.parametrize("action", [SUSPEND, EXPEL])
def test_t16_a_proposal_lapses_when_a_member_leaves(
    alliance, consortium, refusal, founders, proposal, action
):
    consortium.vote(proposal, True, {"from": founders[3]})
    alliance.stand(founders[3], action, founders[:3])
    lapsed = ("ConsortiumProposalLapsed", proposal)
    assert refusal(consortium.vote, proposal, True, {"from": founders[0]}) == lapsed
