"""`registerStudy`: who was voted a researcher's office (R43)."""

import pytest

from tests.alliance import DAY, NOBODY, now, told
from tests.functional.research.conftest import PROTOCOL, SALT
from tests.signing import ZERO, digest


def test_a_study_is_told_and_stored(research, researcher, id):
    tx = research.registerStudy(SALT, PROTOCOL, {"from": researcher})
    registered = {"study": id, "researcher": researcher, "protocol": PROTOCOL}
    assert told(tx) == [("StudyRegistered", registered)]
    assert bytes(tx.return_value) == id
    *stored, protocol = research.studyOf(id)
    assert stored == [researcher, now()]
    assert bytes(protocol) == PROTOCOL


def test_an_unknown_study_is_empty(research, id):
    assert research.studyOf(id) == (NOBODY, 0, "0x" + ZERO.hex())


def test_registering_can_be_relayed(alliance, research, researcher, id, relay):
    tx = alliance.relay(relay, researcher, research.registerStudy, SALT, PROTOCOL)
    assert tx.events["StudyRegistered"]["researcher"] == researcher
    assert research.studyOf(id)["researcher"] == researcher


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_wang", "clinic", "lead", "insurer"])
def test_nobody_else_registers_one(research, refusal, request, who):
    account = request.getfixturevalue(who)
    denied = ("ResearchResearcherInvalid", account)
    assert refusal(research.registerStudy, SALT, PROTOCOL, {"from": account}) == denied


def test_whose_office_ended_registers_none(alliance, research, refusal, founders, researcher):
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeOfficeEnd(researcher, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    denied = ("ResearchResearcherInvalid", researcher)
    assert refusal(research.registerStudy, SALT, PROTOCOL, {"from": researcher}) == denied


def test_a_study_is_registered_once(research, refusal, researcher, study):
    call = (SALT, digest("another protocol"), {"from": researcher})
    assert refusal(research.registerStudy, *call) == ("ResearchStudyInvalid", study)


def test_a_further_study_has_another_salt(research, researcher, study):
    tx = research.registerStudy(digest("study 2"), PROTOCOL, {"from": researcher})
    assert bytes(tx.return_value) != study
    assert research.studyOf(tx.return_value)["researcher"] == researcher


def test_one_researcher_does_not_use_up_anothers_salts(
    research, study, researcher, other_researcher
):
    tx = research.registerStudy(SALT, PROTOCOL, {"from": other_researcher})
    assert research.studyOf(tx.return_value)["researcher"] == other_researcher
    assert research.studyOf(study)["researcher"] == researcher
