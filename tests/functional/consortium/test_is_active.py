"""`isActive`, `isMember`, `stoppedUntil`: who may act, and what a stop changes of it (P41)."""

import pytest

from tests.alliance import AGREEMENT, DAY, RESTORE, at
from tests.functional.consortium.voting import decide


def test_every_member_is_active_while_nothing_is_stopped(consortium, founders):
    assert consortium.stoppedUntil() == 0
    assert all(consortium.isActive(house) and consortium.isMember(house) for house in founders)


def test_nobody_else_is_a_member(consortium, outsider):
    assert not consortium.isMember(outsider)
    assert not consortium.isActive(outsider)


def test_a_restored_member_is_a_member_again(alliance, consortium, founders, suspended):
    alliance.stand(suspended, RESTORE, founders[:3])
    assert consortium.isMember(suspended)


def test_who_signed_is_no_member_before_all_founders_have(unfounded, founders):
    for house in founders[:3]:
        unfounded.signAgreement(AGREEMENT, {"from": house})
    assert not any(unfounded.isMember(house) for house in founders)
    unfounded.signAgreement(AGREEMENT, {"from": founders[3]})
    assert all(unfounded.isMember(house) for house in founders)


@pytest.mark.parametrize("duration", [1, 7 * DAY])
def test_a_stop_ends_by_itself_at_its_very_second(alliance, consortium, founders, duration):
    decide(alliance, consortium.proposeStop, duration)
    until = consortium.stoppedUntil()
    for moment, active in ((until - 1, False), (until, True)):
        if moment > until - duration:
            at(moment)
        assert {consortium.isActive(house) for house in founders} == {active}
        assert all(consortium.isMember(house) for house in founders)


def test_a_stop_makes_nobody_a_member(alliance, consortium, suspended):
    decide(alliance, consortium.proposeStop, DAY)
    assert not consortium.isMember(suspended)
    at(consortium.stoppedUntil())
    assert not consortium.isActive(suspended)
