"""What everyone may ask."""

from eth_utils import keccak

from tests.alliance import NOBODY
from tests.signing import digest


def test_the_subject_follows_from_relationship_and_first_owner(relationship, alice):
    first = bytes.fromhex(relationship.address[2:] + alice.address[2:])
    assert bytes(relationship.subjectId()) == keccak(first)


def test_a_clone_knows_its_factory(relationship, factory):
    assert relationship.factory() == factory


def test_what_is_unknown_is_empty(relationship):
    assert relationship.recordOf(digest("unknown"))["status"] == 0
    assert relationship.grantOf(digest("unknown")[:16])[:2] == (0, 0)
    assert not relationship.isGrantLive(digest("unknown")[:16])
    assert relationship.requestOf(digest("unknown")) == (NOBODY, 0)
    assert not relationship.isAnchorNonceUsed(0)


def test_the_address_of_a_pairs_relationship_is_known_before_it_exists(
    alliance, factory, alice, hospital, lead
):
    expected = factory.relationshipOf(alice, hospital, 0)
    assert alliance.propose(alice, alice, hospital, lead).address == expected
    assert factory.relationshipOf(hospital, alice, 0) != expected
    assert factory.relationshipOf(alice, hospital, 1) != expected
