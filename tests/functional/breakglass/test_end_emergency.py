"""`endEmergency`: by patient, clinician or institution, and nothing blocks it (R24, P41)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.breakglass.emergency import NONE, OPENED, REQUESTED, REVIEWED
from tests.signing import digest


@pytest.mark.parametrize("who", ["alice", "dr_li", "hospital"])
def test_an_end_is_told_and_stored(breakglass, arranged, opened, request, who):
    caller = request.getfixturevalue(who)
    tx = breakglass.endEmergency(opened, {"from": caller})
    ended = {"id": opened, "by": caller, "endsAt": now()}
    assert told(tx) == [("EmergencyEnded", ended)]
    assert arranged.ends_at(opened) == now()
    assert not breakglass.isEmergencyOpen(opened)


def test_t26_an_end_leaves_the_review_to_be_done(breakglass, opened, alice, hospital):
    breakglass.endEmergency(opened, {"from": alice})
    assert breakglass.openingOf(opened)["status"] == OPENED
    assert breakglass.accountOf(hospital) == (1, 0)


@pytest.mark.parametrize("who", ["alice", "dr_li"])
def test_an_end_can_be_relayed(alliance, breakglass, opened, request, relay, who):
    caller = request.getfixturevalue(who)
    tx = alliance.relay(relay, caller, breakglass.endEmergency, opened)
    assert told(tx)[1][1]["by"] == caller
    assert not breakglass.isEmergencyOpen(opened)


def test_nobody_else_ends_it(breakglass, opened, refusal, mallory, bob, dr_wang, lead, clinic):
    for caller in (mallory, bob, dr_wang, lead, clinic):
        denied = ("CallerNotAllowed", caller)
        assert refusal(breakglass.endEmergency, opened, {"from": caller}) == denied


def test_nothing_unknown_is_ended(breakglass, refusal, alice):
    id = digest("unknown")
    unknown = ("BreakGlassStatusInvalid", id, NONE)
    assert refusal(breakglass.endEmergency, id, {"from": alice}) == unknown


@pytest.mark.parametrize("status", [REQUESTED, REVIEWED])
def test_only_what_is_open_is_ended(breakglass, refusal, brought, alice, status):
    id = brought(status)
    closed = ("BreakGlassStatusInvalid", id, status)
    assert refusal(breakglass.endEmergency, id, {"from": alice}) == closed


def test_an_opening_is_ended_once(breakglass, opened, refusal, alice):
    breakglass.endEmergency(opened, {"from": alice})
    closed = ("BreakGlassStatusInvalid", opened, OPENED)
    assert refusal(breakglass.endEmergency, opened, {"from": alice}) == closed


def test_an_opening_is_ended_until_it_ends_by_itself(breakglass, arranged, opened, refusal, alice):
    ends_at = arranged.ends_at(opened)
    at(ends_at - 1)
    breakglass.endEmergency.call(opened, {"from": alice})
    at(ends_at)
    closed = ("BreakGlassStatusInvalid", opened, OPENED)
    assert refusal(breakglass.endEmergency, opened, {"from": alice}) == closed


@pytest.mark.parametrize(
    ("who", "event"),
    [
        ("alice", "stopped"),
        ("dr_li", "suspended"),
        ("hospital", "stopped"),
        ("hospital", "suspended"),
    ],
)
def test_p41_nothing_blocks_an_end(
    breakglass, opened, request, stop, suspend, hospital, who, event
):
    stop() if event == "stopped" else suspend(hospital)
    breakglass.endEmergency(opened, {"from": request.getfixturevalue(who)})
    assert not breakglass.isEmergencyOpen(opened)
