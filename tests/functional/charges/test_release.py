"""`release`: the patient names the insurer that may claim (R44)."""

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
from tests.functional.registrar.replacement import merge
from tests.signing import digest


def test_a_release_is_told_and_stored(charges, relationship, bring, insurer, alice):
    id = bring(POSTED)
    at_least(DAY)
    tx = charges.release(id, insurer, {"from": alice})
    assert told(tx) == [("ChargeReleased", {"id": id, "insurer": insurer})]
    *stored, commitment = charges.chargeOf(id)
    assert stored == [relationship.address, RELEASED, now(), insurer]
    assert bytes(commitment) == COMMITMENT


def test_a_charge_is_released_to_another_before_the_first_claims(
    charges, refusal, bring, insurer, other_insurer, alice
):
    id = bring(RELEASED)
    at_least(DAY)
    tx = charges.release(id, other_insurer, {"from": alice})
    assert told(tx) == [("ChargeReleased", {"id": id, "insurer": other_insurer})]
    assert charges.chargeOf(id)[1:4] == (RELEASED, now(), other_insurer)
    assert refusal(charges.claim, id, {"from": insurer}) == ("CallerNotAllowed", insurer)


def test_releasing_can_be_relayed(alliance, charges, bring, insurer, alice, relay):
    id = bring(POSTED)
    alliance.relay(relay, alice, charges.release, id, insurer)
    assert charges.chargeOf(id)["insurer"] == insurer


def test_a_charge_is_released_after_the_relationship_ended(
    charges, relationship, bring, insurer, alice, clinic, clinic_suspended
):
    id = bring(POSTED)
    relationship.end({"from": clinic})
    clinic_suspended()
    charges.release(id, insurer, {"from": alice})
    assert charges.chargeOf(id)["status"] == RELEASED


def test_only_the_owner_releases(charges, refusal, bring, insurer, no_party):
    call = (bring(POSTED), insurer.address, {"from": no_party})
    assert refusal(charges.release, *call) == ("CallerNotAllowed", no_party)


def test_the_institution_releases_nothing(charges, refusal, bring, insurer, clinic):
    call = (bring(POSTED), insurer.address, {"from": clinic})
    assert refusal(charges.release, *call) == ("CallerNotAllowed", clinic)


@pytest.mark.parametrize("status", [CLAIMED, VOID, REFUNDED])
def test_what_is_settled_is_not_released(charges, refusal, bring, other_insurer, alice, status):
    id = bring(status)
    call = (id, other_insurer.address, {"from": alice})
    assert refusal(charges.release, *call) == ("ChargeStatusInvalid", id, status)


def test_an_unknown_charge_is_not_released(charges, refusal, insurer, alice):
    unknown = digest("unknown")
    call = (unknown, insurer.address, {"from": alice})
    assert refusal(charges.release, *call) == ("ChargeStatusInvalid", unknown, NONE)


@pytest.mark.parametrize("who", ["mallory", "alice", "clinic", "researcher"])
def test_a_charge_is_released_to_an_insurer(charges, refusal, request, bring, alice, who):
    account = request.getfixturevalue(who)
    call = (bring(POSTED), account.address, {"from": alice})
    assert refusal(charges.release, *call) == ("ChargeInsurerInvalid", account)


def test_a_release_is_not_taken_back_to_nobody(charges, refusal, bring, alice):
    call = (bring(RELEASED), NOBODY, {"from": alice})
    assert refusal(charges.release, *call) == ("ChargeInsurerInvalid", NOBODY)


def test_p31_a_stolen_key_releases_nothing_once_its_account_was_replaced(
    alliance, charges, refusal, bring, insurer, alice, bob, clinic
):
    id = bring(POSTED)
    merge(alliance, clinic, alice, bob)
    call = (id, insurer.address, {"from": alice})
    assert refusal(charges.release, *call) == ("CallerNotAllowed", alice)


def test_the_successor_releases_once_the_relationship_has_followed(
    alliance, charges, factory, refusal, relationship, bring, insurer, alice, bob, clinic
):
    id = bring(POSTED)
    merge(alliance, clinic, alice, bob)
    factory.follow(relationship, {"from": bob})
    call = (id, insurer.address, {"from": alice})
    assert refusal(charges.release, *call) == ("CallerNotAllowed", alice)
    charges.release(id, insurer, {"from": bob})
    assert charges.chargeOf(id)["status"] == RELEASED
