"""What every proposal has in common: who opens one, and for how long it is open."""

import pytest

from tests.alliance import DAY, DIAGNOSES, HOUR, SUSPEND, details, now
from tests.signing import digest


@pytest.fixture(
    params=[
        "proposeInstitution",
        "proposeStanding",
        "proposeRegulator",
        "proposeRegulatorRemoval",
        "proposeProfile",
        "proposeProfileRetirement",
        "proposeAgreement",
    ]
)
def proposal(request, alliance, consortium, places, founders, hospital, carol, regulator):
    """Each of the seven, as (function, arguments without the deadline)."""
    if request.param == "proposeRegulatorRemoval":
        admission = consortium.proposeRegulator(
            regulator, "卫生健康委员会", now() + DAY, {"from": founders[0]}
        )
        alliance.carry(admission, founders[:3])
    arguments = {
        "proposeInstitution": (carol.address, details("镇卫生院", 1)),
        "proposeStanding": (hospital.address, SUSPEND),
        "proposeRegulator": (carol.address, "卫生健康委员会"),
        "proposeRegulatorRemoval": (regulator.address,),
        "proposeProfile": ((DIAGNOSES, 2, digest("newer"), 0, True),),
        "proposeProfileRetirement": (places.profiles[DIAGNOSES],),
        "proposeAgreement": (digest("v2"),),
    }[request.param]
    return getattr(consortium, request.param), arguments


def test_only_a_member_proposes(refusal, proposal, mallory, alice, dr_wang):
    function, arguments = proposal
    for outsider in (mallory, alice, dr_wang):
        denied = ("ConsortiumNotMember", outsider)
        assert refusal(function, *arguments, now() + DAY, {"from": outsider}) == denied


def test_only_an_active_member_proposes(consortium, refusal, outsider):
    call = (digest("v2"), now() + DAY, {"from": outsider})
    assert refusal(consortium.proposeAgreement, *call) == ("ConsortiumNotMember", outsider)


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
    tx = function(*arguments, closes, {"from": lead})
    opened = tx.events["ProposalOpened"]
    id = before + 1
    assert consortium.census()[4] == opened["id"] == id
    stored = consortium.proposalOf(id)
    assert stored[:7] == (opened["action"], lead, closes, round_, 0, 0, False)
    assert not consortium.hasVoted(id, lead)
