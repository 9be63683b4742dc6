"""What is read: access ends by itself, and what is unknown is empty (T26, P41)."""

import pytest

from tests.alliance import DAY, NOBODY, at, now
from tests.functional.breakglass.emergency import NONE, OPENED, stored
from tests.signing import ZERO, digest


@pytest.mark.parametrize("duration", [1, DAY])
def test_t26_access_ends_by_itself_within_a_day(breakglass, arranged, duration):
    id = arranged.use(duration=duration)
    ends_at = arranged.ends_at(id)
    assert ends_at == now() + duration
    if duration > 1:
        at(ends_at - 1)
    assert breakglass.isEmergencyOpen(id)
    at(ends_at)
    assert not breakglass.isEmergencyOpen(id)
    assert breakglass.openingOf(id)["status"] == OPENED


def test_p41_access_ends_by_itself_during_a_stop(breakglass, arranged, opened, stop):
    stop()
    assert breakglass.isEmergencyOpen(opened)
    at(arranged.ends_at(opened))
    assert not breakglass.isEmergencyOpen(opened)


def test_what_was_reviewed_is_not_open(breakglass, reviewed):
    assert not breakglass.isEmergencyOpen(reviewed)


def test_an_unknown_opening_is_empty(breakglass, opened):
    id = digest("unknown")
    assert not breakglass.isEmergencyOpen(id)
    empty = (NOBODY, NONE, 0, 0, NOBODY, 0, NOBODY, 0, 0, ZERO)
    assert stored(breakglass.openingOf(id)) == empty


def test_who_did_nothing_has_no_arrangement_and_no_account(breakglass, opened, bob, clinic):
    assert stored(breakglass.arrangementOf(bob)) == (ZERO, 0, 0, False)
    assert breakglass.accountOf(clinic) == (0, 0)
