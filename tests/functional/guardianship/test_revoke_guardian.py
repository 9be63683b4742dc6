"""`revokeGuardian`: ward, guardian or proposer; nothing blocks it (R07, P22, P41)."""

import pytest

from tests.alliance import DAY, at_least, told

REVOKED = 3


@pytest.mark.parametrize("stage", ["proposed", "confirmed"])
@pytest.mark.parametrize("who", ["alice", "bob", "clinic"])
def test_a_revocation_is_told_and_stored(guardianship, stored, request, alice, bob, stage, who):
    request.getfixturevalue(stage)
    before, by = stored(), request.getfixturevalue(who)
    tx = guardianship.revokeGuardian(alice, bob, {"from": by})
    assert told(tx) == [("GuardianRevoked", {"ward": alice, "guardian": bob, "by": by})]
    assert stored() == (REVOKED, *before[1:])


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_revoking_can_be_relayed(alliance, guardianship, confirmed, stored, request, relay, who):
    by = request.getfixturevalue(who)
    tx = alliance.relay(relay, by, guardianship.revokeGuardian, *confirmed.pair)
    assert told(tx)[1][1]["by"] == by
    assert stored()[0] == REVOKED


@pytest.mark.parametrize("who", ["hospital", "lead", "carol", "dr_wang", "mallory"])
def test_nobody_else_revokes(guardianship, confirmed, refusal, request, who):
    other = request.getfixturevalue(who)
    denied = ("CallerNotAllowed", other)
    assert refusal(guardianship.revokeGuardian, *confirmed.pair, {"from": other}) == denied


def test_a_stranger_learns_nothing_by_revoking_what_is_not(guardianship, mandate, refusal, mallory):
    denied = ("CallerNotAllowed", mallory)
    assert refusal(guardianship.revokeGuardian, *mandate.pair, {"from": mallory}) == denied


def test_what_was_never_proposed_is_not_revoked(guardianship, mandate, refusal, alice):
    unknown = ("GuardianshipStatusInvalid", 0)
    assert refusal(guardianship.revokeGuardian, *mandate.pair, {"from": alice}) == unknown


@pytest.mark.parametrize("who", ["alice", "bob", "clinic"])
def test_revoking_again_says_nothing(guardianship, confirmed, stored, request, alice, who):
    guardianship.revokeGuardian(*confirmed.pair, {"from": alice})
    by = request.getfixturevalue(who)
    assert told(guardianship.revokeGuardian(*confirmed.pair, {"from": by})) == []
    assert stored()[0] == REVOKED


def test_only_the_latest_proposer_revokes(guardianship, proposed, refusal, alice, clinic, hospital):
    guardianship.revokeGuardian(*proposed.pair, {"from": alice})
    guardianship.appoint(*proposed.terms, {"from": hospital})
    denied = ("CallerNotAllowed", clinic)
    assert refusal(guardianship.revokeGuardian, *proposed.pair, {"from": clinic}) == denied


def test_p41_a_stop_blocks_no_revocation(guardianship, confirmed, stored, stopped, alice):
    guardianship.revokeGuardian(*confirmed.pair, {"from": alice})
    assert stored()[0] == REVOKED


def test_a_suspended_proposer_revokes(guardianship, confirmed, stored, suspended):
    guardianship.revokeGuardian(*confirmed.pair, {"from": suspended})
    assert stored()[0] == REVOKED


def test_a_mandate_is_revoked_while_it_holds(guardianship, confirmed, relationship, alice):
    at_least(3 * DAY)
    assert guardianship.mayAct(*confirmed.pair, relationship)
    guardianship.revokeGuardian(*confirmed.pair, {"from": alice})
    assert not guardianship.mayAct(*confirmed.pair, relationship)
    assert not guardianship.mayRead(*confirmed.pair)
