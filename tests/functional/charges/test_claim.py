"""`claim`: the insurer that a charge was released to, once (R44)."""

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


def test_a_claim_is_told_and_stored(charges, relationship, bring, insurer):
    id = bring(RELEASED)
    at_least(DAY)
    tx = charges.claim(id, {"from": insurer})
    changed = {"id": id, "by": insurer, "status": CLAIMED}
    assert told(tx) == [("ChargeChanged", changed)]
    *stored, commitment = charges.chargeOf(id)
    assert stored == [relationship.address, CLAIMED, now(), insurer]
    assert bytes(commitment) == COMMITMENT


def test_claiming_can_be_relayed(alliance, charges, bring, insurer, relay):
    id = bring(RELEASED)
    tx = alliance.relay(relay, insurer, charges.claim, id)
    assert tx.events["ChargeChanged"]["by"] == insurer
    assert charges.chargeOf(id)["status"] == CLAIMED


def test_a_claim_asks_nothing_of_the_institution(
    charges, relationship, bring, insurer, alice, clinic_suspended
):
    id = bring(RELEASED)
    relationship.end({"from": alice})
    clinic_suspended()
    charges.claim(id, {"from": insurer})
    assert charges.chargeOf(id)["status"] == CLAIMED


@pytest.mark.parametrize("status", [POSTED, CLAIMED, VOID, REFUNDED])
def test_only_a_released_charge_is_claimed_and_once(charges, refusal, bring, insurer, status):
    id = bring(status)
    assert refusal(charges.claim, id, {"from": insurer}) == ("ChargeStatusInvalid", id, status)


def test_t34_a_relay_claims_nothing_twice(
    alliance, charges, forwarder, refusal, bring, insurer, relay
):
    id = bring(RELEASED)
    again = alliance.forwarded(insurer, alliance.request(insurer, charges.claim, id, nonce=2))
    alliance.relay(relay, insurer, charges.claim, id)
    claimed = ("ChargeStatusInvalid", id, CLAIMED)
    assert refusal(forwarder.execute, *again, {"from": relay}) == claimed


def test_an_unknown_charge_is_not_claimed(charges, refusal, insurer):
    unknown = digest("unknown")
    invalid = ("ChargeStatusInvalid", unknown, NONE)
    assert refusal(charges.claim, unknown, {"from": insurer}) == invalid


def test_another_insurer_claims_nothing(charges, refusal, bring, other_insurer):
    denied = ("CallerNotAllowed", other_insurer)
    assert refusal(charges.claim, bring(RELEASED), {"from": other_insurer}) == denied


@pytest.mark.parametrize("who", ["alice", "clinic", "dr_wang", "mallory", "researcher"])
def test_who_is_no_insurer_claims_nothing(charges, refusal, request, bring, who):
    account = request.getfixturevalue(who)
    denied = ("ChargeInsurerInvalid", account)
    assert refusal(charges.claim, bring(RELEASED), {"from": account}) == denied


def test_whose_office_ended_claims_nothing_and_is_released_nothing(
    alliance, charges, refusal, bring, founders, insurer, alice
):
    id = bring(RELEASED)
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeOfficeEnd(insurer, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    denied = ("ChargeInsurerInvalid", insurer)
    assert refusal(charges.claim, id, {"from": insurer}) == denied
    assert refusal(charges.release, id, insurer.address, {"from": alice}) == denied
