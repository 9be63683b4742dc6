"""`void`: the institution takes back what was not claimed; idempotent (R44)."""

import pytest

from tests.alliance import DAY, NOBODY, at_least, now, told
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


@pytest.mark.parametrize("status", [POSTED, RELEASED])
def test_a_void_charge_is_told_and_stored(charges, relationship, bring, insurer, clinic, status):
    id = bring(status)
    at_least(DAY)
    tx = charges.void(id, {"from": clinic})
    assert told(tx) == [("ChargeChanged", {"id": id, "by": clinic, "status": VOID})]
    *stored, commitment = charges.chargeOf(id)
    released_to = insurer if status == RELEASED else NOBODY
    assert stored == [relationship.address, VOID, now(), released_to]
    assert bytes(commitment) == COMMITMENT


def test_voiding_again_says_nothing(charges, bring, clinic):
    id = bring(VOID)
    before = charges.chargeOf(id)
    at_least(DAY)
    assert told(charges.void(id, {"from": clinic})) == []
    assert charges.chargeOf(id) == before


def test_voiding_can_be_relayed(alliance, charges, bring, clinic, relay):
    id = bring(POSTED)
    tx = alliance.relay(relay, clinic, charges.void, id)
    assert tx.events["ChargeChanged"]["by"] == clinic
    assert charges.chargeOf(id)["status"] == VOID


def test_a_suspended_institution_still_voids(
    charges, relationship, bring, clinic, clinic_suspended
):
    id = bring(RELEASED)
    relationship.end({"from": clinic})
    clinic_suspended()
    charges.void(id, {"from": clinic})
    assert charges.chargeOf(id)["status"] == VOID


@pytest.mark.parametrize("status", [CLAIMED, REFUNDED])
def test_what_was_claimed_is_not_void(charges, refusal, bring, clinic, status):
    id = bring(status)
    assert refusal(charges.void, id, {"from": clinic}) == ("ChargeStatusInvalid", id, status)


def test_an_unknown_charge_is_not_void(charges, refusal, clinic):
    unknown = digest("unknown")
    invalid = ("ChargeStatusInvalid", unknown, NONE)
    assert refusal(charges.void, unknown, {"from": clinic}) == invalid


def test_only_the_institution_voids(charges, refusal, bring, no_party):
    denied = ("CallerNotAllowed", no_party)
    assert refusal(charges.void, bring(POSTED), {"from": no_party}) == denied


@pytest.mark.parametrize("status", [POSTED, VOID])
def test_the_owner_voids_nothing(charges, refusal, bring, alice, status):
    assert refusal(charges.void, bring(status), {"from": alice}) == ("CallerNotAllowed", alice)
