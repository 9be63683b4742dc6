"""`refund`: the institution pays back what was claimed; idempotent (R44)."""

import pytest

from tests.alliance import DAY, at_least, now, told
from tests.functional.charges.conftest import (
    CLAIMED,
    COMMITMENT,
    NONE,
    POSTED,
    REFUNDED,
    RELEASED,
    VOID,
)
from tests.signing import digest


def test_a_refund_is_told_and_stored(charges, relationship, bring, insurer, clinic):
    id = bring(CLAIMED)
    at_least(DAY)
    tx = charges.refund(id, {"from": clinic})
    assert told(tx) == [("ChargeChanged", {"id": id, "by": clinic, "status": REFUNDED})]
    *stored, commitment = charges.chargeOf(id)
    assert stored == [relationship.address, REFUNDED, now(), insurer]
    assert bytes(commitment) == COMMITMENT


def test_refunding_again_says_nothing(charges, bring, clinic):
    id = bring(REFUNDED)
    before = charges.chargeOf(id)
    at_least(DAY)
    assert told(charges.refund(id, {"from": clinic})) == []
    assert charges.chargeOf(id) == before


def test_refunding_can_be_relayed(alliance, charges, bring, clinic, relay):
    id = bring(CLAIMED)
    tx = alliance.relay(relay, clinic, charges.refund, id)
    assert tx.events["ChargeChanged"]["by"] == clinic
    assert charges.chargeOf(id)["status"] == REFUNDED


def test_a_suspended_institution_still_refunds(
    charges, relationship, bring, clinic, clinic_suspended
):
    id = bring(CLAIMED)
    relationship.end({"from": clinic})
    clinic_suspended()
    charges.refund(id, {"from": clinic})
    assert charges.chargeOf(id)["status"] == REFUNDED


@pytest.mark.parametrize("status", [POSTED, RELEASED, VOID])
def test_what_was_not_claimed_is_not_refunded(charges, refusal, bring, clinic, status):
    id = bring(status)
    assert refusal(charges.refund, id, {"from": clinic}) == ("ChargeStatusInvalid", id, status)


def test_an_unknown_charge_is_not_refunded(charges, refusal, clinic):
    unknown = digest("unknown")
    invalid = ("ChargeStatusInvalid", unknown, NONE)
    assert refusal(charges.refund, unknown, {"from": clinic}) == invalid


def test_only_the_institution_refunds(charges, refusal, bring, no_party):
    denied = ("CallerNotAllowed", no_party)
    assert refusal(charges.refund, bring(CLAIMED), {"from": no_party}) == denied


@pytest.mark.parametrize("status", [CLAIMED, REFUNDED])
def test_the_owner_refunds_nothing(charges, refusal, bring, alice, status):
    assert refusal(charges.refund, bring(status), {"from": alice}) == ("CallerNotAllowed", alice)
