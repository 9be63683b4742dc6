"""`vetoRecovery`: the owner's, of the attempt it names; nothing blocks it but an attestation."""

import pytest

from tests.alliance import at, told
from tests.functional.recovery.circles import STARTED, VETOED


@pytest.mark.parametrize("stage", ["started", "approved", "opened"])
def test_a_veto_is_told_and_stored(recovery, attempt, request, alice, stage):
    request.getfixturevalue(stage)
    before = attempt()
    tx = recovery.vetoRecovery(1, {"from": alice})
    assert told(tx) == [("RecoveryVetoed", {"account": alice, "number": 1, "by": alice})]
    assert attempt() == before | {"status": VETOED}


def test_t25_guardians_do_not_carry_out_what_was_vetoed(
    recovery, replacing, refusal, alice, mallory
):
    recovery.completeRecovery.call(alice, {"from": mallory})
    recovery.vetoRecovery(1, {"from": alice})
    assert not recovery.isRecoveryOpen(alice)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": mallory}) == invalid


@pytest.fixture
def second(recovery, started, alice):
    """Carol's attempt, after Alice vetoed Bob's."""
    recovery.vetoRecovery(1, {"from": alice})
    recovery.startRecovery(*started.call(1))
    return started


def test_a_veto_is_of_the_newest_attempt(recovery, second, alice):
    tx = recovery.vetoRecovery(2, {"from": alice})
    assert told(tx) == [("RecoveryVetoed", {"account": alice, "number": 2, "by": alice})]


def test_t34_a_veto_that_was_held_back_meets_no_other_attempt(
    recovery, second, attempt, refusal, alice
):
    assert (attempt()["number"], attempt()["status"]) == (2, STARTED)
    invalid = ("RecoveryAttemptInvalid", alice)
    for number in (0, 1, 3, 2**32 - 1):
        assert refusal(recovery.vetoRecovery, number, {"from": alice}) == invalid


def test_vetoing_again_says_nothing(recovery, approved, attempt, alice):
    recovery.vetoRecovery(1, {"from": alice})
    before = attempt()
    assert told(recovery.vetoRecovery(1, {"from": alice})) == []
    assert attempt() == before


def test_vetoing_what_was_dismissed_says_nothing(recovery, started, attempt, alice, clinic):
    recovery.dismissRecovery(alice, {"from": clinic})
    assert told(recovery.vetoRecovery(1, {"from": alice})) == []
    assert attempt()["status"] == VETOED


def test_a_veto_can_be_relayed(alliance, recovery, approved, attempt, alice, relay):
    tx = alliance.relay(relay, alice, recovery.vetoRecovery, 1)
    vetoed = {"account": alice, "number": 1, "by": alice}
    assert told(tx)[1] == ("RecoveryVetoed", vetoed)
    assert attempt()["status"] == VETOED


def test_nobody_vetoes_for_another(recovery, approved, refusal, bob, clinic, mallory):
    for other in (bob, clinic, mallory):
        invalid = ("RecoveryAttemptInvalid", other)
        assert refusal(recovery.vetoRecovery, 1, {"from": other}) == invalid


def test_what_was_never_started_is_not_vetoed(recovery, named, refusal, alice):
    for number in (0, 1):
        invalid = ("RecoveryAttemptInvalid", alice)
        assert refusal(recovery.vetoRecovery, number, {"from": alice}) == invalid


def test_t25_a_thief_does_not_veto_what_was_attested(recovery, approved, refusal, alice, clinic):
    recovery.attestRecovery(alice, {"from": clinic})
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.vetoRecovery, 1, {"from": alice}) == invalid


def test_what_was_carried_out_is_not_vetoed(recovery, replaced, refusal, alice):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.vetoRecovery, 1, {"from": alice}) == invalid


@pytest.mark.parametrize("event", ["stopped", "suspended"])
def test_p41_neither_a_stop_nor_a_suspension_blocks_a_veto(
    recovery, approved, attempt, request, alice, event
):
    request.getfixturevalue(event)
    recovery.vetoRecovery(1, {"from": alice})
    assert attempt()["status"] == VETOED


def test_a_veto_comes_before_the_end_of_the_delay_and_after_it(recovery, ready_at, alice):
    for moment in (ready_at - 1, ready_at):
        at(moment)
        recovery.vetoRecovery.call(1, {"from": alice})
