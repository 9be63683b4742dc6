"""`rewrapRoot`: either party, for itself; only an event (P02)."""

import pytest

from tests.alliance import WRAP, told


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_a_party_wraps_the_root_to_its_newer_key(relationship, request, who):
    party = request.getfixturevalue(who)
    tx = relationship.rewrapRoot(2, WRAP, {"from": party})
    rewrapped = {"party": party, "keyVersion": 2, "wrap": WRAP}
    assert told(tx) == [("RootRewrapped", rewrapped)]


def test_rewrapping_outlasts_the_relationship(relationship, alice):
    relationship.end({"from": alice})
    relationship.rewrapRoot(2, WRAP, {"from": alice})


def test_rewrapping_can_be_relayed(alliance, relationship, alice, relay):
    tx = alliance.relay(relay, alice, relationship.rewrapRoot, 2, WRAP)
    assert tx.events["RootRewrapped"]["party"] == alice


def test_nobody_else_rewraps(relationship, refusal, no_party):
    for stranger in no_party:
        denied = ("RelationshipNotParty", stranger)
        assert refusal(relationship.rewrapRoot, 2, WRAP, {"from": stranger}) == denied


@pytest.mark.parametrize("length", [0, 2049])
def test_a_wrap_has_a_length(relationship, refusal, alice, length):
    invalid = ("RelationshipLengthInvalid", length)
    assert refusal(relationship.rewrapRoot, 2, bytes(length), {"from": alice}) == invalid
