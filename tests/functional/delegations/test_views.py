"""`isDelegationLive` in each way that it ends, and `delegationOf` (R28, P12)."""

import pytest

from tests.alliance import DAY, RESTORE, at, at_least, now
from tests.signing import ZERO, digest


def test_p12_a_delegation_ends_by_itself(delegations, relationship, granted, delegation, delegated):
    at(delegation.expires_at - 1)
    assert delegations.isDelegationLive(delegated)
    at(delegation.expires_at)
    assert not delegations.isDelegationLive(delegated)
    assert relationship.isGrantLive(granted.id)
    assert delegations.delegationOf(delegated)["status"] == 1


def test_p12_the_longest_ends_with_its_grant(delegations, granted, delegation, call, hospital):
    delegations.delegate(*call(expires_at=granted.expires_at))
    at(granted.expires_at - 1)
    assert delegations.isDelegationLive(delegation.id(hospital))
    at(granted.expires_at)
    assert not delegations.isDelegationLive(delegation.id(hospital))


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_a_revoked_delegation_is_not_live(delegations, delegated, request, who):
    delegations.revokeDelegation(delegated, {"from": request.getfixturevalue(who)})
    assert not delegations.isDelegationLive(delegated)


def test_t18_a_delegation_dies_with_its_grant(delegations, relationship, granted, delegated, alice):
    relationship.revokeAccess(granted.id, {"from": alice})
    assert not delegations.isDelegationLive(delegated)
    assert delegations.delegationOf(delegated)["status"] == 1


def test_another_grants_end_is_not_its_own(delegations, relationship, granted, delegated, alice):
    other = granted.but(id=digest("grant 2")[:16])
    relationship.grantAccess(other.terms, {"from": alice})
    relationship.revokeAccess(other.id, {"from": alice})
    assert delegations.isDelegationLive(delegated)


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_a_delegation_dies_with_its_relationship(
    delegations, relationship, delegated, request, who
):
    relationship.end({"from": request.getfixturevalue(who)})
    assert not delegations.isDelegationLive(delegated)


def test_a_delegation_rests_while_its_delegator_is_suspended(
    alliance, delegations, delegated, hospital_suspended, founders
):
    assert not delegations.isDelegationLive(delegated)
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, RESTORE, [lead, hospital_b, clinic])
    assert delegations.isDelegationLive(delegated)


def test_a_delegation_rests_under_a_stop(delegations, delegation, delegated, stopped):
    assert not delegations.isDelegationLive(delegated)
    assert now() + DAY < delegation.expires_at
    at_least(DAY)
    assert delegations.isDelegationLive(delegated)


@pytest.mark.parametrize("unknown", [ZERO, digest("unknown")])
def test_an_unknown_delegation_is_not_live_and_empty(delegations, delegated, unknown):
    assert not delegations.isDelegationLive(unknown)
    relationship, expires_at, status, delegator, grant, stored = delegations.delegationOf(unknown)
    assert (int(relationship, 16), int(delegator, 16), expires_at, status) == (0, 0, 0, 0)
    assert (bytes(grant), bytes(stored)) == (bytes(16), ZERO)
