"""`dismissRecovery`: who certified the account ends what too few guardians approved (R06, T25)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.recovery.circles import LIFETIME, STARTED, VETOED


def test_a_dismissal_is_told_and_stored(recovery, started, attempt, alice, clinic):
    before = attempt()
    tx = recovery.dismissRecovery(alice, {"from": clinic})
    assert told(tx) == [("RecoveryVetoed", {"account": alice, "number": 1, "by": clinic})]
    assert attempt() == before | {"status": VETOED}


def test_dismissing_can_be_relayed(alliance, recovery, started, attempt, alice, clinic, relay):
    tx = alliance.relay(relay, clinic, recovery.dismissRecovery, alice)
    assert told(tx)[1][1]["by"] == clinic
    assert attempt()["status"] == VETOED


def test_t25_a_guardian_does_not_keep_the_others_from_starting(
    recovery, named, attempt, refusal, successor, alice, clinic, mallory
):
    """Bob names Mallory's account, and would shut the others out for thirty days."""
    recovery.startRecovery(*named.call(0, mallory))
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.startRecovery, *named.call(1, successor)) == invalid
    recovery.dismissRecovery(alice, {"from": clinic})
    recovery.startRecovery(*named.call(1, successor))
    fields = {"number": 2, "status": STARTED, "replacement": successor, "approvals": 1}
    assert attempt().items() >= fields.items()


def test_what_was_dismissed_is_attested_once_it_was_approved(
    recovery, started, attempt, alice, clinic
):
    recovery.dismissRecovery(alice, {"from": clinic})
    recovery.approveRecovery(*started.call(1))
    at(attempt()["readyAt"])
    assert not recovery.isRecoveryOpen(alice)
    recovery.attestRecovery(alice, {"from": clinic})
    assert (attempt()["status"], attempt()["readyAt"]) == (STARTED, now() + started.delay)


def test_only_an_active_institution_dismisses(
    recovery, started, refusal, suspended, alice, bob, dr_wang, mallory
):
    for other in (alice, bob, dr_wang, mallory, suspended):
        denied = ("CallerNotInstitution", other)
        assert refusal(recovery.dismissRecovery, alice, {"from": other}) == denied


def test_only_the_institution_that_certified_the_account_dismisses(
    recovery, started, refusal, alice, hospital
):
    denied = ("CallerNotAllowed", hospital)
    assert refusal(recovery.dismissRecovery, alice, {"from": hospital}) == denied


def test_p41_nobody_dismisses_during_a_stop(recovery, started, refusal, stopped, alice, clinic):
    denied = ("CallerNotInstitution", clinic)
    assert refusal(recovery.dismissRecovery, alice, {"from": clinic}) == denied


@pytest.mark.parametrize("stage", ["named", "approved", "opened", "replaced"])
def test_t25_an_institution_dismisses_only_what_lacks_approvals(
    recovery, refusal, request, alice, clinic, stage
):
    request.getfixturevalue(stage)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.dismissRecovery, alice, {"from": clinic}) == invalid


def test_what_was_vetoed_is_not_dismissed(recovery, started, refusal, alice, clinic):
    recovery.vetoRecovery(1, {"from": alice})
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.dismissRecovery, alice, {"from": clinic}) == invalid


def test_an_attempt_is_dismissed_until_it_ends(recovery, started, attempt, refusal, alice, clinic):
    until = attempt()["startedAt"] + LIFETIME
    at(until - 1)
    recovery.dismissRecovery.call(alice, {"from": clinic})
    at(until)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.dismissRecovery, alice, {"from": clinic}) == invalid
