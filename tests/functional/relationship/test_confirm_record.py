"""`confirmRecord`: only the owner; idempotent."""

import pytest

from tests.alliance import now, told
from tests.signing import digest


@pytest.fixture
def attested(relationship, draft, clinic):
    """A record that Alice did not answer in time."""
    overdue = draft.but(deadline=now() - 1)
    relationship.anchorAttested(overdue.authored, 1, {"from": clinic})
    return overdue.record


def test_a_confirmation_is_told(relationship, attested, alice):
    tx = relationship.confirmRecord(attested, {"from": alice})
    assert told(tx) == [("RecordConfirmed", {"recordId": attested})]
    assert relationship.recordOf(attested)["status"] == 1


def test_confirming_again_says_nothing(relationship, attested, alice):
    relationship.confirmRecord(attested, {"from": alice})
    assert told(relationship.confirmRecord(attested, {"from": alice})) == []


def test_confirming_can_be_relayed(alliance, relationship, attested, alice, relay):
    alliance.relay(relay, alice, relationship.confirmRecord, attested)
    assert relationship.recordOf(attested)["status"] == 1


def test_only_the_owner_confirms(relationship, attested, refusal, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        assert refusal(relationship.confirmRecord, attested, {"from": stranger}) == denied


def test_an_unknown_record_is_not_confirmed(relationship, refusal, alice):
    unknown = ("RecordUnknown", digest("unknown"))
    assert refusal(relationship.confirmRecord, digest("unknown"), {"from": alice}) == unknown
