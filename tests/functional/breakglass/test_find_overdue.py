"""`findOverdue`: by anyone, once, seven days after the end of a use without review (T26, P41)."""

import pytest

from tests.alliance import HOUR, at, now, told
from tests.functional.breakglass.emergency import NONE, OPENED, REQUESTED, REVIEWED, WEEK, stored
from tests.signing import digest


@pytest.mark.parametrize("who", ["mallory", "hospital"])
def test_t26_anyone_finds_a_review_overdue(breakglass, arranged, opened, request, hospital, who):
    before = stored(breakglass.openingOf(opened))
    at(arranged.ends_at(opened) + WEEK + 1)
    tx = breakglass.findOverdue(opened, {"from": request.getfixturevalue(who)})
    assert told(tx) == [("ReviewOverdue", {"id": opened, "institution": hospital})]
    assert breakglass.accountOf(hospital) == (1, 1)
    assert stored(breakglass.openingOf(opened)) == before


def test_a_review_has_seven_days(breakglass, arranged, opened, refusal, mallory):
    due_at = arranged.ends_at(opened) + WEEK
    at(due_at)
    early = ("BreakGlassNotOverdue", due_at)
    assert refusal(breakglass.findOverdue, opened, {"from": mallory}) == early
    at(due_at + 1)
    breakglass.findOverdue.call(opened, {"from": mallory})


def test_what_is_open_is_not_overdue(breakglass, arranged, opened, refusal, mallory):
    early = ("BreakGlassNotOverdue", arranged.ends_at(opened) + WEEK)
    assert refusal(breakglass.findOverdue, opened, {"from": mallory}) == early


def test_an_early_end_makes_the_review_due_earlier(breakglass, opened, refusal, alice, mallory):
    breakglass.endEmergency(opened, {"from": alice})
    early = ("BreakGlassNotOverdue", now() + WEEK)
    assert refusal(breakglass.findOverdue, opened, {"from": mallory}) == early


def test_a_review_is_found_overdue_once(breakglass, overdue, refusal, mallory):
    found = ("BreakGlassStatusInvalid", overdue, OPENED)
    assert refusal(breakglass.findOverdue, overdue, {"from": mallory}) == found


def test_nothing_unknown_is_overdue(breakglass, refusal, mallory):
    id = digest("unknown")
    unknown = ("BreakGlassStatusInvalid", id, NONE)
    assert refusal(breakglass.findOverdue, id, {"from": mallory}) == unknown


@pytest.mark.parametrize("status", [REQUESTED, REVIEWED])
def test_only_a_use_without_review_is_overdue(breakglass, refusal, brought, mallory, status):
    id = brought(status)
    at(now() + WEEK + HOUR + 1)
    done = ("BreakGlassStatusInvalid", id, status)
    assert refusal(breakglass.findOverdue, id, {"from": mallory}) == done


def test_each_overdue_review_is_counted(breakglass, arranged, hospital, mallory):
    ids = [arranged.use(f"use {n}") for n in range(2)]
    at(arranged.ends_at(ids[1]) + WEEK + 1)
    for id, count in zip(ids, (1, 2), strict=True):
        breakglass.findOverdue(id, {"from": mallory})
        assert breakglass.accountOf(hospital) == (2, count)


def test_p41_a_stop_does_not_block_it(breakglass, arranged, opened, stop, hospital, mallory):
    at(arranged.ends_at(opened) + WEEK)
    stop()
    at(now() + 1)
    breakglass.findOverdue(opened, {"from": mallory})
    assert breakglass.accountOf(hospital) == (1, 1)
