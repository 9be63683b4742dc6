"""`revokeDelegation`: by the owner or the delegator, whatever became of them; idempotent (P41)."""

import pytest

from tests.alliance import at_least, told
from tests.signing import ZERO, digest

REVOKED_DELEGATION = 2


@pytest.fixture(params=["alice", "hospital"])
def revoker(request):
    """The owner, then the delegator."""
    return request.getfixturevalue(request.param)


def test_a_revocation_is_told_and_stored(delegations, delegated, revoker):
    before = delegations.delegationOf(delegated)
    tx = delegations.revokeDelegation(delegated, {"from": revoker})
    assert told(tx) == [("DelegationRevoked", {"id": delegated, "by": revoker})]
    after = delegations.delegationOf(delegated)
    assert after == (*before[:2], REVOKED_DELEGATION, *before[3:])
    assert not delegations.isDelegationLive(delegated)


def test_a_second_revocation_tells_nothing(delegations, delegated, revoker, alice, hospital):
    delegations.revokeDelegation(delegated, {"from": revoker})
    for again in (alice, hospital):
        assert told(delegations.revokeDelegation(delegated, {"from": again})) == []


def test_the_owners_revocation_is_relayed(alliance, delegations, delegated, alice, relay):
    tx = alliance.relay(relay, alice, delegations.revokeDelegation, delegated)
    assert tx.events["DelegationRevoked"]["by"] == alice
    assert delegations.delegationOf(delegated)["status"] == REVOKED_DELEGATION


def test_one_delegation_is_revoked_and_no_other(
    delegations, delegation, delegated, call, alice, hospital
):
    salt = digest("salt 2")
    delegations.delegate(*call(salt=salt))
    delegations.revokeDelegation(delegated, {"from": alice})
    assert delegations.isDelegationLive(delegation.but(salt=salt).id(hospital))


def test_nobody_else_revokes(delegations, refusal, request, delegated, alice):
    def see():
        for who in ("clinic", "lead", "hospital_b", "bob", "dr_li", "mallory"):
            other = request.getfixturevalue(who)
            denied = ("CallerNotAllowed", other)
            assert refusal(delegations.revokeDelegation, delegated, {"from": other}) == denied

    see()
    delegations.revokeDelegation(delegated, {"from": alice})
    see()


@pytest.mark.parametrize("unknown", [ZERO, digest("unknown")])
def test_an_unknown_delegation_is_not_revoked(delegations, refusal, revoker, unknown):
    invalid = ("DelegationIdInvalid", unknown)
    assert refusal(delegations.revokeDelegation, unknown, {"from": revoker}) == invalid


def test_p41_no_suspension_and_no_end_blocks_it(
    delegations, relationship, delegated, hospital_suspended, revoker, alice
):
    relationship.end({"from": alice})
    delegations.revokeDelegation(delegated, {"from": revoker})
    assert delegations.delegationOf(delegated)["status"] == REVOKED_DELEGATION


def test_p41_no_stop_blocks_it(delegations, delegated, stopped, revoker):
    delegations.revokeDelegation(delegated, {"from": revoker})
    assert delegations.delegationOf(delegated)["status"] == REVOKED_DELEGATION


def test_what_expired_can_still_be_revoked(delegations, delegation, delegated, revoker):
    at_least(delegation.expires_at)
    delegations.revokeDelegation(delegated, {"from": revoker})
    assert delegations.delegationOf(delegated)["status"] == REVOKED_DELEGATION
