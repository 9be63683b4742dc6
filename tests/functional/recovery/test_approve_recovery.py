"""`approveRecovery`: each guardian once, and what the attempt names (R06, T25)."""

from tests.alliance import DAY, NOBODY, at, now, told
from tests.functional.recovery.circles import LIFETIME, VETOED


def test_the_last_needed_approval_is_told_and_begins_the_delay(
    recovery, started, attempt, alice, carol
):
    before = attempt()
    tx = recovery.approveRecovery(*started.call(1))
    ready_at = now() + started.delay
    approved = {"account": alice, "number": 1, "guardian": carol, "index": 1}
    approved |= {"replacement": NOBODY, "approvals": 2, "readyAt": ready_at}
    assert told(tx) == [("RecoveryApproved", approved)]
    assert attempt() == before | {"approvals": 2, "readyAt": ready_at}


def test_an_approval_that_is_not_the_last_begins_nothing(recovery, circle, attempt, alice):
    three = circle.but(threshold=3)
    recovery.nameGuardians(*three.terms, {"from": alice})
    recovery.startRecovery(*three.call(0))
    recovery.approveRecovery(*three.call(2))
    assert (attempt()["approvals"], attempt()["readyAt"]) == (2, 0)
    recovery.approveRecovery(*three.call(1))
    assert (attempt()["approvals"], attempt()["readyAt"]) == (3, now() + three.delay)


def test_a_further_approval_does_not_begin_the_delay_again(recovery, ready_at, approved, attempt):
    at(ready_at - 1)
    tx = recovery.approveRecovery(*approved.call(2))
    assert told(tx)[0][1]["readyAt"] == ready_at
    assert (attempt()["approvals"], attempt()["readyAt"]) == (3, ready_at)


def test_approving_can_be_relayed(alliance, recovery, started, attempt, carol, relay):
    *given, _ = started.call(1)
    tx = alliance.relay(relay, carol, recovery.approveRecovery, *given)
    assert told(tx)[1][1]["guardian"] == carol
    assert attempt()["approvals"] == 2


def test_t25_a_guardian_counts_once(recovery, approved, refusal):
    for index in (0, 1):
        twice = ("RecoveryNotGuardian", approved.guardians[index])
        assert refusal(recovery.approveRecovery, *approved.call(index)) == twice


def test_only_the_guardian_of_that_leaf_approves(
    recovery, started, refusal, alice, mallory, clinic, bob, dr_li
):
    *given, _ = started.call(1)
    for other in (alice, mallory, clinic, bob, dr_li):
        denied = ("RecoveryNotGuardian", other)
        assert refusal(recovery.approveRecovery, *given, {"from": other}) == denied


def test_t25_a_guardian_approves_only_what_it_names(recovery, started, refusal, alice, mallory):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *started.call(1, mallory)) == invalid


def test_t25_who_approves_a_box_approves_no_replacement(recovery, named, refusal, alice, mallory):
    recovery.startRecovery(*named.call(0, mallory))
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *named.call(1)) == invalid


def test_what_was_never_started_is_not_approved(recovery, named, refusal, alice):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *named.call(1)) == invalid


def test_an_attempt_is_approved_for_thirty_days(recovery, started, attempt, refusal, alice):
    until = attempt()["startedAt"] + LIFETIME
    at(until - 1)
    recovery.approveRecovery.call(*started.call(1))
    at(until)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *started.call(1)) == invalid


def test_an_open_attempt_is_approved_until_it_ends(recovery, approved, ready_at, refusal, alice):
    at(ready_at + LIFETIME - 1)
    recovery.approveRecovery.call(*approved.call(2))
    at(ready_at + LIFETIME)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *approved.call(2)) == invalid


def test_what_was_carried_out_is_not_approved(recovery, named, replaced, refusal, alice):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *named.call(2, replaced)) == invalid


def test_t25_what_was_vetoed_is_approved_still(recovery, started, attempt, alice, carol):
    """Whether the veto was a thief's is for the certifying institution to say."""
    recovery.vetoRecovery(1, {"from": alice})
    before = attempt()
    tx = recovery.approveRecovery(*started.call(1))
    ready_at = now() + started.delay
    approved = {"account": alice, "number": 1, "guardian": carol, "index": 1}
    approved |= {"replacement": NOBODY, "approvals": 2, "readyAt": ready_at}
    assert told(tx) == [("RecoveryApproved", approved)]
    assert attempt() == before | {"approvals": 2, "readyAt": ready_at}
    assert attempt()["status"] == VETOED


def test_what_was_vetoed_is_approved_for_thirty_days(recovery, started, attempt, refusal, alice):
    recovery.vetoRecovery(1, {"from": alice})
    until = attempt()["startedAt"] + LIFETIME
    at(until - 1)
    recovery.approveRecovery.call(*started.call(1))
    at(until)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.approveRecovery, *started.call(1)) == invalid


def test_the_delay_is_the_one_that_the_attempt_was_started_under(recovery, started, attempt, alice):
    recovery.nameGuardians(*started.but(threshold=3, delay=9 * DAY).terms, {"from": alice})
    at(now() + started.delay)
    recovery.approveRecovery(*started.call(1))
    assert attempt()["readyAt"] == now() + started.delay
