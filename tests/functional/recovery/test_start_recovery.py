"""`startRecovery`: a guardian's, when no attempt is under way (R06, T25)."""

from tests.alliance import NOBODY, at, now, told
from tests.functional.recovery.circles import LIFETIME, STARTED, salt
from tests.signing import digest


def test_an_attempt_is_told_and_stored(recovery, named, attempt, alice, bob):
    tx = recovery.startRecovery(*named.call(0))
    approved = {"account": alice, "number": 1, "guardian": bob, "index": 0}
    approved |= {"replacement": NOBODY, "approvals": 1, "readyAt": 0}
    assert told(tx) == [("RecoveryApproved", approved)]
    fields = {"replacement": NOBODY, "status": STARTED, "attested": False, "threshold": 2}
    fields |= {"delay": named.delay, "approvals": 1, "number": 1, "startedAt": now()}
    assert attempt() == fields | {"readyAt": 0, "root": named.root}


def test_an_attempt_names_the_account_that_takes_the_place(recovery, named, attempt, carol):
    tx = recovery.startRecovery(*named.call(2, carol))
    assert told(tx)[0][1]["replacement"] == carol
    assert told(tx)[0][1]["index"] == 2
    assert attempt()["replacement"] == carol


def test_starting_can_be_relayed(alliance, recovery, named, attempt, bob, relay):
    *given, _ = named.call(0)
    tx = alliance.relay(relay, bob, recovery.startRecovery, *given)
    assert told(tx)[1][1]["guardian"] == bob
    assert attempt()["status"] == STARTED


def test_only_the_guardian_of_that_leaf_starts(
    recovery, named, refusal, alice, mallory, clinic, carol
):
    *given, _ = named.call(0)
    for other in (alice, mallory, clinic, carol):
        denied = ("RecoveryNotGuardian", other)
        assert refusal(recovery.startRecovery, *given, {"from": other}) == denied


def test_a_guardian_shows_its_own_leaf(recovery, named, refusal, alice, bob):
    index, own, path = named.membership(0)
    wrong = {
        "index": (1, own, path),
        "salt": (index, salt(1), path),
        "path": (index, own, [path[0], digest("other")]),
        "length": (index, own, path[:1]),
    }
    for part, membership in wrong.items():
        call = (alice, NOBODY, membership, {"from": bob})
        assert refusal(recovery.startRecovery, *call) == ("RecoveryNotGuardian", bob), part


def test_t25_a_guardian_of_one_account_is_none_of_another(recovery, named, refusal, bob, dr_wang):
    recovery.nameGuardians(*named.terms, {"from": dr_wang})
    denied = ("RecoveryNotGuardian", bob)
    call = (dr_wang, *named.call(0)[1:])
    assert refusal(recovery.startRecovery, *call) == denied


def test_t25_an_account_without_guardians_is_nobodys_to_recover(recovery, refusal, bob, mallory):
    for index in (0, 1):
        call = (bob, mallory, (index, digest("any"), []), {"from": mallory})
        assert refusal(recovery.startRecovery, *call) == ("RecoveryNotGuardian", mallory)


def test_t25_no_guardian_is_beyond_the_sixteenth_place(recovery, circle, refusal, alice, bob):
    deep = circle.but(guardians={15: bob, 16: bob}, height=5)
    recovery.nameGuardians(*deep.terms, {"from": alice})
    denied = ("RecoveryNotGuardian", bob)
    assert refusal(recovery.startRecovery, *deep.call(16)) == denied
    recovery.startRecovery.call(*deep.call(15))


def test_one_attempt_is_under_way_for_thirty_days(recovery, started, attempt, refusal, alice):
    until = attempt()["startedAt"] + LIFETIME
    at(until - 1)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.startRecovery, *started.call(2)) == invalid
    at(until)
    recovery.startRecovery.call(*started.call(2))


def test_an_attempt_that_is_not_carried_out_ends(
    recovery, approved, ready_at, refusal, attempt, alice, carol
):
    at(ready_at + LIFETIME - 1)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.startRecovery, *approved.call(2)) == invalid
    at(ready_at + LIFETIME)
    recovery.startRecovery(*approved.call(2, carol))
    fields = {"replacement": carol, "number": 2, "approvals": 1, "readyAt": 0}
    assert attempt().items() >= (fields | {"startedAt": now()}).items()


def test_t25_one_guardian_alone_opens_nothing(recovery, started, attempt, alice):
    at(attempt()["startedAt"] + started.delay)
    assert not recovery.isRecoveryOpen(alice)


def test_after_a_veto_approvals_are_counted_from_the_first(recovery, started, attempt, alice):
    recovery.vetoRecovery(1, {"from": alice})
    recovery.startRecovery(*started.call(1))
    assert (attempt()["number"], attempt()["approvals"]) == (2, 1)
    recovery.approveRecovery(*started.call(0))
    assert attempt()["approvals"] == 2


def test_the_box_of_an_account_that_was_replaced_is_opened_for_its_successor(
    recovery, named, replaced, attempt
):
    """What only the old keys open is in it."""
    recovery.startRecovery(*named.call(0))
    assert (attempt()["number"], attempt()["status"]) == (2, STARTED)


def test_t25_one_guardian_does_not_shut_a_box_that_is_open(recovery, opened, refusal, alice):
    assert recovery.isRecoveryOpen(alice)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.startRecovery, *opened.call(2)) == invalid


def test_t25_one_guardian_does_not_shut_out_what_was_attested(
    recovery, started, refusal, alice, clinic
):
    recovery.vetoRecovery(1, {"from": alice})
    recovery.approveRecovery(*started.call(1))
    recovery.attestRecovery(alice, {"from": clinic})
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.startRecovery, *started.call(2)) == invalid
