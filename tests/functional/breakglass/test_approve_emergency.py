"""`approveEmergency`: a quorum of other institutions opens, within an hour (R24, P30, T26)."""

import pytest
from eth_abi import encode

from tests.alliance import ACTIVE, HOUR, SUSPENDED, at, now, told
from tests.functional.breakglass.emergency import (
    FINDINGS,
    JUSTIFIED,
    NONE,
    OPENED,
    REQUESTED,
    REVIEWED,
    SHARE,
    WEEK,
    Plan,
    in_order,
    stored,
)
from tests.signing import digest


@pytest.fixture
def pair(breakglass, emergency, hospital_b, lead):
    """Alice arranged with lead and hospital B alone."""
    narrow = emergency.but(plan=Plan.among(in_order(lead, hospital_b)))
    narrow.arrange()
    return narrow


def test_a_first_approval_releases_a_share_and_opens_nothing(
    breakglass, arranged, requested, alice, lead, hospital
):
    tx = arranged.approve(requested, lead)
    released = {"id": requested, "patient": alice, "institution": lead}
    released |= {"approvals": 1, "endsAt": 0, "share": SHARE}
    assert told(tx) == [("ShareReleased", released)]
    opening = breakglass.openingOf(requested)
    assert (opening["status"], opening["approvals"], opening["endsAt"]) == (REQUESTED, 1, 0)
    assert not breakglass.isEmergencyOpen(requested)
    assert not breakglass.arrangementOf(alice)["used"]
    assert breakglass.accountOf(hospital) == (0, 0)


def test_t26_the_last_approval_opens_and_leaves_one_review(
    breakglass, arranged, requested, alice, dr_li, lead, hospital, hospital_b
):
    arranged.approve(requested, lead)
    before = breakglass.openingOf(requested)["requestedAt"]
    at(now() + 60)
    tx = arranged.approve(requested, hospital_b, b"another share")
    ends_at = now() + HOUR
    released = {"id": requested, "patient": alice, "institution": hospital_b}
    released |= {"approvals": 2, "endsAt": ends_at, "share": b"another share"}
    assert told(tx) == [("ShareReleased", released)]
    opening = (alice, OPENED, 2, HOUR, dr_li, 1, hospital, before, ends_at, arranged.affiliation)
    assert stored(breakglass.openingOf(requested)) == opening
    assert stored(breakglass.arrangementOf(alice)) == (arranged.plan.digest, 1, 2, True)
    assert breakglass.accountOf(hospital) == (1, 0)
    assert breakglass.isEmergencyOpen(requested)


def test_p30_as_many_approvals_open_as_were_arranged(
    breakglass, emergency, lead, hospital_b, clinic
):
    wide = emergency.but(plan=Plan.among(in_order(lead, hospital_b, clinic), 3))
    wide.arrange()
    id = wide.request()
    for house, live in ((clinic, False), (lead, False), (hospital_b, True)):
        wide.approve(id, house)
        assert breakglass.isEmergencyOpen(id) == live


def test_an_approval_can_be_relayed(alliance, breakglass, arranged, requested, lead, relay):
    *given, _ = arranged.approval(requested, lead)
    tx = alliance.relay(relay, lead, breakglass.approveEmergency, *given)
    assert told(tx)[1][1]["institution"] == lead


def test_each_opening_has_its_own_approvals(breakglass, arranged, requested, lead):
    other = arranged.request("another")
    arranged.approve(requested, lead)
    arranged.approve(other, lead)
    for id in (requested, other):
        assert breakglass.openingOf(id)["approvals"] == 1


def test_only_an_institution_approves(
    breakglass, arranged, requested, refusal, mallory, alice, dr_li, newcomer
):
    for caller in (mallory, alice, dr_li, newcomer):
        call = arranged.approval(requested, caller)
        assert refusal(breakglass.approveEmergency, *call) == ("CallerNotInstitution", caller)


@pytest.mark.parametrize("event", ["suspended", "stopped"])
def test_only_an_active_institution_approves(
    breakglass, arranged, requested, refusal, suspend, stop, lead, event
):
    suspend(lead) if event == "suspended" else stop()
    call = arranged.approval(requested, lead)
    assert refusal(breakglass.approveEmergency, *call) == ("CallerNotInstitution", lead)


def test_nothing_unknown_is_approved(breakglass, arranged, refusal, lead):
    id = digest("unknown")
    call = arranged.approval(id, lead)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassStatusInvalid", id, NONE)


@pytest.mark.parametrize("status", [OPENED, REVIEWED])
def test_nothing_is_approved_after_it_opened(
    breakglass, arranged, brought, refusal, clinic, status
):
    id = brought(status)
    call = arranged.approval(id, clinic)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassStatusInvalid", id, status)


def test_a_request_is_approved_within_an_hour_and_not_after(
    breakglass, arranged, requested, refusal, lead
):
    call = arranged.approval(requested, lead)
    last = breakglass.openingOf(requested)["requestedAt"] + HOUR
    at(last)
    breakglass.approveEmergency.call(*call)
    at(last + 1)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassLapsed", requested)


def test_a_share_has_a_length(breakglass, arranged, requested, refusal, lead):
    for length in (1, 2048):
        breakglass.approveEmergency.call(*arranged.approval(requested, lead, bytes(length)))
    call = arranged.approval(requested, lead, bytes(2049))
    assert refusal(breakglass.approveEmergency, *call) == ("LengthInvalid", 2049)


def test_what_is_shown_is_the_arrangement(
    breakglass, arranged, requested, refusal, alice, lead, clinic
):
    holders, checks = list(arranged.plan.holders), arranged.plan.checks
    changed = {
        "holder": (in_order(*holders[:2], clinic), checks),
        "order": (holders[::-1], checks),
        "fewer": (holders[:2], checks[:2]),
        "check": (holders, (*checks[:2], digest("another"))),
    }
    for change, shown in changed.items():
        call = (requested, *shown, SHARE, {"from": lead})
        refused = refusal(breakglass.approveEmergency, *call)
        assert refused == ("BreakGlassNotArranged", alice), change


def test_p30_a_rotation_closes_what_was_asked_before(
    breakglass, arranged, requested, refusal, alice, lead
):
    arranged.approve(requested, arranged.approvers[1])
    arranged.arrange()
    call = arranged.approval(requested, lead)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassNotArranged", alice)


def test_t26_the_clinicians_own_institution_does_not_approve(
    breakglass, arranged, requested, refusal, hospital
):
    assert hospital in arranged.plan.holders
    call = arranged.approval(requested, hospital)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", hospital)


def test_t26_nobody_approves_twice(breakglass, arranged, requested, refusal, lead):
    arranged.approve(requested, lead)
    call = arranged.approval(requested, lead)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", lead)


def test_a_holder_releases_its_share(breakglass, arranged, requested, refusal, lead):
    call = arranged.approval(requested, lead, b"")
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", lead)


def test_who_holds_nothing_does_not_approve_while_enough_holders_are_active(
    breakglass, pair, refusal, clinic
):
    id = pair.request()
    for share in (b"", SHARE):
        call = pair.approval(id, clinic, share)
        assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", clinic)


def test_p30_the_clinicians_own_institution_is_not_among_the_holders_left(
    breakglass, arranged, requested, refusal, suspend, clinic, hospital_b
):
    """It is Active and holds a share, but may not approve: one holder is left, not two."""
    call = arranged.approval(requested, clinic, b"")
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", clinic)
    suspend(hospital_b)
    arranged.approve(requested, clinic, b"")
    arranged.approve(requested, arranged.approvers[0])
    assert breakglass.isEmergencyOpen(requested)


def test_p30_who_holds_nothing_releases_nothing(
    breakglass, pair, refusal, suspend, clinic, hospital_b
):
    suspend(hospital_b)
    call = pair.approval(pair.request(), clinic, SHARE)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", clinic)


def test_p30_with_too_few_holders_left_other_members_count(
    breakglass, pair, suspend, lead, hospital_b, clinic
):
    suspend(hospital_b)
    id = pair.request()
    tx = pair.approve(id, clinic, b"")
    # Raw, because Brownie decodes no bytes as one of zero.
    assert bytes(tx.logs[0].data) == encode(["uint8", "uint40", "bytes"], [1, 0, b""])
    pair.approve(id, lead)
    assert breakglass.isEmergencyOpen(id)


def test_p30_too_few_holders_left_release_their_shares_still(
    breakglass, pair, refusal, suspend, lead, hospital_b
):
    suspend(hospital_b)
    call = pair.approval(pair.request(), lead, b"")
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", lead)


def test_t26_with_too_few_holders_left_the_own_institution_does_not_count(
    breakglass, pair, refusal, suspend, hospital, hospital_b
):
    suspend(hospital_b)
    call = pair.approval(pair.request(), hospital, b"")
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassApproverInvalid", hospital)


def test_t26_no_share_is_released_for_an_institution_that_is_overdue(
    breakglass, arranged, refusal, hospital, lead, mallory
):
    late = arranged.use("late", duration=1)
    at(arranged.ends_at(late) + WEEK + 1)
    id = arranged.request("before it was found")
    call = arranged.approval(id, lead)
    breakglass.approveEmergency.call(*call)
    breakglass.findOverdue(late, {"from": mallory})
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassBarred", hospital)
    breakglass.reviewEmergency(late, JUSTIFIED, FINDINGS, {"from": lead})
    breakglass.approveEmergency.call(*call)


def test_t26_no_share_is_released_while_four_uses_wait_for_a_review(
    breakglass, arranged, refusal, hospital, lead
):
    """All five were asked for before the first was opened."""
    first, *rest, fifth = [arranged.request(f"use {n}", duration=1) for n in range(5)]
    call = arranged.approval(fifth, lead)
    for id in (first, *rest):
        breakglass.approveEmergency.call(*call)
        for house in arranged.approvers:
            arranged.approve(id, house)
    assert breakglass.accountOf(hospital) == (4, 0)
    assert refusal(breakglass.approveEmergency, *call) == ("BreakGlassBarred", hospital)
    at(now() + 1)
    breakglass.reviewEmergency(first, JUSTIFIED, FINDINGS, {"from": lead})
    breakglass.approveEmergency.call(*call)


def test_an_overdue_review_bars_no_approval_of_another_institutions_clinician(
    breakglass, arranged, overdue, places, dr_wang, lead
):
    other = arranged.but(clinician=dr_wang, affiliation=places.clinic_ward)
    other.approve(other.request(), lead)


def test_an_institution_that_is_overdue_approves_for_others(
    breakglass, arranged, overdue, places, dr_wang, hospital
):
    other = arranged.but(clinician=dr_wang, affiliation=places.clinic_ward)
    other.approve(other.request(), hospital)


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
def test_t26_no_share_is_released_to_a_clinician_who_was_stopped(
    registrar, breakglass, arranged, requested, refusal, dr_li, hospital, lead, function
):
    ward, call = arranged.affiliation, arranged.approval(requested, lead)
    given = {"setLicence": (dr_li,), "setAffiliation": (dr_li, ward)}.get(function, (ward,))
    breakglass.approveEmergency.call(*call)
    getattr(registrar, function)(*given, SUSPENDED, {"from": hospital})
    denied = ("CallerNotClinician", dr_li, ward)
    assert refusal(breakglass.approveEmergency, *call) == denied
    getattr(registrar, function)(*given, ACTIVE, {"from": hospital})
    breakglass.approveEmergency.call(*call)


def test_t26_no_share_is_released_to_a_clinician_of_a_suspended_institution(
    breakglass, arranged, requested, refusal, suspend, dr_li, hospital, lead
):
    suspend(hospital)
    call = arranged.approval(requested, lead)
    denied = ("CallerNotClinician", dr_li, arranged.affiliation)
    assert refusal(breakglass.approveEmergency, *call) == denied
