"""`requestEmergency`: only an active clinician of a house that is not barred (R24, T26)."""

import pytest

from tests.alliance import CLINICIAN, DAY, HOUR, NOBODY, REVOKED, SUSPENDED, at, now, padded, told
from tests.functional.breakglass.emergency import (
    FINDINGS,
    NONE,
    OPENED,
    REASON,
    REQUESTED,
    REVIEWED,
    UNJUSTIFIED,
    opening_id,
    stored,
)
from tests.signing import ZERO, digest


def test_a_request_is_told_and_stored(breakglass, arranged, alice, dr_li, hospital):
    id = opening_id(dr_li)
    tx = breakglass.requestEmergency(*arranged.asked(), {"from": dr_li})
    asked = {"id": id, "patient": alice, "requester": dr_li, "institution": hospital}
    asked |= {"affiliation": arranged.affiliation, "version": 1, "duration": HOUR}
    assert told(tx) == [("EmergencyRequested", asked | {"reason": REASON})]
    opening = (alice, REQUESTED, 0, HOUR, dr_li, 1, hospital, now(), 0, arranged.affiliation)
    assert stored(breakglass.openingOf(id)) == opening
    assert breakglass.accountOf(hospital) == (0, 0)


def test_a_request_returns_its_id(breakglass, arranged, dr_li):
    id = breakglass.requestEmergency.call(*arranged.asked(), {"from": dr_li})
    assert bytes(id) == opening_id(dr_li)


def test_a_request_names_the_version_that_it_was_asked_under(breakglass, arranged):
    arranged.arrange()
    id = arranged.request()
    assert breakglass.openingOf(id)["version"] == 2


def test_a_request_can_be_relayed(alliance, breakglass, arranged, dr_li, relay):
    tx = alliance.relay(relay, dr_li, breakglass.requestEmergency, *arranged.asked())
    assert told(tx)[1][1]["requester"] == dr_li
    assert breakglass.openingOf(opening_id(dr_li))["requester"] == dr_li


def test_only_a_clinician_under_its_own_affiliation_asks(
    breakglass, arranged, refusal, mallory, alice, bob, dr_wang, hospital, lead
):
    for caller in (mallory, alice, bob, dr_wang, hospital, lead):
        denied = ("CallerNotClinician", caller, arranged.affiliation)
        assert refusal(breakglass.requestEmergency, *arranged.asked(), {"from": caller}) == denied


def test_an_affiliation_is_the_clinicians(breakglass, arranged, places, refusal, dr_li, hospital):
    for value in (places.clinic_ward, digest("unknown"), ZERO, padded(hospital)):
        denied = ("CallerNotClinician", dr_li, value)
        call = (*arranged.asked(affiliation=value), {"from": dr_li})
        assert refusal(breakglass.requestEmergency, *call) == denied


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
def test_no_clinician_who_is_stopped_asks(
    registrar, breakglass, arranged, refusal, dr_li, hospital, function
):
    ward = arranged.affiliation
    given = {"setLicence": (dr_li,), "setAffiliation": (dr_li, ward)}.get(function, (ward,))
    denied = ("CallerNotClinician", dr_li, ward)
    for standing in (SUSPENDED, REVOKED):
        getattr(registrar, function)(*given, standing, {"from": hospital})
        assert refusal(breakglass.requestEmergency, *arranged.asked(), {"from": dr_li}) == denied


@pytest.mark.parametrize("event", ["suspended", "stopped"])
def test_nobody_of_an_inactive_institution_asks(
    breakglass, arranged, refusal, suspend, stop, dr_li, hospital, event
):
    suspend(hospital) if event == "suspended" else stop()
    denied = ("CallerNotClinician", dr_li, arranged.affiliation)
    assert refusal(breakglass.requestEmergency, *arranged.asked(), {"from": dr_li}) == denied


def test_t26_an_emergency_lasts_a_second_to_a_day(breakglass, arranged, refusal, dr_li):
    for duration in (0, DAY + 1, 2**32 - 1):
        call = (*arranged.asked(duration=duration), {"from": dr_li})
        invalid = ("BreakGlassRequestInvalid", duration, len(REASON))
        assert refusal(breakglass.requestEmergency, *call) == invalid


@pytest.mark.parametrize("duration", [1, DAY])
def test_the_shortest_and_the_longest_duration_are_stored(breakglass, arranged, duration):
    id = arranged.request(duration=duration)
    assert breakglass.openingOf(id)["duration"] == duration


def test_t26_an_emergency_needs_a_reason(breakglass, arranged, refusal, dr_li):
    call = (*arranged.asked(reason=b""), {"from": dr_li})
    invalid = ("BreakGlassRequestInvalid", HOUR, 0)
    assert refusal(breakglass.requestEmergency, *call) == invalid


def test_a_reason_has_a_length(breakglass, arranged, refusal, dr_li):
    for length in (1, 2048):
        call = (*arranged.asked(reason=bytes(length)), {"from": dr_li})
        breakglass.requestEmergency.call(*call)
    call = (*arranged.asked(reason=bytes(2049)), {"from": dr_li})
    assert refusal(breakglass.requestEmergency, *call) == ("LengthInvalid", 2049)


def test_nothing_opens_what_was_not_arranged(breakglass, arranged, refusal, dr_li, bob, mallory):
    for patient in (bob.address, mallory.address, NOBODY):
        call = (*arranged.asked(patient=patient), {"from": dr_li})
        absent = ("BreakGlassNotArranged", patient)
        assert refusal(breakglass.requestEmergency, *call) == absent


@pytest.mark.parametrize("status", [REQUESTED, OPENED, REVIEWED])
def test_an_id_is_used_once(breakglass, arranged, refusal, brought, dr_li, status):
    used = ("BreakGlassStatusInvalid", brought(status), status)
    assert refusal(breakglass.requestEmergency, *arranged.asked(), {"from": dr_li}) == used


def test_two_clinicians_may_draw_the_same_salt(
    breakglass, arranged, requested, places, dr_wang, clinic
):
    id = arranged.but(clinician=dr_wang, affiliation=places.clinic_ward).request()
    assert id != requested
    assert breakglass.openingOf(id)["institution"] == clinic


def test_t26_an_overdue_review_bars_the_institution(
    breakglass, arranged, overdue, refusal, dr_li, hospital
):
    call = (*arranged.asked("again"), {"from": dr_li})
    assert refusal(breakglass.requestEmergency, *call) == ("BreakGlassBarred", hospital)


def test_t26_an_overdue_review_bars_colleagues(
    alliance, registrar, breakglass, arranged, overdue, refusal, carol, hospital
):
    alliance.register(carol, hospital, CLINICIAN)
    registrar.setAffiliation(carol, padded(hospital), 1, {"from": hospital})
    call = (*arranged.asked(affiliation=padded(hospital)), {"from": carol})
    assert refusal(breakglass.requestEmergency, *call) == ("BreakGlassBarred", hospital)


def test_an_overdue_review_once_done_bars_no_more(breakglass, arranged, overdue, lead):
    breakglass.reviewEmergency(overdue, UNJUSTIFIED, FINDINGS, {"from": lead})
    id = arranged.request("again")
    assert breakglass.openingOf(id)["status"] == REQUESTED


def test_an_overdue_review_bars_no_other_institution(
    breakglass, arranged, overdue, places, dr_wang
):
    id = arranged.but(clinician=dr_wang, affiliation=places.clinic_ward).request()
    assert breakglass.openingOf(id)["status"] == REQUESTED


def test_t26_four_uses_without_review_bar_the_institution(
    breakglass, arranged, refusal, dr_li, hospital
):
    for n in range(4):
        arranged.use(f"use {n}")
    assert breakglass.accountOf(hospital) == (4, 0)
    call = (*arranged.asked("fifth"), {"from": dr_li})
    assert refusal(breakglass.requestEmergency, *call) == ("BreakGlassBarred", hospital)


def test_t26_one_review_of_four_lets_the_institution_ask_again(
    breakglass, arranged, dr_li, hospital, lead
):
    first, *_ = [arranged.use(f"use {n}") for n in range(4)]
    at(arranged.ends_at(first))
    breakglass.reviewEmergency(first, UNJUSTIFIED, FINDINGS, {"from": lead})
    assert breakglass.accountOf(hospital) == (3, 0)
    breakglass.requestEmergency.call(*arranged.asked("fifth"), {"from": dr_li})


def test_requests_that_nobody_opened_bar_nobody(breakglass, arranged, hospital):
    ids = [arranged.request(f"request {n}") for n in range(5)]
    assert breakglass.openingOf(ids[4])["status"] == REQUESTED
    assert breakglass.accountOf(hospital) == (0, 0)


def test_a_request_opens_nothing(breakglass, requested):
    assert not breakglass.isEmergencyOpen(requested)
    assert breakglass.openingOf(digest("unknown"))["status"] == NONE
