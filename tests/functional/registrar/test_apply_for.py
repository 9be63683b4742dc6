"""`applyFor`: anyone, for an account not in use; nothing comes of it before certification."""

import pytest
from eth_utils import keccak

from tests.alliance import CLINICIAN, KEY, NOBODY, PATIENT, now, told


@pytest.mark.parametrize("role", [PATIENT, CLINICIAN])
def test_an_application_is_told_and_grants_nothing(registrar, carol, role):
    tx = registrar.applyFor(role, 1, KEY, {"from": carol})
    applied = {"account": carol, "role": role, "suite": 1, "key": KEY}
    assert told(tx) == [("PersonApplied", applied)]
    assert registrar.personOf(carol) == (role, 1, 0, NOBODY, 1, now())
    assert bytes(registrar.keyHashOf(carol, 1)) == keccak(b"\x01" + KEY)
    assert registrar.summaryOf(carol) == NOBODY


def test_an_application_can_be_relayed(alliance, registrar, carol, relay):
    alliance.relay(relay, carol, registrar.applyFor, PATIENT, 1, KEY)
    assert registrar.personOf(carol)["certification"] == 1


@pytest.mark.parametrize(
    ("who", "certification"), [("alice", 2), ("applied", 1), ("clinic", 2), ("suspended", 2)]
)
def test_an_account_in_use_does_not_apply(registrar, refusal, request, who, certification):
    account = request.getfixturevalue(who)
    invalid = ("RegistrarPersonInvalid", account, certification)
    assert refusal(registrar.applyFor, PATIENT, 1, KEY, {"from": account}) == invalid


def test_an_invited_institution_does_not_apply(alliance, registrar, refusal, founders, newcomer):
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    invalid = ("RegistrarPersonInvalid", newcomer, 0)
    assert refusal(registrar.applyFor, PATIENT, 1, KEY, {"from": newcomer}) == invalid


def test_a_person_has_a_role(registrar, refusal, carol):
    assert refusal(registrar.applyFor, 0, 1, KEY, {"from": carol}) == ("RegistrarRoleInvalid", 0)


@pytest.mark.parametrize(("length", "suite"), [(63, 1), (8193, 1), (422, 0)])
def test_a_key_has_a_length_and_a_suite(registrar, refusal, carol, length, suite):
    call = (PATIENT, suite, bytes(length), {"from": carol})
    assert refusal(registrar.applyFor, *call) == ("RegistrarKeyInvalid", length, suite)


@pytest.mark.parametrize("length", [64, 8192])
def test_the_shortest_and_the_longest_key_are_taken(registrar, carol, length):
    registrar.applyFor(PATIENT, 1, bytes(length), {"from": carol})
