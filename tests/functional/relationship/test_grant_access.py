"""`grantAccess`: only the owner, to who is active now and not of the mirror (R21, P01, P12)."""

import pytest

from tests.alliance import (
    ACTIVE,
    AGREEMENT,
    CLINICIAN,
    DIAGNOSES,
    ENDED,
    EVERYTHING,
    KEY,
    KIND,
    NOBODY,
    PATIENT,
    RECORD,
    REVOKED,
    SUSPEND,
    SUSPENDED,
    access_request,
    at,
    now,
    padded,
    request_id,
    told,
)
from tests.signing import ZERO, digest


def test_a_grant_is_told_and_stored(relationship, grant, alice, dr_li):
    tx = relationship.grantAccess(grant.terms, {"from": alice})
    granted = {"viewer": dr_li, "id": grant.id, "request": ZERO}
    granted |= {"affiliation": grant.affiliation, "scope": EVERYTHING, "kind": 0}
    granted |= {"recordId": ZERO, "purpose": grant.purpose, "expiresAt": grant.expires_at}
    granted |= {"consent": grant.consent, "keyVersion": 1, "wrap": grant.wrap}
    assert told(tx) == [("AccessGranted", granted)]
    status, expires_at, stored = relationship.grantOf(grant.id)
    assert (status, expires_at, bytes(stored)) == (1, grant.expires_at, grant.digest)
    assert relationship.isGrantLive(grant.id)
    assert relationship.keyEpoch() == (1, False)


FIELDS = {
    "scope": KIND,
    "kind": DIAGNOSES,
    "purpose": b"ETREAT".ljust(16, b"\0"),
    "consent": digest("another text"),
    "key_version": 2,
    "wrap": b"another wrap",
    "expires_at": 2**40 - 1,
}


@pytest.mark.parametrize("field", [name for name in FIELDS if name not in ("scope", "kind")])
def test_what_is_stored_commits_to_every_field(relationship, grant, alice, field):
    other = grant.but(**{field: FIELDS[field]})
    relationship.grantAccess(other.terms, {"from": alice})
    _, expires_at, stored = relationship.grantOf(grant.id)
    assert (expires_at, bytes(stored)) == (other.expires_at, other.digest)
    assert (expires_at, other.digest) != (grant.expires_at, grant.digest)


def test_a_grant_can_be_relayed(alliance, relationship, grant, alice, relay):
    alliance.relay(relay, alice, relationship.grantAccess, grant.terms)
    assert relationship.isGrantLive(grant.id)


def test_only_the_owner_grants(relationship, grant, refusal, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        assert refusal(relationship.grantAccess, grant.terms, {"from": stranger}) == denied


def test_a_grant_has_an_id(relationship, grant, refusal, alice):
    nameless = grant.but(id=bytes(16))
    invalid = ("GrantIdInvalid", bytes(16))
    assert refusal(relationship.grantAccess, nameless.terms, {"from": alice}) == invalid


def test_t34_a_grant_is_made_once(relationship, grant, refusal, alice):
    relationship.grantAccess(grant.terms, {"from": alice})
    used = ("GrantIdInvalid", grant.id)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == used


@pytest.mark.parametrize("scope", [(KIND, DIAGNOSES, ZERO), (EVERYTHING, 0, ZERO)])
def test_a_scope_is_a_kind_or_everything(relationship, grant, alice, scope):
    fields = dict(zip(("scope", "kind", "record"), scope, strict=True))
    relationship.grantAccess(grant.but(**fields).terms, {"from": alice})


def test_a_scope_is_a_record(relationship, grant, draft, alice, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    single = grant.but(scope=RECORD, record=draft.record)
    relationship.grantAccess(single.terms, {"from": alice})
    assert bytes(relationship.grantOf(grant.id)[2]) == single.digest


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
def test_a_scope_fits_kind_and_record(relationship, grant, refusal, alice, scope):
    fields = dict(zip(("scope", "kind", "record"), scope, strict=True))
    invalid = ("GrantScopeInvalid", scope[0])
    call = (grant.but(**fields).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == invalid


def test_the_expiry_is_in_the_future(relationship, grant, refusal, alice):
    for expires_at in (0, now() - 1, now()):
        invalid = ("GrantExpiryInvalid", expires_at)
        call = (grant.but(expires_at=expires_at).terms, {"from": alice})
        assert refusal(relationship.grantAccess, *call) == invalid


def test_a_grant_ends_by_itself(relationship, grant, alice):
    short = grant.but(expires_at=now() + 3_600)
    relationship.grantAccess(short.terms, {"from": alice})
    at(short.expires_at - 1)
    assert relationship.isGrantLive(grant.id)
    at(short.expires_at)
    assert not relationship.isGrantLive(grant.id)
    assert relationship.grantOf(grant.id)[0] == 1


@pytest.mark.parametrize("length", [0, 2049])
def test_a_wrap_has_a_length(relationship, grant, refusal, alice, length):
    invalid = ("RelationshipLengthInvalid", length)
    call = (grant.but(wrap=bytes(length)).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == invalid


@pytest.mark.parametrize("length", [1, 2048])
def test_the_shortest_and_the_longest_wrap_are_taken(relationship, grant, alice, length):
    relationship.grantAccess.call(grant.but(wrap=bytes(length)).terms, {"from": alice})


def test_the_viewer_may_be_another_patient(relationship, grant, alice, bob):
    relationship.grantAccess(grant.but(viewer=bob, affiliation=ZERO).terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)


@pytest.mark.parametrize("who", ["alice", "carol", "dr_li", "hospital", "mallory"])
def test_without_affiliation_the_viewer_is_another_certified_patient(
    registrar, relationship, grant, refusal, request, alice, who
):
    viewer = request.getfixturevalue(who)
    if who == "carol":
        registrar.applyFor(PATIENT, 1, KEY, {"from": viewer})
    inactive = ("GrantViewerInactive", viewer, ZERO)
    call = (grant.but(viewer=viewer, affiliation=ZERO).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == inactive


def test_the_viewer_may_be_the_authors_own_house(relationship, grant, places, alice, dr_wang):
    own = grant.but(viewer=dr_wang, affiliation=places.clinic_ward)
    relationship.grantAccess(own.terms, {"from": alice})


def test_the_viewer_may_be_an_institution(relationship, grant, alice, hospital):
    house = grant.but(viewer=hospital, affiliation=padded(hospital))
    relationship.grantAccess(house.terms, {"from": alice})


def test_the_gateway_reads_for_a_department(relationship, grant, places, alice, hospital):
    department = grant.but(viewer=hospital, affiliation=places.hospital_ward)
    relationship.grantAccess(department.terms, {"from": alice})


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_the_gateway_reads_for_no_department_that_is_not_active(
    registrar, relationship, grant, places, refusal, alice, hospital, standing
):
    registrar.setDepartment(places.hospital_ward, standing, {"from": hospital})
    inactive = ("GrantViewerInactive", hospital, places.hospital_ward)
    call = (grant.but(viewer=hospital).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == inactive


@pytest.mark.parametrize("viewer", ["gateway", "clinician"])
def test_nobody_of_a_suspended_institution_is_a_viewer(
    alliance, relationship, grant, refusal, founders, alice, dr_li, viewer
):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    account = {"gateway": hospital, "clinician": dr_li}[viewer]
    inactive = ("GrantViewerInactive", account, grant.affiliation)
    call = (grant.but(viewer=account).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == inactive


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_no_clinician_who_is_stopped_is_a_viewer(
    registrar, relationship, grant, refusal, alice, hospital, dr_li, function, standing
):
    ward = grant.affiliation
    arguments = {"setLicence": (dr_li,), "setAffiliation": (dr_li, ward)}
    given = arguments.get(function, (ward,))
    getattr(registrar, function)(*given, standing, {"from": hospital})
    inactive = ("GrantViewerInactive", dr_li, ward)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == inactive


@pytest.mark.parametrize("affiliation", ["foreign", "unknown", "not given", "nobody's"])
def test_an_affiliation_is_the_viewers_own(
    relationship, grant, places, refusal, alice, hospital, dr_li, affiliation
):
    value = {
        "foreign": places.clinic_ward,
        "unknown": digest("unknown"),
        "not given": padded(hospital),
        "nobody's": bytes(31) + b"\1",
    }[affiliation]
    inactive = ("GrantViewerInactive", dr_li, value)
    call = (grant.but(affiliation=value).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == inactive


def test_nobody_is_no_viewer(relationship, grant, refusal, alice):
    for affiliation in (ZERO, digest("unknown")):
        inactive = ("GrantViewerInactive", NOBODY, affiliation)
        call = (grant.but(viewer=NOBODY, affiliation=affiliation).terms, {"from": alice})
        assert refusal(relationship.grantAccess, *call) == inactive


@pytest.mark.parametrize("viewer", ["gateway", "department", "clinician"])
def test_nobody_of_the_mirror_is_a_viewer(
    relationship, grant, places, refusal, alice, lead, dr_chen, viewer
):
    terms = {
        "gateway": grant.but(viewer=lead, affiliation=padded(lead)),
        "department": grant.but(viewer=lead, affiliation=places.lead_ward),
        "clinician": grant.but(viewer=dr_chen, affiliation=places.lead_ward),
    }[viewer].terms
    mirror = ("GrantViewerIsMirror", lead)
    assert refusal(relationship.grantAccess, terms, {"from": alice}) == mirror


def test_a_mirror_that_is_registered_as_a_person_is_no_viewer(
    alliance, consortium, relationship, grant, refusal, founders, alice, bob
):
    alliance.admit(bob, "错误", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": bob})
    relationship.changeMirror(bob, {"from": alice})
    inactive = ("GrantViewerInactive", bob, ZERO)
    call = (grant.but(viewer=bob, affiliation=ZERO).terms, {"from": alice})
    assert refusal(relationship.grantAccess, *call) == inactive


def test_staff_of_the_former_mirror_are_viewers(
    relationship, grant, places, refusal, alice, lead, hospital, dr_chen
):
    relationship.changeMirror(hospital, {"from": alice})
    former = grant.but(viewer=dr_chen, affiliation=places.lead_ward)
    relationship.grantAccess(former.terms, {"from": alice})
    new = ("GrantViewerIsMirror", hospital)
    other = grant.but(id=digest("grant 2")[:16])
    assert refusal(relationship.grantAccess, other.terms, {"from": alice}) == new


def test_p70_a_stop_blocks_grants_to_whomever(
    relationship, grant, refusal, stopped, alice, bob, hospital, dr_li
):
    viewers = [(bob, ZERO), (dr_li, grant.affiliation), (hospital, padded(hospital))]
    grants = [grant.but(viewer=who, affiliation=affiliation) for who, affiliation in viewers]
    at(stopped)
    for each in grants:
        inactive = ("GrantViewerInactive", each.viewer, each.affiliation)
        assert refusal(relationship.grantAccess, each.terms, {"from": alice}) == inactive
    at(stopped + 1)
    for each in grants:
        relationship.grantAccess.call(each.terms, {"from": alice})


def test_a_request_is_approved(relationship, grant, places, alice, dr_li):
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    tx = relationship.grantAccess(grant.but(request=request_id(dr_li)).terms, {"from": alice})
    assert told(tx)[0][1]["request"] == request_id(dr_li)
    assert relationship.requestOf(request_id(dr_li)) == (dr_li, 2)


def test_a_request_is_approved_once(relationship, grant, places, refusal, alice, dr_li):
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    relationship.grantAccess(grant.but(request=request_id(dr_li)).terms, {"from": alice})
    again = grant.but(id=digest("grant 2")[:16], request=request_id(dr_li))
    done = ("RequestInvalid", request_id(dr_li))
    assert refusal(relationship.grantAccess, again.terms, {"from": alice}) == done


def test_a_request_that_was_never_made_is_not_approved(relationship, grant, refusal, alice):
    answer = grant.but(request=digest("unknown"))
    invalid = ("RequestInvalid", digest("unknown"))
    assert refusal(relationship.grantAccess, answer.terms, {"from": alice}) == invalid


def test_nobody_is_granted_the_request_of_another(
    alliance, registrar, relationship, grant, places, refusal, alice, carol, hospital, dr_li
):
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    alliance.register(carol, hospital, CLINICIAN)
    registrar.setAffiliation(carol, places.hospital_ward, ACTIVE, {"from": hospital})
    stolen = grant.but(viewer=carol, request=request_id(dr_li))
    invalid = ("RequestInvalid", request_id(dr_li))
    assert refusal(relationship.grantAccess, stolen.terms, {"from": alice}) == invalid


def test_nothing_is_granted_before_acceptance_or_after_the_end(
    relationship, proposed, grant, refusal, alice
):
    pending = ("RelationshipStatusInvalid", 1)
    assert refusal(proposed.grantAccess, grant.terms, {"from": alice}) == pending
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == ended


def test_the_owner_grants_at_a_suspended_institution(relationship, grant, clinic_suspended, alice):
    """P43: what an owner may do outlasts the institution's standing."""
    relationship.grantAccess(grant.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)
