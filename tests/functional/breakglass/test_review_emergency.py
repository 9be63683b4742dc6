"""`reviewEmergency`: once, by a regulator or another member, and nothing blocks it (T26, P41)."""

import pytest

from tests.alliance import at, told
from tests.functional.breakglass.emergency import (
    FINDINGS,
    JUSTIFIED,
    NONE,
    OPENED,
    REQUESTED,
    REVIEWED,
    UNJUSTIFIED,
    WEEK,
    stored,
)
from tests.signing import digest


@pytest.mark.parametrize(
    ("who", "verdict"), [("lead", JUSTIFIED), ("clinic", UNJUSTIFIED), ("regulator", UNJUSTIFIED)]
)
def test_t26_a_review_is_told_and_closes_the_use(
    breakglass, over, appoint, request, hospital, who, verdict
):
    reviewer = request.getfixturevalue(who)
    if who == "regulator":
        appoint(reviewer)
    before = stored(breakglass.openingOf(over))
    tx = breakglass.reviewEmergency(over, verdict, FINDINGS, {"from": reviewer})
    reviewed = {"id": over, "reviewer": reviewer, "verdict": verdict, "findings": FINDINGS}
    assert told(tx) == [("EmergencyReviewed", reviewed)]
    assert stored(breakglass.openingOf(over)) == (before[0], REVIEWED, *before[2:])
    assert breakglass.accountOf(hospital) == (0, 0)


def test_t26_every_use_leaves_exactly_one_review(breakglass, arranged, hospital, lead):
    ids = [arranged.use(f"use {n}") for n in range(3)]
    assert breakglass.accountOf(hospital) == (3, 0)
    at(arranged.ends_at(ids[2]))
    for id, left in zip(ids, (2, 1, 0), strict=True):
        breakglass.reviewEmergency(id, JUSTIFIED, FINDINGS, {"from": lead})
        assert breakglass.accountOf(hospital) == (left, 0)


def test_an_overdue_use_is_reviewed(breakglass, overdue, hospital, lead):
    assert breakglass.accountOf(hospital) == (1, 1)
    breakglass.reviewEmergency(overdue, UNJUSTIFIED, FINDINGS, {"from": lead})
    assert breakglass.accountOf(hospital) == (0, 0)


def test_t26_another_uses_review_leaves_the_overdue_one(
    breakglass, arranged, hospital, lead, mallory
):
    late, other = (arranged.use(f"use {n}") for n in range(2))
    at(arranged.ends_at(other) + WEEK + 1)
    breakglass.findOverdue(late, {"from": mallory})
    breakglass.reviewEmergency(other, JUSTIFIED, FINDINGS, {"from": lead})
    assert breakglass.accountOf(hospital) == (1, 1)


def test_a_review_can_be_relayed(alliance, breakglass, over, lead, relay):
    given = (over, JUSTIFIED, FINDINGS)
    tx = alliance.relay(relay, lead, breakglass.reviewEmergency, *given)
    assert told(tx)[1][1]["reviewer"] == lead


def test_t26_only_another_member_or_a_regulator_reviews(
    breakglass, over, refusal, hospital, dr_li, dr_wang, alice, newcomer, regulator
):
    for caller in (hospital, dr_li, dr_wang, alice, newcomer, regulator):
        call = (over, JUSTIFIED, FINDINGS, {"from": caller})
        assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassReviewerInvalid", caller)


def test_no_suspended_member_reviews(breakglass, over, refusal, suspend, lead):
    suspend(lead)
    call = (over, JUSTIFIED, FINDINGS, {"from": lead})
    assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassReviewerInvalid", lead)


def test_t26_an_institution_that_is_a_regulator_too_does_not_review_itself(
    breakglass, over, refusal, appoint, hospital
):
    appoint(hospital)
    call = (over, JUSTIFIED, FINDINGS, {"from": hospital})
    assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassReviewerInvalid", hospital)


def test_an_institution_reviews_the_use_of_another(
    breakglass, arranged, places, dr_wang, clinic, hospital
):
    """The hospital, which may not review its own uses, reviews the clinic's."""
    id = arranged.but(clinician=dr_wang, affiliation=places.clinic_ward).use()
    at(arranged.ends_at(id))
    breakglass.reviewEmergency(id, JUSTIFIED, FINDINGS, {"from": hospital})
    assert breakglass.accountOf(clinic) == (0, 0)


def test_a_use_is_reviewed_after_its_end(breakglass, arranged, opened, refusal, lead):
    call = (opened, JUSTIFIED, FINDINGS, {"from": lead})
    at(arranged.ends_at(opened) - 1)
    early = ("BreakGlassStatusInvalid", opened, OPENED)
    assert refusal(breakglass.reviewEmergency, *call) == early
    at(arranged.ends_at(opened))
    breakglass.reviewEmergency.call(*call)


def test_what_was_ended_early_is_reviewed_at_once(breakglass, opened, alice, lead):
    breakglass.endEmergency(opened, {"from": alice})
    breakglass.reviewEmergency(opened, JUSTIFIED, FINDINGS, {"from": lead})
    assert breakglass.openingOf(opened)["status"] == REVIEWED


def test_a_review_has_a_verdict(breakglass, over, refusal, lead):
    call = (over, 0, FINDINGS, {"from": lead})
    assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassVerdictMissing",)


def test_nothing_unknown_is_reviewed(breakglass, refusal, lead):
    id = digest("unknown")
    call = (id, JUSTIFIED, FINDINGS, {"from": lead})
    assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassStatusInvalid", id, NONE)


@pytest.mark.parametrize("status", [REQUESTED, REVIEWED])
def test_t26_only_a_use_without_review_is_reviewed(breakglass, refusal, brought, lead, status):
    id = brought(status)
    call = (id, UNJUSTIFIED, FINDINGS, {"from": lead})
    assert refusal(breakglass.reviewEmergency, *call) == ("BreakGlassStatusInvalid", id, status)


def test_findings_have_a_length(breakglass, over, refusal, lead):
    for length in (0, 2048):
        call = (over, JUSTIFIED, bytes(length), {"from": lead})
        breakglass.reviewEmergency.call(*call)
    call = (over, JUSTIFIED, bytes(2049), {"from": lead})
    assert refusal(breakglass.reviewEmergency, *call) == ("LengthInvalid", 2049)


@pytest.mark.parametrize("who", ["lead", "regulator"])
def test_p41_a_stop_does_not_block_a_review(
    breakglass, consortium, over, appoint, stop, request, lead, who
):
    reviewer = request.getfixturevalue(who)
    if who == "regulator":
        appoint(reviewer)
    stop()
    assert not consortium.isActive(lead)
    breakglass.reviewEmergency(over, JUSTIFIED, FINDINGS, {"from": reviewer})
    assert breakglass.openingOf(over)["status"] == REVIEWED


def test_p41_a_use_of_a_suspended_institution_is_reviewed(
    breakglass, over, suspend, hospital, lead
):
    suspend(hospital)
    breakglass.reviewEmergency(over, UNJUSTIFIED, FINDINGS, {"from": lead})
    assert breakglass.accountOf(hospital) == (0, 0)
