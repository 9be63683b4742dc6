"""What every proposal of a rule has in common: who opens one, and for how long it is open."""

import pytest

from tests.alliance import DAY, HOUR, now
from tests.functional.consortium.voting import INSURER, RULES, decide
from tests.signing import digest


@pytest.fixture(
    params=[
        "proposeReferralRules",
        "proposeAlliance",
        "proposeStop",
        "proposeResume",
        "proposeSealer",
        "proposeSealerRemoval",
        "proposeOffice",
        "proposeOfficeEnd",
        "proposeFactory",
    ]
)
def proposal(request, alliance, consortium, factory, hospital, carol):
    """Each of the nine, as (function, arguments without the deadline)."""
    if request.param == "proposeSealerRemoval":
        decide(alliance, consortium.proposeSealer, carol, hospital)
    if request.param == "proposeOfficeEnd":
        decide(alliance, consortium.proposeOffice, carol, INSURER, "医保局")
    if request.param == "proposeResume":
        decide(alliance, consortium.proposeStop, DAY)
    arguments = {
        "proposeReferralRules": (RULES,),
        "proposeAlliance": (hospital.address, digest("医联体")),
        "proposeStop": (DAY,),
        "proposeResume": (),
        "proposeSealer": (carol.address, hospital.address),
        "proposeSealerRemoval": (carol.address,),
        "proposeOffice": (carol.address, INSURER, "医保局"),
        "proposeOfficeEnd": (carol.address,),
        "proposeFactory": (factory.address,),
    }[request.param]
    return getattr(consortium, request.param), arguments


def test_only_a_member_proposes(refusal, proposal, mallory, alice, dr_wang):
    function, arguments = proposal
    for outsider in (mallory, alice, dr_wang):
        denied = ("ConsortiumNotMember", outsider)
        assert refusal(function, *arguments, now() + DAY, {"from": outsider}) == denied


def test_a_deadline_is_one_hour_to_thirty_days_away(refusal, proposal, lead):
    function, arguments = proposal
    for seconds in (HOUR, 30 * DAY):
        function.call(*arguments, now() + seconds, {"from": lead})
    for seconds in (0, HOUR - 1, 30 * DAY + 1):
        closes = now() + seconds
        invalid = ("ConsortiumDeadlineInvalid", closes)
        assert refusal(function, *arguments, closes, {"from": lead}) == invalid


def test_a_proposal_starts_without_votes_in_the_current_round(consortium, proposal, lead):
    function, arguments = proposal
    closes = now() + DAY
    _, _, round_, _, before = consortium.census()
    opened = function(*arguments, closes, {"from": lead}).events["ProposalOpened"]
    assert consortium.census()[4] == opened["id"] == before + 1
    stored = consortium.proposalOf(opened["id"])
    assert stored[:7] == (opened["action"], lead, closes, round_, 0, 0, False)
