"""`delegate`: only the Active institution that was granted, by the grant as it was made (R28)."""

import pytest

from tests.alliance import DAY, DIAGNOSES, HOUR, KIND, LABORATORY, RECORD, at, now, padded, told
from tests.functional.delegations.terms import Delegation
from tests.signing import ZERO, digest


def test_a_delegation_is_told_and_stored(
    delegations, relationship, granted, delegation, call, hospital, dr_li
):
    tx = delegations.delegate(*call())
    id = delegation.id(hospital)
    event = {"relationship": relationship.address, "id": id, "delegate": dr_li}
    event |= {"delegator": hospital, "grant": granted.id, "content": delegation.terms}
    assert told(tx) == [("AccessDelegated", event)]
    *plain, grant, stored = delegations.delegationOf(id)
    assert plain == [relationship.address, delegation.expires_at, 1, hospital]
    assert (bytes(grant), bytes(stored)) == (granted.id, delegation.digest)
    assert delegations.isDelegationLive(id)


def test_the_id_is_returned(delegations, delegation, call, hospital):
    assert bytes(delegations.delegate.call(*call())) == delegation.id(hospital)


def test_a_delegation_can_be_relayed(delegations, alliance, delegation, call, hospital, relay):
    *given, _ = call()
    alliance.relay(relay, hospital, delegations.delegate, *given)
    assert delegations.delegationOf(delegation.id(hospital))["delegator"] == hospital


@pytest.fixture(
    params=["delegate", "affiliation", "scope and kind", "kind", "record", "key version", "wrap"]
)
def changes(request, anchored, hospital):
    """One field with another value; some bring a second one along."""
    return {
        "delegate": {"delegate": hospital},
        "affiliation": {"delegate": hospital, "affiliation": padded(hospital)},
        "scope and kind": {"scope": KIND, "kind": DIAGNOSES},
        "kind": {"scope": KIND, "kind": LABORATORY},
        "record": {"scope": RECORD, "record": anchored[DIAGNOSES]},
        "key version": {"key_version": 2},
        "wrap": {"wrap": b"another wrap"},
    }[request.param]


def test_what_is_stored_commits_to_every_field(delegations, delegation, call, hospital, changes):
    delegations.delegate(*call(**changes))
    stored = bytes(delegations.delegationOf(delegation.id(hospital))["digest"])
    assert stored == delegation.but(**changes).digest != delegation.digest


def test_only_an_institution_delegates(delegations, refusal, request, call):
    for who in ("alice", "dr_li", "regulator", "newcomer", "mallory"):
        caller = request.getfixturevalue(who)
        denied = ("CallerNotInstitution", caller)
        assert refusal(delegations.delegate, *call()[:3], {"from": caller}) == denied


def test_a_suspended_institution_delegates_nothing(delegations, refusal, call, hospital_suspended):
    denied = ("CallerNotInstitution", hospital_suspended)
    assert refusal(delegations.delegate, *call()) == denied


def test_nothing_is_delegated_under_a_stop(delegations, refusal, call, stopped, hospital):
    assert refusal(delegations.delegate, *call()) == ("CallerNotInstitution", hospital)


def test_only_who_was_granted_delegates(delegations, refusal, request, call):
    for who in ("clinic", "lead", "hospital_b"):
        other = request.getfixturevalue(who)
        denied = ("CallerNotAllowed", other)
        assert refusal(delegations.delegate, *call()[:3], {"from": other}) == denied


def test_nobody_claims_the_grant_of_another(delegations, refusal, granted, call, hospital_b):
    claimed = call(granted.but(viewer=hospital_b, affiliation=padded(hospital_b)))
    invalid = ("DelegationGrantInvalid", granted.id)
    assert refusal(delegations.delegate, *claimed[:3], {"from": hospital_b}) == invalid


def test_p12_only_the_institution_above_the_affiliation_delegates(
    delegations, refusal, granted, places, call, hospital, hospital_b
):
    denied = ("CallerNotAllowed", hospital)
    for affiliation in (padded(hospital_b), places.clinic_ward, digest("unknown"), ZERO):
        foreign = call(granted.but(affiliation=affiliation))
        assert refusal(delegations.delegate, *foreign) == denied


OTHER_TERMS = {
    "id": digest("grant 2")[:16],
    "affiliation": digest("department", "hospital ward"),
    "scope": RECORD,
    "kind": 1,
    "record": digest("record 1"),
    "purpose": b"ETREAT".ljust(16, b"\0"),
    "consent": digest("another text"),
    "request": digest("request"),
    "key_version": 2,
    "wrap": b"another wrap",
}


def test_a_grant_is_given_as_it_was_made(delegations, refusal, granted, call):
    for field, value in OTHER_TERMS.items():
        other = granted.but(**{field: value})
        assert getattr(other, field) != getattr(granted, field)
        invalid = ("DelegationGrantInvalid", other.id)
        assert refusal(delegations.delegate, *call(other)) == invalid, field


def test_p12_nobody_makes_a_grant_longer(delegations, refusal, granted, call):
    invalid = ("DelegationGrantInvalid", granted.id)
    for change in (-1, 1):
        other = granted.but(expires_at=granted.expires_at + change)
        assert refusal(delegations.delegate, *call(other)) == invalid


def test_nothing_is_delegated_of_a_grant_that_was_not_made(
    delegations, refusal, relationship, house_grant, places, hospital, dr_li
):
    early = Delegation(dr_li, places.hospital_ward, house_grant.expires_at)
    call = (relationship, house_grant.terms, early.terms, {"from": hospital})
    assert refusal(delegations.delegate, *call) == ("DelegationGrantInvalid", house_grant.id)


@pytest.mark.parametrize("end", ["revoked", "ended"])
def test_nothing_is_delegated_of_a_grant_that_ended(
    delegations, refusal, relationship, granted, call, alice, end
):
    if end == "revoked":
        relationship.revokeAccess(granted.id, {"from": alice})
    else:
        relationship.end({"from": alice})
    assert refusal(delegations.delegate, *call()) == ("DelegationGrantInvalid", granted.id)


def test_a_grant_is_delegated_until_it_expires(delegations, refusal, granted, call):
    longest = call(expires_at=granted.expires_at)
    at(granted.expires_at - 1)
    delegations.delegate.call(*longest)
    at(granted.expires_at)
    assert refusal(delegations.delegate, *longest) == ("DelegationGrantInvalid", granted.id)


def test_t23_nothing_is_delegated_where_no_relationship_is(
    alliance, delegations, registrar, refusal, call, mallory
):
    target = alliance.implementation.address
    code = f"363d3d373d3d3d363d73{target[2:]}5af43d82803e903d91602b57fd5bf3"
    clone = mallory.transfer(data=f"0x3d602d80600a3d3981f3{code}").contract_address
    for impostor in (mallory.address, registrar.address, target, clone):
        unknown = ("RelationshipUnknown", impostor)
        assert refusal(delegations.delegate, impostor, *call()[1:]) == unknown


def test_a_grant_counts_in_its_own_relationship(
    alliance, delegations, refusal, granted, call, alice, hospital_b, lead
):
    other = alliance.propose(hospital_b, alice, hospital_b, lead)
    other.accept({"from": alice})
    invalid = ("DelegationGrantInvalid", granted.id)
    assert refusal(delegations.delegate, other, *call()[1:]) == invalid


def test_t34_a_delegation_is_made_once(delegations, refusal, delegated, call):
    assert refusal(delegations.delegate, *call()) == ("DelegationIdInvalid", delegated)


def test_t34_a_revoked_delegation_is_not_made_again(
    delegations, refusal, delegated, call, hospital
):
    delegations.revokeDelegation(delegated, {"from": hospital})
    assert refusal(delegations.delegate, *call()) == ("DelegationIdInvalid", delegated)


def test_nobody_uses_up_the_id_of_another(
    delegations, relationship, granted, delegation, delegated, call, alice, hospital_b
):
    id = digest("grant 2")[:16]
    second = granted.but(id=id, viewer=hospital_b, affiliation=padded(hospital_b))
    relationship.grantAccess(second.terms, {"from": alice})
    delegations.delegate(*call(second)[:3], {"from": hospital_b})
    assert bytes(delegations.delegationOf(delegation.id(hospital_b))["grant"]) == id
    assert bytes(delegations.delegationOf(delegated)["grant"]) == granted.id


def test_a_grant_is_delegated_more_than_once(delegations, delegation, delegated, call, hospital):
    salt = digest("salt 2")
    delegations.delegate(*call(salt=salt))
    assert delegations.isDelegationLive(delegated)
    assert delegations.isDelegationLive(delegation.but(salt=salt).id(hospital))


@pytest.mark.parametrize("before", [0, 1, HOUR])
def test_the_expiry_is_in_the_future(delegations, refusal, call, before):
    moment = now() + DAY
    past = call(expires_at=moment - before)
    at(moment)
    assert refusal(delegations.delegate, *past) == ("DelegationExpiryInvalid", moment - before)


def test_the_expiry_may_be_the_next_second(delegations, call):
    moment = now() + DAY
    shortest = call(expires_at=moment + 1)
    at(moment)
    assert delegations.delegate.call(*shortest)


def test_p12_a_delegation_is_never_longer_than_its_grant(delegations, refusal, granted, call):
    longest, longer = granted.expires_at, granted.expires_at + 1
    assert delegations.delegate.call(*call(expires_at=longest))
    invalid = ("DelegationExpiryInvalid", longer)
    assert refusal(delegations.delegate, *call(expires_at=longer)) == invalid


@pytest.mark.parametrize("length", [0, 2049])
def test_a_wrap_has_a_length(delegations, refusal, call, length):
    wrong = call(wrap=bytes(length))
    assert refusal(delegations.delegate, *wrong) == ("LengthInvalid", length)


@pytest.mark.parametrize("length", [1, 2048])
def test_the_shortest_and_the_longest_wrap_are_taken(delegations, call, length):
    assert delegations.delegate.call(*call(wrap=bytes(length)))
