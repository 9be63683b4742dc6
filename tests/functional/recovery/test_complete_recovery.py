"""`completeRecovery`: anyone, after the delay and for thirty days, with a replacement (R06)."""

import pytest

from tests.alliance import KEY, at, told
from tests.functional.recovery.circles import COMPLETED, LIFETIME, STARTED

REPLACED = 4


def test_another_account_takes_the_place_of_a_stolen_one(
    recovery, registrar, replacing, attempt, alice, mallory
):
    before = attempt()
    tx = recovery.completeRecovery(alice, {"from": mallory})
    completed = {"account": alice, "number": 1, "replacement": replacing}
    replaced = {"account": alice, "successor": replacing, "by": recovery.address}
    assert told(tx) == [("RecoveryCompleted", completed), ("AccountReplaced", replaced)]
    assert attempt() == before | {"status": COMPLETED}
    assert registrar.currentOf(alice) == replacing
    assert registrar.personOf(alice)["certification"] == REPLACED


def test_t25_a_stolen_key_grants_nothing_afterwards(relationship, replaced, grant, refusal, alice):
    denied = ("RelationshipOwnerReplaced", alice)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == denied


def test_p31_for_the_box_there_is_nothing_to_carry_out(
    recovery, opened, attempt, refusal, alice, relay
):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid
    assert recovery.isRecoveryOpen(alice)
    assert attempt()["status"] == STARTED


def test_t25_nothing_is_carried_out_but_within_thirty_days_of_the_delay(
    recovery, named, successor, attempt, refusal, alice, relay
):
    recovery.startRecovery(*named.call(0, successor))
    recovery.approveRecovery(*named.call(1, successor))
    ready_at, invalid = attempt()["readyAt"], ("RecoveryAttemptInvalid", alice)
    at(ready_at - 1)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid
    for moment in (ready_at, ready_at + LIFETIME - 1):
        at(moment)
        recovery.completeRecovery.call(alice, {"from": relay})
    at(ready_at + LIFETIME)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid


def test_t25_nothing_is_carried_out_without_enough_guardians(
    recovery, named, successor, attempt, refusal, alice, relay
):
    recovery.startRecovery(*named.call(0, successor))
    at(attempt()["startedAt"] + named.delay)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid


def test_what_was_never_started_is_not_carried_out(recovery, named, refusal, alice, relay):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid


def test_t34_a_recovery_is_carried_out_once(recovery, replaced, refusal, alice, relay):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid


def test_completing_can_be_relayed(alliance, recovery, replacing, attempt, alice, bob, relay):
    alliance.relay(relay, bob, recovery.completeRecovery, alice)
    assert attempt()["status"] == COMPLETED


@pytest.mark.parametrize("event", ["stopped", "suspended"])
def test_neither_a_stop_nor_a_suspension_blocks_a_recovery(
    recovery, registrar, replacing, request, alice, relay, event
):
    request.getfixturevalue(event)
    recovery.completeRecovery(alice, {"from": relay})
    assert registrar.currentOf(alice) == replacing


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_wang"])
def test_only_another_patient_in_use_takes_the_place(
    recovery, named, attempt, refusal, request, alice, relay, who
):
    other = request.getfixturevalue(who)
    recovery.startRecovery(*named.call(0, other))
    recovery.approveRecovery(*named.call(1, other))
    at(attempt()["readyAt"])
    invalid = ("RegistrarReplacementInvalid", alice, other)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid
    assert attempt()["status"] == STARTED


def test_nobody_but_the_recovery_contract_replaces_an_account(
    registrar, successor, refusal, alice, clinic
):
    for who in (alice, clinic):
        denied = ("RegistrarNotRecovery", who)
        assert refusal(registrar.replace, alice, successor, {"from": who}) == denied


def test_who_was_replaced_publishes_no_key(registrar, replaced, refusal, alice):
    denied = ("RegistrarPersonInvalid", alice, REPLACED)
    assert refusal(registrar.publishKey, 1, KEY, {"from": alice}) == denied
