"""`publishDemographics`: a pointer at what a person tells, encrypted (R05)."""

import pytest
from eth_utils import keccak

from tests.alliance import told
from tests.signing import ZERO, digest

ROOT, LOCATOR = digest("demographics"), b"locator".ljust(64, b".")


@pytest.mark.parametrize("who", ["alice", "dr_wang", "clinic", "applied", "suspended"])
def test_demographics_are_told_and_stored(registrar, request, who):
    account = request.getfixturevalue(who)
    tx = registrar.publishDemographics(ROOT, LOCATOR, {"from": account})
    published = {"account": account, "root": ROOT, "locator": LOCATOR}
    assert told(tx) == [("DemographicsPublished", published)]
    root, hash = registrar.demographicsOf(account)
    assert (bytes(root), bytes(hash)) == (ROOT, keccak(LOCATOR))


def test_newer_ones_take_their_place(registrar, alice, bob):
    registrar.publishDemographics(ROOT, LOCATOR, {"from": alice})
    registrar.publishDemographics(digest("moved"), b"elsewhere", {"from": alice})
    root, hash = registrar.demographicsOf(alice)
    assert (bytes(root), bytes(hash)) == (digest("moved"), keccak(b"elsewhere"))
    assert [bytes(value) for value in registrar.demographicsOf(bob)] == [ZERO, ZERO]


def test_publishing_can_be_relayed(alliance, registrar, alice, relay):
    tx = alliance.relay(relay, alice, registrar.publishDemographics, ROOT, LOCATOR)
    assert tx.events["DemographicsPublished"]["account"] == alice
    assert bytes(registrar.demographicsOf(alice)[0]) == ROOT


@pytest.mark.parametrize("who", ["mallory", "newcomer"])
def test_who_has_no_key_publishes_none(registrar, refusal, request, who):
    account = request.getfixturevalue(who)
    invalid = ("RegistrarPersonInvalid", account, 0)
    assert refusal(registrar.publishDemographics, ROOT, LOCATOR, {"from": account}) == invalid


@pytest.mark.parametrize("length", [0, 257])
def test_a_locator_has_a_length(registrar, refusal, alice, length):
    invalid = ("RegistrarLocatorInvalid", length)
    call = (ROOT, bytes(length), {"from": alice})
    assert refusal(registrar.publishDemographics, *call) == invalid


@pytest.mark.parametrize("length", [1, 256])
def test_the_shortest_and_the_longest_locator_are_taken(registrar, alice, length):
    registrar.publishDemographics(ROOT, bytes(length), {"from": alice})
    assert bytes(registrar.demographicsOf(alice)[1]) == keccak(bytes(length))
