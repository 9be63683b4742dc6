"""`choose`: patients opt in and out; a later choice cannot be undone by a relay (R43, P22)."""

import pytest

from tests.alliance import DAY, HANDLE, KEY, PATIENT, SUSPEND, now, padded, told
from tests.functional.registrar.replacement import merge
from tests.signing import digest

MOST = 2**32 - 1


@pytest.fixture
def chart(alliance, registrar, carol, clinic):
    """A chart, whose key is with the clinic."""
    registration = alliance.registration(carol, clinic, PATIENT)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    registrar.openChart(padded(clinic), registration, KEY, HANDLE, signature, {"from": clinic})
    return carol


@pytest.fixture
def applied(registrar, carol):
    """Carol, who applied as a patient."""
    registrar.applyFor(PATIENT, 1, KEY, {"from": carol})
    return carol


@pytest.mark.parametrize("number", [1, 7, MOST])
def test_opting_in_is_told_and_stored(research, study, alice, number):
    tx = research.choose(study, True, number, {"from": alice})
    chosen = {"study": study, "patient": alice, "participates": True, "number": number}
    assert told(tx) == [("ParticipationChosen", chosen)]
    assert research.choiceOf(study, alice) == (True, number)


def test_opting_out_is_told_and_stored(research, study, alice):
    research.choose(study, True, 1, {"from": alice})
    tx = research.choose(study, False, 2, {"from": alice})
    chosen = {"study": study, "patient": alice, "participates": False, "number": 2}
    assert told(tx) == [("ParticipationChosen", chosen)]
    assert research.choiceOf(study, alice) == (False, 2)


def test_a_patient_opts_in_again(research, study, alice):
    for number, participates in ((1, True), (2, False), (3, True)):
        research.choose(study, participates, number, {"from": alice})
    assert research.choiceOf(study, alice) == (True, 3)


def test_choices_are_each_patients_and_each_studys(research, study, researcher, alice, bob):
    tx = research.registerStudy(digest("study 2"), digest("protocol 2"), {"from": researcher})
    other = tx.return_value
    research.choose(study, True, 5, {"from": alice})
    assert research.choiceOf(study, bob) == (False, 0)
    assert research.choiceOf(other, alice) == (False, 0)
    research.choose(study, True, 1, {"from": bob})
    research.choose(other, True, 1, {"from": alice})
    assert research.choiceOf(study, alice) == (True, 5)


def test_choosing_can_be_relayed(alliance, research, study, alice, relay):
    alliance.relay(relay, alice, research.choose, study, True, 1)
    assert research.choiceOf(study, alice) == (True, 1)
    alliance.relay(relay, alice, research.choose, study, False, 2)
    assert research.choiceOf(study, alice) == (False, 2)


@pytest.mark.parametrize("participates", [True, False])
@pytest.mark.parametrize(("number", "newest"), [(0, 0), (0, 5), (4, 5), (5, 5), (MOST, MOST)])
def test_an_earlier_choice_counts_no_more(
    research, refusal, study, alice, participates, number, newest
):
    if newest:
        research.choose(study, not participates, newest, {"from": alice})
    stale = ("ResearchChoiceStale", number, newest)
    assert refusal(research.choose, study, participates, number, {"from": alice}) == stale


def test_t34_a_relay_that_holds_a_choice_back_undoes_no_later_one(
    alliance, research, forwarder, refusal, study, alice, relay
):
    opting_in = alliance.request(alice, research.choose, study, True, 1)
    held_back = alliance.forwarded(alice, opting_in)
    alliance.relay(relay, alice, research.choose, study, False, 2)
    stale = ("ResearchChoiceStale", 1, 2)
    assert refusal(forwarder.execute, *held_back, {"from": relay}) == stale


@pytest.mark.parametrize("who", ["mallory", "dr_wang", "clinic", "researcher", "applied", "chart"])
def test_only_a_certified_patient_opts_in(research, refusal, request, study, who):
    account = request.getfixturevalue(who)
    denied = ("CallerNotPatient", account)
    assert refusal(research.choose, study, True, 1, {"from": account}) == denied


def test_who_was_replaced_opts_out_and_not_in(
    alliance, research, refusal, study, alice, bob, clinic
):
    research.choose(study, True, 1, {"from": alice})
    merge(alliance, clinic, alice, bob)
    denied = ("CallerNotPatient", alice)
    assert refusal(research.choose, study, True, 2, {"from": alice}) == denied
    research.choose(study, False, 2, {"from": alice})
    assert research.choiceOf(study, alice) == (False, 2)
    assert research.choiceOf(study, bob) == (False, 0)


def test_nobody_opts_in_to_an_unknown_study(research, refusal, id, alice):
    unknown = ("ResearchStudyInvalid", id)
    assert refusal(research.choose, id, True, 1, {"from": alice}) == unknown


@pytest.mark.parametrize("who", ["alice", "mallory", "dr_wang", "clinic", "chart"])
def test_anyone_opts_out_of_what_is_not_known_yet(research, request, id, who):
    account = request.getfixturevalue(who)
    tx = research.choose(id, False, 1, {"from": account})
    chosen = {"study": id, "patient": account, "participates": False, "number": 1}
    assert told(tx) == [("ParticipationChosen", chosen)]


def test_t34_an_opting_in_that_arrives_after_the_opting_out_is_refused(
    research, refusal, researcher, id, alice
):
    research.choose(id, False, 2, {"from": alice})
    research.registerStudy(digest("study 1"), digest("protocol 1"), {"from": researcher})
    stale = ("ResearchChoiceStale", 1, 2)
    assert refusal(research.choose, id, True, 1, {"from": alice}) == stale


@pytest.mark.parametrize("how", ["stop", "suspension", "office ended"])
def test_p41_nothing_blocks_opting_out(
    alliance, research, study, founders, alice, clinic, researcher, how
):
    research.choose(study, True, 1, {"from": alice})
    lead, closes = {"from": founders[0]}, now() + DAY
    if how == "stop":
        proposed = alliance.consortium.proposeStop(DAY, closes, lead)
        alliance.carry(proposed, founders[:3])
    elif how == "suspension":
        alliance.stand(clinic, SUSPEND, founders[:3])
    else:
        proposed = alliance.consortium.proposeOfficeEnd(researcher, closes, lead)
        alliance.carry(proposed, founders[:3])
    research.choose(study, False, 2, {"from": alice})
    assert research.choiceOf(study, alice) == (False, 2)
