"""`revokeAccess`: only the owner; idempotent; a tombstone that the grant meets (P22, T34)."""

import pytest

from tests.alliance import SUSPEND, told
from tests.signing import digest

REVOKED_GRANT = 2


@pytest.fixture
def granted(relationship, grant, alice):
    """Alice's grant, made."""
    relationship.grantAccess(grant.terms, {"from": alice})
    return grant


def test_a_revocation_is_told_and_rotates_the_key(relationship, granted, alice):
    tx = relationship.revokeAccess(granted.id, {"from": alice})
    assert told(tx) == [("AccessRevoked", {"id": granted.id})]
    status, expires_at, stored = relationship.grantOf(granted.id)
    assert (status, expires_at) == (REVOKED_GRANT, granted.expires_at)
    assert bytes(stored) == granted.digest
    assert not relationship.isGrantLive(granted.id)
    assert relationship.keyEpoch() == (1, True)


def test_revoking_again_says_nothing(relationship, granted, alice):
    relationship.revokeAccess(granted.id, {"from": alice})
    assert told(relationship.revokeAccess(granted.id, {"from": alice})) == []


def test_revoking_can_be_relayed(alliance, relationship, granted, alice, relay):
    alliance.relay(relay, alice, relationship.revokeAccess, granted.id)
    assert relationship.grantOf(granted.id)[0] == REVOKED_GRANT


def test_only_the_owner_revokes(relationship, granted, refusal, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        assert refusal(relationship.revokeAccess, granted.id, {"from": stranger}) == denied


def test_t34_a_grant_that_arrives_after_its_revocation_is_refused(
    relationship, grant, refusal, alice
):
    tx = relationship.revokeAccess(grant.id, {"from": alice})
    assert told(tx) == [("AccessRevoked", {"id": grant.id})]
    assert relationship.grantOf(grant.id) == (REVOKED_GRANT, 0, "0x" + "00" * 26)
    met = ("GrantIdInvalid", grant.id)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == met


def test_a_mere_tombstone_rotates_nothing(relationship, grant, alice):
    relationship.revokeAccess(grant.id, {"from": alice})
    assert relationship.keyEpoch() == (1, False)


def test_t34_a_relay_that_reorders_grant_and_revocation_gains_nothing(
    alliance, forwarder, relationship, grant, alice, relay
):
    granting = alliance.forwarded(
        alice, alliance.request(alice, relationship.grantAccess, grant.terms)
    )
    revoking = alliance.forwarded(
        alice, alliance.request(alice, relationship.revokeAccess, grant.id)
    )
    forwarder.execute(*revoking, {"from": relay})
    from tests.alliance import refusal_of

    met = ("GrantIdInvalid", grant.id)
    assert refusal_of(forwarder.execute, *granting, {"from": relay}) == met
    assert not relationship.isGrantLive(grant.id)


def test_one_revocation_leaves_other_grants(relationship, granted, alice):
    other = granted.but(id=digest("grant 2")[:16])
    relationship.grantAccess(other.terms, {"from": alice})
    relationship.revokeAccess(granted.id, {"from": alice})
    assert relationship.isGrantLive(other.id)


def test_p41_nothing_blocks_a_revocation(alliance, relationship, granted, founders, alice, clinic):
    alliance.stand(clinic, SUSPEND, founders[:3])
    relationship.end({"from": clinic})
    relationship.revokeAccess(granted.id, {"from": alice})
    assert relationship.grantOf(granted.id)[0] == REVOKED_GRANT
