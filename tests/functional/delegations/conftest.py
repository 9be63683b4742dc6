"""Alice's grant to the hospital, and what the hospital makes of it."""

import pytest

from tests.alliance import (
    DAY,
    DIAGNOSES,
    LABORATORY,
    SUSPEND,
    UNSPECIFIED,
    Grant,
    now,
    padded,
)
from tests.functional.delegations.terms import Delegation
from tests.live import once
from tests.signing import digest


@pytest.fixture(scope=once("session"))
def delegations(alliance):
    """Second-level consent."""
    return alliance.contracts["Delegations"]


@pytest.fixture
def house_grant(hospital):
    """A grant of everything to the hospital, for a week; not yet made."""
    return Grant(digest("grant 1")[:16], hospital, padded(hospital), now() + 7 * DAY)


@pytest.fixture
def granted(relationship, house_grant, alice):
    """The same, made."""
    relationship.grantAccess(house_grant.terms, {"from": alice})
    return house_grant


@pytest.fixture
def delegation(granted, places, dr_li):
    """The hospital's delegation of all of it to Dr Li, for two days; not yet made."""
    return Delegation(dr_li, places.hospital_ward, now() + 2 * DAY)


@pytest.fixture
def call(relationship, granted, delegation, hospital):
    """Return the arguments of `delegate`, of another grant or with other fields if so told."""

    def call(grant=granted, **changes):
        return (relationship, grant.terms, delegation.but(**changes).terms, {"from": hospital})

    return call


@pytest.fixture
def delegated(delegations, delegation, hospital, call):
    """The id of the delegation, made."""
    delegations.delegate(*call())
    return delegation.id(hospital)


@pytest.fixture
def anchored(relationship, draft, places, relay):
    """Ids of a record of each kind there is."""
    ids = {}
    for kind in (UNSPECIFIED, LABORATORY, DIAGNOSES):
        record = digest("record of kind", bytes([kind]))
        fields = {"record": record, "nonce": kind, "profile": places.profiles[kind]}
        one = draft.but(kind=kind, **fields)
        relationship.anchor(*one.submission, {"from": relay})
        ids[kind] = one.record
    return ids


@pytest.fixture
def hospital_suspended(alliance, founders):
    """The suspended hospital."""
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    return hospital


@pytest.fixture
def stopped(alliance, consortium, founders):
    """An emergency stop of a day."""
    stop = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(stop, founders[:3])
