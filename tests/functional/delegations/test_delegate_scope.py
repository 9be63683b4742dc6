"""`delegate`: never wider than the grant, in every combination of scopes (R28, P12, P23)."""

import pytest

from tests.alliance import DIAGNOSES, EVERYTHING, KIND, LABORATORY, RECORD, UNSPECIFIED
from tests.signing import ZERO, digest

# What is granted or delegated: scope, kind, record (by its kind).
SCOPES = {
    "everything": (EVERYTHING, 0, None),
    "diagnoses": (KIND, DIAGNOSES, None),
    "laboratory": (KIND, LABORATORY, None),
    "a diagnosis": (RECORD, 0, DIAGNOSES),
    "a laboratory value": (RECORD, 0, LABORATORY),
    "a record unspecified": (RECORD, 0, UNSPECIFIED),
}
# What fits no grant: neither do kind or record that belong to another scope.
UNFIT = {
    "nothing": (0, 0, None),
    "nothing of a kind": (0, DIAGNOSES, None),
    "nothing of a record": (0, 0, DIAGNOSES),
    "everything of a kind": (EVERYTHING, DIAGNOSES, None),
    "everything of a record": (EVERYTHING, 0, DIAGNOSES),
    "kind 0": (KIND, 0, None),
    "a kind of a record": (KIND, DIAGNOSES, DIAGNOSES),
    "a record of a kind": (RECORD, DIAGNOSES, DIAGNOSES),
    "no record": (RECORD, 0, None),
    "an unknown record": (RECORD, 0, "unknown"),
}
COVERED = {
    "everything": set(SCOPES) - {"a record unspecified"},
    "diagnoses": {"diagnoses", "a diagnosis"},
    "laboratory": {"laboratory", "a laboratory value"},
    "a diagnosis": {"a diagnosis"},
    "a laboratory value": {"a laboratory value"},
    "a record unspecified": {"a record unspecified"},
}


@pytest.fixture
def fields(anchored):
    """Return a scope's fields."""
    ids = anchored | {None: ZERO, "unknown": digest("unknown")}

    def fields(scope, kind, record):
        return {"scope": scope, "kind": kind, "record": ids[record]}

    return fields


@pytest.fixture(params=SCOPES)
def scoped(request, relationship, house_grant, fields, alice):
    """A grant of one of the scopes, with the name of what it covers."""
    made = house_grant.but(id=digest("scoped")[:16], **fields(*SCOPES[request.param]))
    relationship.grantAccess(made.terms, {"from": alice})
    return request.param, made


def test_p12_what_a_grant_covers_is_delegated(
    delegations, scoped, delegation, call, fields, hospital
):
    covers, grant = scoped
    for name in COVERED[covers]:
        part = fields(*SCOPES[name]) | {"salt": digest(name)}
        delegations.delegate(*call(grant, **part))
        assert delegations.isDelegationLive(delegation.but(**part).id(hospital)), name


def test_p12_nothing_wider_is_delegated(delegations, refusal, scoped, call, fields):
    covers, grant = scoped
    for name in (SCOPES.keys() | UNFIT.keys()) - COVERED[covers]:
        scope = (SCOPES | UNFIT)[name]
        invalid = ("DelegationScopeInvalid", scope[0])
        assert refusal(delegations.delegate, *call(grant, **fields(*scope))) == invalid, name
