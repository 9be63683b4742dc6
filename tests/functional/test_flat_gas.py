"""T20: what is written costs the same for the two-hundredth entry as for the first."""

import pytest

from tests.alliance import DIAGNOSES, access_request, request_id
from tests.signing import digest

ENTRIES = 200
TOLERANCE = 1.05


def assert_flat(gas):
    assert len(gas) == ENTRIES
    assert max(gas) <= min(gas) * TOLERANCE, (min(gas), max(gas), gas[:3], gas[-3:])


def test_t20_summaries(alliance, factory, clinic, bob, lead):
    gas = []
    for nonce in range(ENTRIES):
        opening = alliance.opening(bob, clinic, lead, nonce)
        gas.append(factory.propose(opening, {"from": bob}).gas_used)
        alliance.relationship(factory.relationshipOf(bob, clinic, nonce)).end({"from": bob})
    assert alliance.summary_of(bob).count() == ENTRIES
    assert_flat(gas)


def test_t20_requests(relationship, places, alice, dr_li):
    gas = []
    for n in range(ENTRIES):
        request = access_request(places.hospital_ward, f"salt {n}")
        gas.append(relationship.requestAccess(request, {"from": dr_li}).gas_used)
        relationship.refuseRequest(request_id(dr_li, f"salt {n}"), {"from": alice})
    assert_flat(gas)


def test_t20_anchors(relationship, draft, relay):
    gas = []
    for n in range(ENTRIES):
        nonce = int.from_bytes(digest(f"nonce {n}"), "big")
        record = draft.but(record=digest(f"record {n}"), nonce=nonce)
        gas.append(relationship.anchor(*record.submission, {"from": relay}).gas_used)
    assert_flat(gas)


def test_t20_corrections(relationship, draft, relay):
    """A chain of versions: each replaces the last."""
    head, gas = bytes(32), []
    for n in range(ENTRIES + 1):
        nonce = int.from_bytes(digest(f"nonce {n}"), "big")
        record = draft.but(record=digest(f"record {n}"), parent=head, nonce=nonce)
        gas.append(relationship.anchor(*record.submission, {"from": relay}).gas_used)
        head = record.record
    # The first replaces nothing.
    assert_flat(gas[1:])


def test_t20_grants(relationship, grant, alice):
    gas = []
    for n in range(ENTRIES):
        further = grant.but(id=digest(f"grant {n}")[:16])
        gas.append(relationship.grantAccess(further.terms, {"from": alice}).gas_used)
    assert_flat(gas)


@pytest.mark.parametrize("open_", [2, 16])
def test_t20_further_open_requests_cost_no_more_than_the_first(relationship, places, dr_li, open_):
    gas = [
        relationship.requestAccess(
            access_request(places.hospital_ward, f"salt {n}", kind=DIAGNOSES), {"from": dr_li}
        ).gas_used
        for n in range(open_)
    ]
    assert max(gas[1:]) <= gas[0]
