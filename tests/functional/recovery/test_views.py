"""`isRecoveryOpen`, `attemptOf`, `circleOf`: what custodians ask before they hand out (P31)."""

from tests.alliance import NOBODY, at
from tests.functional.recovery.circles import LIFETIME
from tests.signing import ZERO


def test_an_account_that_nobody_recovers_has_no_attempt(recovery, attempt, circle_in_force, alice):
    nothing = dict.fromkeys(attempt(), 0)
    assert attempt() == nothing | {"replacement": NOBODY, "root": ZERO}
    assert circle_in_force() == (ZERO, 0, 0, 0, 0)
    assert not recovery.isRecoveryOpen(alice)


def test_p31_a_box_is_handed_out_after_the_delay_for_thirty_days(recovery, ready_at, alice):
    seen = []
    for moment in (ready_at - 1, ready_at, ready_at + LIFETIME - 1, ready_at + LIFETIME):
        at(moment)
        seen.append(recovery.isRecoveryOpen(alice))
    assert seen == [False, True, True, False]


def test_a_replacement_leaves_nothing_open(recovery, replacing, alice, relay):
    assert recovery.isRecoveryOpen(alice)
    recovery.completeRecovery(alice, {"from": relay})
    assert not recovery.isRecoveryOpen(alice)


def test_p31_a_box_is_not_handed_out_while_approvals_are_missing(recovery, started, attempt, alice):
    for moment in (attempt()["startedAt"] + started.delay, attempt()["startedAt"] + LIFETIME):
        at(moment)
        assert not recovery.isRecoveryOpen(alice)


def test_p31_a_box_is_not_handed_out_once_it_was_vetoed(recovery, opened, alice):
    assert recovery.isRecoveryOpen(alice)
    recovery.vetoRecovery(1, {"from": alice})
    assert not recovery.isRecoveryOpen(alice)


def test_an_open_recovery_is_of_one_account(recovery, opened, alice, bob):
    assert recovery.isRecoveryOpen(alice)
    assert not recovery.isRecoveryOpen(bob)
