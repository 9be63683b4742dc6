"""`enact` of rules: what each vote writes and tells, and that it is done once (R03, T16)."""

import pytest

from tests.alliance import DAY, EXPEL, HOUR, NOBODY, SUSPEND, at, at_least, details, now, told
from tests.functional.consortium.voting import INSURER, RESEARCHER, RULES, approve, decide, propose
from tests.signing import ZERO, digest

ALLIANCE = digest("医联体")


@pytest.fixture
def spare(alliance):
    """Approve the same twice, carry one out, and return how to enact the other."""

    def spare(function, *given):
        call = approve(alliance, propose(alliance, function, *given))
        decide(alliance, function, *given)
        return call

    return spare


def test_referral_rules_are_set(alliance, consortium):
    assert consortium.referralRules() == (0, False, 0, 0)
    tx = decide(alliance, consortium.proposeReferralRules, RULES)
    assert told(tx) == [("ReferralRulesSet", {"id": 4, "rules": RULES})]
    assert consortium.referralRules() == RULES


def test_later_rules_replace_all_of_the_earlier(alliance, consortium):
    decide(alliance, consortium.proposeReferralRules, RULES)
    decide(alliance, consortium.proposeReferralRules, (0, False, 1, 0))
    assert consortium.referralRules() == (0, False, 1, 0)


def test_an_institution_joins_an_alliance_and_leaves_it(alliance, consortium, hospital, clinic):
    tx = decide(alliance, consortium.proposeAlliance, hospital, ALLIANCE)
    joined = {"id": 4, "institution": hospital, "alliance": ALLIANCE}
    assert told(tx) == [("AllianceSet", joined)]
    assert bytes(consortium.allianceOf(hospital)) == ALLIANCE
    assert bytes(consortium.allianceOf(clinic)) == ZERO
    tx = decide(alliance, consortium.proposeAlliance, hospital, ZERO)
    assert told(tx) == [("AllianceSet", joined | {"id": 5, "alliance": ZERO})]
    assert bytes(consortium.allianceOf(hospital)) == ZERO


def test_t16_who_was_suspended_since_joins_no_alliance(
    alliance, consortium, refusal, founders, clinic
):
    call = approve(alliance, propose(alliance, consortium.proposeAlliance, clinic, ALLIANCE))
    alliance.stand(clinic, SUSPEND, founders[:3])
    assert refusal(consortium.enact, *call) == ("ConsortiumProposalLapsed", call[0])


def test_who_was_expelled_leaves_its_alliance(alliance, consortium, founders, clinic):
    decide(alliance, consortium.proposeAlliance, clinic, ALLIANCE)
    alliance.stand(clinic, EXPEL, founders[:3])
    decide(alliance, consortium.proposeAlliance, clinic, ZERO)
    assert bytes(consortium.allianceOf(clinic)) == ZERO


@pytest.mark.parametrize("duration", [1, 7 * DAY])
def test_a_stop_begins_when_it_is_enacted(alliance, consortium, duration):
    assert consortium.stoppedUntil() == 0
    call = approve(alliance, propose(alliance, consortium.proposeStop, duration))
    at_least(3_600)
    tx = consortium.enact(*call)
    assert consortium.stoppedUntil() == now() + duration
    assert told(tx) == [("EmergencyStopped", {"id": 4, "until": now() + duration})]


def test_a_further_stop_counts_from_its_own_enactment(alliance, consortium):
    decide(alliance, consortium.proposeStop, 7 * DAY)
    decide(alliance, consortium.proposeStop, DAY)
    assert consortium.stoppedUntil() == now() + DAY


def test_a_stop_is_lifted(alliance, consortium, founders):
    decide(alliance, consortium.proposeStop, DAY)
    assert not any(consortium.isActive(house) for house in founders)
    tx = decide(alliance, consortium.proposeResume)
    assert told(tx) == [("EmergencyLifted", {"id": 5})]
    assert consortium.stoppedUntil() == 0
    assert all(consortium.isActive(house) for house in founders)


def test_a_stop_is_lifted_before_its_end_and_not_after(alliance, consortium, refusal):
    decide(alliance, consortium.proposeStop, DAY)
    call = approve(alliance, propose(alliance, consortium.proposeResume))
    until = consortium.stoppedUntil()
    at(until - 1)
    consortium.enact.call(*call)
    at(until)
    assert refusal(consortium.enact, *call) == ("ConsortiumNotStopped",)


def test_t16_a_stop_is_lifted_once(consortium, refusal, alliance, spare):
    decide(alliance, consortium.proposeStop, DAY)
    call = spare(consortium.proposeResume)
    assert refusal(consortium.enact, *call) == ("ConsortiumNotStopped",)


def test_p41_a_stop_that_was_voted_before_another_began_is_stale(
    alliance, consortium, refusal, spare
):
    """Otherwise a reserve of stops, voted at once, would last for a month."""
    call = spare(consortium.proposeStop, HOUR)
    stale = ("ConsortiumStopStale", call[0])
    assert refusal(consortium.enact, *call) == stale
    at(consortium.stoppedUntil())
    assert refusal(consortium.enact, *call) == stale


def test_p41_a_stop_that_was_voted_before_another_was_lifted_is_stale(
    alliance, consortium, refusal
):
    decide(alliance, consortium.proposeStop, DAY)
    call = approve(alliance, propose(alliance, consortium.proposeStop, DAY))
    consortium.enact.call(*call)
    decide(alliance, consortium.proposeResume)
    assert refusal(consortium.enact, *call) == ("ConsortiumStopStale", call[0])
    decide(alliance, consortium.proposeStop, DAY)
    assert consortium.stoppedUntil() == now() + DAY


def test_a_sealer_is_admitted_and_removed(alliance, consortium, hospital, carol):
    assert consortium.sealerOf(carol) == NOBODY
    tx = decide(alliance, consortium.proposeSealer, carol, hospital)
    admitted = {"id": 4, "sealer": carol, "institution": hospital, "admitted": True}
    assert told(tx) == [("SealerChanged", admitted)]
    assert consortium.sealerOf(carol) == hospital
    tx = decide(alliance, consortium.proposeSealerRemoval, carol)
    assert told(tx) == [("SealerChanged", admitted | {"id": 5, "admitted": False})]
    assert consortium.sealerOf(carol) == NOBODY


def test_a_removed_sealer_may_come_back_for_another_member(alliance, consortium, carol, founders):
    decide(alliance, consortium.proposeSealer, carol, founders[1])
    decide(alliance, consortium.proposeSealerRemoval, carol)
    decide(alliance, consortium.proposeSealer, carol, founders[3])
    assert consortium.sealerOf(carol) == founders[3]


@pytest.mark.parametrize(("office", "name"), [(INSURER, "医保局"), (RESEARCHER, "研究所")])
def test_an_office_is_given_and_ended(alliance, consortium, carol, mallory, office, name):
    tx = decide(alliance, consortium.proposeOffice, carol, office, name)
    given = {"id": 4, "account": carol, "office": office, "name": name}
    assert told(tx) == [("OfficeChanged", given)]
    assert (consortium.officeOf(carol), consortium.officeOf(mallory)) == (office, 0)
    tx = decide(alliance, consortium.proposeOfficeEnd, carol)
    assert told(tx) == [("OfficeChanged", given | {"id": 5, "office": 0, "name": ""})]
    assert consortium.officeOf(carol) == 0


def test_an_office_that_ended_may_be_another_now(alliance, consortium, carol):
    decide(alliance, consortium.proposeOffice, carol, INSURER, "医保局")
    decide(alliance, consortium.proposeOfficeEnd, carol)
    decide(alliance, consortium.proposeOffice, carol, RESEARCHER, "研究所")
    assert consortium.officeOf(carol) == RESEARCHER


def test_a_factory_is_adopted(alliance, consortium, factory, registrar):
    assert not consortium.isFactory(factory)
    tx = decide(alliance, consortium.proposeFactory, factory)
    assert told(tx) == [("FactoryAdopted", {"id": 4, "factory": factory})]
    assert consortium.isFactory(factory)
    assert not consortium.isFactory(registrar)


def test_t16_a_sealer_is_admitted_once(consortium, refusal, spare, hospital, carol):
    call = spare(consortium.proposeSealer, carol, hospital)
    assert refusal(consortium.enact, *call) == ("ConsortiumSealerInvalid", carol)


def test_t16_a_sealer_is_removed_once(alliance, consortium, refusal, spare, hospital, carol):
    decide(alliance, consortium.proposeSealer, carol, hospital)
    call = spare(consortium.proposeSealerRemoval, carol)
    assert refusal(consortium.enact, *call) == ("ConsortiumSealerInvalid", carol)


def test_t16_an_office_is_given_once(consortium, refusal, spare, carol):
    call = spare(consortium.proposeOffice, carol, RESEARCHER, "某")
    assert refusal(consortium.enact, *call) == ("ConsortiumOfficeInvalid", carol, RESEARCHER)


def test_t16_who_was_given_an_office_since_is_no_institution(
    alliance, consortium, refusal, newcomer
):
    invited = propose(alliance, consortium.proposeInstitution, newcomer, details("医保局", 1))
    call = approve(alliance, invited)
    decide(alliance, consortium.proposeOffice, newcomer, INSURER, "医保局")
    held = ("ConsortiumOfficeInvalid", newcomer, INSURER)
    assert refusal(consortium.enact, *call) == held
    assert consortium.officeOf(newcomer) == INSURER


def test_t16_an_office_is_ended_once(alliance, consortium, refusal, spare, carol):
    decide(alliance, consortium.proposeOffice, carol, INSURER, "医保局")
    call = spare(consortium.proposeOfficeEnd, carol)
    assert refusal(consortium.enact, *call) == ("ConsortiumOfficeInvalid", carol, 0)


def test_t16_a_factory_is_adopted_once(consortium, refusal, spare, factory):
    call = spare(consortium.proposeFactory, factory)
    assert refusal(consortium.enact, *call) == ("ConsortiumFactoryInvalid", factory.address)


def test_t15_one_key_stops_nothing(alliance, consortium, refusal, lead):
    opened = propose(alliance, consortium.proposeStop, DAY).events["ProposalOpened"]
    consortium.vote(opened["id"], True, {"from": lead})
    call = (opened["id"], opened["parameters"], {"from": lead})
    assert refusal(consortium.enact, *call) == ("ConsortiumMajorityMissing", opened["id"], 1, 4)
