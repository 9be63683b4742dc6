"""`publishKey`: who has a key publishes further ones; earlier ones stay (R04)."""

import pytest
from eth_utils import keccak

from tests.alliance import KEY, told

NEWER = KEY[::-1]


@pytest.mark.parametrize("who", ["alice", "dr_wang", "clinic", "applied"])
def test_a_further_key_is_published_and_the_earlier_stays(registrar, request, who):
    account = request.getfixturevalue(who)
    tx = registrar.publishKey(2, NEWER, {"from": account})
    published = {"account": account, "version": 2, "suite": 2, "key": NEWER}
    assert told(tx) == [("KeyPublished", published)]
    assert registrar.personOf(account)["keyVersion"] == 2
    assert bytes(registrar.keyHashOf(account, 1)) == keccak(b"\x01" + KEY)
    assert bytes(registrar.keyHashOf(account, 2)) == keccak(b"\x02" + NEWER)


def test_a_key_can_be_relayed(alliance, registrar, alice, relay):
    alliance.relay(relay, alice, registrar.publishKey, 1, NEWER)
    assert registrar.personOf(alice)["keyVersion"] == 2


def test_a_suspended_institution_still_rotates_its_key(registrar, suspended):
    registrar.publishKey(1, NEWER, {"from": suspended})


def test_who_has_no_key_publishes_none(registrar, refusal, mallory):
    invalid = ("RegistrarPersonInvalid", mallory, 0)
    assert refusal(registrar.publishKey, 1, NEWER, {"from": mallory}) == invalid


@pytest.mark.parametrize(("length", "suite"), [(63, 1), (8193, 1), (422, 0)])
def test_a_key_has_a_length_and_a_suite(registrar, refusal, alice, length, suite):
    call = (suite, bytes(length), {"from": alice})
    assert refusal(registrar.publishKey, *call) == ("RegistrarKeyInvalid", length, suite)


def test_an_unknown_version_has_no_hash(registrar, alice):
    assert bytes(registrar.keyHashOf(alice, 0)) == bytes(32)
    assert bytes(registrar.keyHashOf(alice, 2)) == bytes(32)
