"""`requestAccess`: only a clinician acting under an Active affiliation; sixteen open (R20)."""

import pytest

from tests.alliance import (
    DIAGNOSES,
    ENDED,
    EVERYTHING,
    KIND,
    RECORD,
    SUSPEND,
    SUSPENDED,
    TREATMENT,
    access_request,
    now,
    padded,
    request_id,
    told,
)
from tests.signing import ZERO, digest


@pytest.fixture
def ward(places):
    """Dr Li's department."""
    return places.hospital_ward


@pytest.fixture
def request_(ward):
    """Dr Li asks for Alice's diagnoses."""
    return access_request(ward)


def test_a_request_is_told_and_stored(relationship, ward, request_, dr_li):
    tx = relationship.requestAccess(request_, {"from": dr_li})
    requested = {"request": request_id(dr_li), "viewer": dr_li, "affiliation": ward}
    requested |= {"scope": KIND, "kind": DIAGNOSES, "recordId": ZERO, "purpose": TREATMENT}
    assert told(tx) == [
        ("AccessRequested", requested | {"reason": b"sealed to the owner", "open": 1})
    ]
    assert relationship.requestOf(request_id(dr_li)) == (dr_li, 1)


def test_requesting_can_be_relayed(alliance, relationship, request_, dr_li, relay):
    alliance.relay(relay, dr_li, relationship.requestAccess, request_)
    assert relationship.requestOf(request_id(dr_li)) == (dr_li, 1)


@pytest.mark.parametrize("who", ["alice", "bob", "clinic", "hospital", "dr_wang", "mallory"])
def test_nobody_requests_under_an_affiliation_of_another(
    relationship, ward, request_, refusal, request, who
):
    account = request.getfixturevalue(who)
    denied = ("GrantViewerInactive", account, ward)
    assert refusal(relationship.requestAccess, request_, {"from": account}) == denied


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
def test_who_is_suspended_does_not_request(
    registrar, relationship, ward, request_, refusal, hospital, dr_li, function
):
    arguments = {"setLicence": (dr_li,), "setAffiliation": (dr_li, ward)}
    given = arguments.get(function, (ward,))
    getattr(registrar, function)(*given, SUSPENDED, {"from": hospital})
    denied = ("GrantViewerInactive", dr_li, ward)
    assert refusal(relationship.requestAccess, request_, {"from": dr_li}) == denied


def test_staff_of_a_suspended_institution_do_not_request(
    alliance, relationship, ward, request_, refusal, founders, dr_li
):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    denied = ("GrantViewerInactive", dr_li, ward)
    assert refusal(relationship.requestAccess, request_, {"from": dr_li}) == denied


@pytest.mark.parametrize(
    "scope",
    [
        (0, 0, ZERO),
        (RECORD, 0, ZERO),
        (RECORD, 0, digest("unknown")),
        (KIND, 0, ZERO),
        (KIND, DIAGNOSES, digest("unknown")),
        (EVERYTHING, DIAGNOSES, ZERO),
        (EVERYTHING, 0, digest("unknown")),
    ],
)
def test_a_scope_fits_kind_and_record(relationship, ward, refusal, dr_li, scope):
    fields = dict(zip(("scope", "kind", "record"), scope, strict=True))
    wrong = access_request(ward, **fields)
    invalid = ("GrantScopeInvalid", scope[0])
    assert refusal(relationship.requestAccess, wrong, {"from": dr_li}) == invalid


def test_a_record_is_requested_without_its_kind(relationship, ward, draft, refusal, dr_li, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    fields = {"scope": RECORD, "record": draft.record}
    single = access_request(ward, kind=0, **fields)
    relationship.requestAccess.call(single, {"from": dr_li})
    wrong = access_request(ward, **fields)
    invalid = ("GrantScopeInvalid", RECORD)
    assert refusal(relationship.requestAccess, wrong, {"from": dr_li}) == invalid


@pytest.mark.parametrize("length", [0, 2048])
def test_a_reason_may_be_empty_or_long(relationship, ward, dr_li, length):
    relationship.requestAccess(access_request(ward, reason=bytes(length)), {"from": dr_li})


def test_a_reason_has_an_end(relationship, ward, refusal, dr_li):
    long = access_request(ward, reason=bytes(2049))
    invalid = ("RelationshipLengthInvalid", 2049)
    assert refusal(relationship.requestAccess, long, {"from": dr_li}) == invalid


def test_t34_a_request_is_made_once(relationship, request_, refusal, dr_li):
    relationship.requestAccess(request_, {"from": dr_li})
    used = ("RequestInvalid", request_id(dr_li))
    assert refusal(relationship.requestAccess, request_, {"from": dr_li}) == used


def test_nobody_uses_up_the_request_of_another(
    registrar, relationship, request_, hospital, dr_li, dr_wang
):
    copied = (request_[0], padded(hospital), *request_[2:])
    registrar.setAffiliation(dr_wang, padded(hospital), 1, {"from": hospital})
    relationship.requestAccess(copied, {"from": dr_wang})
    relationship.requestAccess(request_, {"from": dr_li})
    assert relationship.requestOf(request_id(dr_wang)) == (dr_wang, 1)
    assert relationship.requestOf(request_id(dr_li)) == (dr_li, 1)


def test_t20_sixteen_requests_are_open_and_no_more(
    relationship, ward, grant, refusal, alice, dr_li
):
    for n in range(16):
        tx = relationship.requestAccess(access_request(ward, f"salt {n}"), {"from": dr_li})
        assert told(tx)[0][1]["open"] == n + 1
    further = access_request(ward, "salt 16")
    limit = ("RequestLimitReached", dr_li)
    assert refusal(relationship.requestAccess, further, {"from": dr_li}) == limit
    relationship.refuseRequest(request_id(dr_li, "salt 3"), {"from": alice})
    relationship.requestAccess(further, {"from": dr_li})
    assert refusal(relationship.requestAccess, access_request(ward, "x"), {"from": dr_li}) == limit
    answer = grant.but(request=request_id(dr_li, "salt 4"), expires_at=now() + 60)
    relationship.grantAccess(answer.terms, {"from": alice})
    relationship.requestAccess(access_request(ward, "x"), {"from": dr_li})


def test_one_viewers_requests_leave_those_of_others(
    registrar, relationship, ward, hospital, dr_li, dr_wang
):
    for n in range(16):
        relationship.requestAccess(access_request(ward, f"salt {n}"), {"from": dr_li})
    registrar.setAffiliation(dr_wang, ward, 1, {"from": hospital})
    tx = relationship.requestAccess(access_request(ward), {"from": dr_wang})
    assert told(tx)[0][1]["open"] == 1


def test_nobody_requests_before_acceptance_or_after_the_end(
    relationship, proposed, request_, refusal, alice, dr_li
):
    pending = ("RelationshipStatusInvalid", 1)
    assert refusal(proposed.requestAccess, request_, {"from": dr_li}) == pending
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.requestAccess, request_, {"from": dr_li}) == ended
