"""`attestRecovery`: who certified the account has seen the person; no veto counts (R06, T25)."""

from tests.alliance import at, now, told
from tests.functional.recovery.circles import COMPLETED, LIFETIME, STARTED


def test_an_attestation_is_told_and_begins_the_delay_again(
    recovery, approved, ready_at, attempt, alice, clinic
):
    before = attempt()
    at(ready_at - 1)
    tx = recovery.attestRecovery(alice, {"from": clinic})
    anew = now() + approved.delay
    attested = {"account": alice, "number": 1, "institution": clinic, "readyAt": anew}
    assert told(tx) == [("RecoveryAttested", attested)]
    assert attempt() == before | {"attested": True, "readyAt": anew}


def test_only_an_active_institution_attests(
    recovery, approved, refusal, suspended, alice, bob, dr_wang, mallory
):
    for other in (alice, bob, dr_wang, mallory, suspended):
        denied = ("CallerNotInstitution", other)
        assert refusal(recovery.attestRecovery, alice, {"from": other}) == denied


def test_t25_only_the_institution_that_certified_the_account_attests(
    recovery, approved, refusal, alice, hospital
):
    denied = ("CallerNotAllowed", hospital)
    assert refusal(recovery.attestRecovery, alice, {"from": hospital}) == denied


def test_p41_nobody_attests_during_a_stop(recovery, approved, refusal, stopped, alice, clinic):
    denied = ("CallerNotInstitution", clinic)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == denied


def test_t25_an_institution_attests_nothing_that_guardians_have_not_approved(
    recovery, started, refusal, alice, clinic
):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid


def test_what_was_never_started_is_not_attested(recovery, named, refusal, alice, clinic):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid


def test_an_attempt_is_attested_once(recovery, approved, refusal, alice, clinic):
    recovery.attestRecovery(alice, {"from": clinic})
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid


def test_an_attempt_is_attested_until_it_ends(recovery, ready_at, refusal, alice, clinic):
    at(ready_at + LIFETIME - 1)
    recovery.attestRecovery.call(alice, {"from": clinic})
    at(ready_at + LIFETIME)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid


def test_what_was_carried_out_is_not_attested(recovery, replaced, refusal, alice, clinic):
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid


def test_an_attested_recovery_is_carried_out_after_its_new_delay(
    recovery, replacing, attempt, refusal, alice, clinic, relay
):
    recovery.attestRecovery(alice, {"from": clinic})
    anew = attempt()["readyAt"]
    at(anew - 1)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.completeRecovery, alice, {"from": relay}) == invalid
    at(anew)
    recovery.completeRecovery(alice, {"from": relay})
    assert attempt()["status"] == COMPLETED


def test_attesting_can_be_relayed(alliance, recovery, approved, attempt, alice, clinic, relay):
    tx = alliance.relay(relay, clinic, recovery.attestRecovery, alice)
    assert told(tx)[1][1]["institution"] == clinic
    assert attempt()["attested"]


def test_t25_an_attestation_overrules_a_thiefs_veto(
    recovery, approved, attempt, refusal, alice, clinic
):
    """Whoever holds the stolen key sees the approvals, and vetoes before anyone attests."""
    recovery.vetoRecovery(1, {"from": alice})
    recovery.attestRecovery(alice, {"from": clinic})
    assert (attempt()["status"], attempt()["attested"]) == (STARTED, True)
    assert attempt()["readyAt"] == now() + approved.delay
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.vetoRecovery, 1, {"from": alice}) == invalid
    at(attempt()["readyAt"])
    assert recovery.isRecoveryOpen(alice)


def test_t25_a_thief_who_vetoes_at_once_is_overruled(recovery, started, attempt, alice, clinic):
    """Otherwise the approvals that an attestation needs would never come together."""
    recovery.vetoRecovery(1, {"from": alice})
    recovery.approveRecovery(*started.call(1))
    at(attempt()["readyAt"])
    assert not recovery.isRecoveryOpen(alice)
    recovery.attestRecovery(alice, {"from": clinic})
    at(attempt()["readyAt"])
    assert recovery.isRecoveryOpen(alice)


def test_t25_what_was_vetoed_is_attested_until_it_ends(recovery, ready_at, refusal, alice, clinic):
    recovery.vetoRecovery(1, {"from": alice})
    at(ready_at + LIFETIME - 1)
    recovery.attestRecovery.call(alice, {"from": clinic})
    at(ready_at + LIFETIME)
    invalid = ("RecoveryAttemptInvalid", alice)
    assert refusal(recovery.attestRecovery, alice, {"from": clinic}) == invalid
