"""`replaceOwner`: what who was replaced can do no more, and what nothing keeps it from (P41)."""

import pytest
from eth_utils import keccak

from tests.alliance import (
    ACCEPTED,
    AGREEMENT,
    ENDED,
    PATIENT,
    REFUSED,
    WRAP,
    access_request,
    now,
    request_id,
    told,
)
from tests.functional.registrar.replacement import merge, recover
from tests.signing import digest

REVOKED_GRANT, REFUSED_REQUEST = 2, 3


@pytest.fixture
def replaced(alliance, relationship, alice, bob, clinic):
    """Alice, whose account was merged into Bob's; the relationship has not followed."""
    merge(alliance, clinic, alice, bob)
    return alice


@pytest.fixture
def followed(factory, relationship, replaced, bob):
    """Alice's relationship, now Bob's."""
    factory.follow(relationship, {"from": bob})
    return relationship


@pytest.fixture
def attested(relationship, draft, clinic):
    """A record that Alice did not answer in time."""
    overdue = draft.but(deadline=now() - 1)
    relationship.anchorAttested(overdue.authored, 1, {"from": clinic})
    return overdue.record


def subject(relationship, owner):
    return bytes(keccak(bytes.fromhex(relationship.address[2:] + owner.address[2:])))


@pytest.mark.parametrize("who", ["alice", "clinic", "lead", "bob", "mallory"])
def test_only_the_factory_replaces(relationship, refusal, replaced, request, bob, who):
    account = request.getfixturevalue(who)
    denied = ("RelationshipNotFactory", account)
    call = (bob.address, {"from": account})
    assert refusal(relationship.replaceOwner, *call) == denied


def test_nobody_replaces_through_a_relay(
    alliance, relationship, forwarder, refusal, replaced, bob, relay
):
    signed = alliance.forwarded(bob, alliance.request(bob, relationship.replaceOwner, bob))
    denied = ("RelationshipNotFactory", forwarder.address)
    assert refusal(forwarder.execute, *signed, {"from": relay}) == denied


def test_only_the_owner_is_another(followed, grant, bob, clinic, lead):
    assert followed.parties() == (bob, clinic, lead, ACCEPTED)
    assert followed.keyEpoch() == (1, False)


def test_p04_the_subject_stays_after_one_and_after_two_replacements(
    alliance, factory, relationship, alice, bob, carol, clinic, dr_li, dr_chen
):
    expected = subject(relationship, alice)
    assert bytes(relationship.subjectId()) == expected
    recover(alliance, alice, bob, [dr_li, dr_chen])
    assert bytes(relationship.subjectId()) == expected
    factory.follow(relationship, {"from": bob})
    assert bytes(relationship.subjectId()) == expected
    alliance.register(carol, clinic, PATIENT)
    merge(alliance, clinic, bob, carol)
    factory.follow(relationship, {"from": carol})
    assert relationship.parties()[0] == carol
    assert bytes(relationship.subjectId()) == expected


def test_who_was_replaced_grants_nothing(relationship, refusal, replaced, grant):
    gone = ("RelationshipOwnerReplaced", replaced)
    assert refusal(relationship.grantAccess, grant.terms, {"from": replaced}) == gone


def test_who_was_replaced_names_no_mirror(relationship, refusal, replaced, hospital):
    gone = ("RelationshipOwnerReplaced", replaced)
    assert refusal(relationship.changeMirror, hospital.address, {"from": replaced}) == gone


def test_who_was_replaced_confirms_no_record(relationship, refusal, attested, replaced):
    gone = ("RelationshipOwnerReplaced", replaced)
    assert refusal(relationship.confirmRecord, attested, {"from": replaced}) == gone


@pytest.mark.parametrize("signs", [True, False])
def test_who_was_replaced_anchors_nothing(relationship, refusal, draft, replaced, signs):
    """By signature, or as the caller."""
    authored, confirmation, signature = draft.submission
    call = (authored, confirmation, signature if signs else b"", {"from": replaced})
    assert refusal(relationship.anchor, *call) == ("RelationshipOwnerReplaced", replaced)


def test_the_successor_anchors_nothing_before_it_follows(
    relationship, refusal, draft, replaced, bob
):
    gone = ("RelationshipOwnerReplaced", replaced)
    call = (*draft.but(owner=bob).submission, {"from": bob})
    assert refusal(relationship.anchor, *call) == gone


def test_the_institution_still_anchors_what_is_attested(relationship, replaced, attested):
    assert relationship.recordOf(attested)["status"] == 2


def test_p41_who_was_replaced_still_revokes(relationship, grant, alice, bob, clinic, alliance):
    relationship.grantAccess(grant.terms, {"from": alice})
    merge(alliance, clinic, alice, bob)
    relationship.revokeAccess(grant.id, {"from": alice})
    assert relationship.grantOf(grant.id)[0] == REVOKED_GRANT


def test_p41_who_was_replaced_still_refuses_a_request(relationship, places, replaced, dr_li):
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    relationship.refuseRequest(request_id(dr_li), {"from": replaced})
    assert relationship.requestOf(request_id(dr_li)) == (dr_li, REFUSED_REQUEST)


def test_p41_who_was_replaced_still_refuses_a_proposal(alliance, proposed, alice, bob, hospital):
    merge(alliance, hospital, alice, bob)
    proposed.refuse({"from": alice})
    assert proposed.status() == REFUSED


def test_p41_who_was_replaced_still_ends(relationship, replaced):
    relationship.end({"from": replaced})
    assert relationship.status() == ENDED


def test_after_following_the_account_that_was_replaced_is_a_stranger(
    followed, refusal, grant, replaced, hospital
):
    for call in (
        (followed.grantAccess, grant.terms),
        (followed.revokeAccess, grant.id),
        (followed.refuseRequest, digest("request")),
        (followed.changeMirror, hospital.address),
        (followed.confirmRecord, digest("record 1")),
    ):
        assert refusal(*call, {"from": replaced}) == ("RelationshipNotOwner", replaced)
    for call in ((followed.end,), (followed.rewrapRoot, 1, WRAP)):
        assert refusal(*call, {"from": replaced}) == ("RelationshipNotParty", replaced)


def test_after_following_the_old_signature_anchors_nothing(followed, refusal, draft, bob, relay):
    invalid = ("RecordSignatureInvalid", bob)
    assert refusal(followed.anchor, *draft.submission, {"from": relay}) == invalid


def test_the_successor_anchors_and_confirms(followed, draft, clinic, bob, relay):
    followed.anchor(*draft.but(owner=bob).submission, {"from": relay})
    assert followed.recordOf(draft.record)["status"] == 1
    late = draft.but(record=digest("record 2"), deadline=now() - 1)
    followed.anchorAttested(late.authored, 1, {"from": clinic})
    followed.confirmRecord(late.record, {"from": bob})
    assert followed.recordOf(late.record)["status"] == 1


def test_the_successor_grants_and_names_a_mirror(followed, grant, bob, hospital_b):
    followed.grantAccess(grant.terms, {"from": bob})
    followed.changeMirror(hospital_b, {"from": bob})
    assert followed.isGrantLive(grant.id)
    assert followed.parties()[2] == hospital_b


def test_a_grant_lives_on_and_the_successor_revokes_it(
    alliance, factory, relationship, grant, alice, bob, clinic
):
    relationship.grantAccess(grant.terms, {"from": alice})
    merge(alliance, clinic, alice, bob)
    factory.follow(relationship, {"from": bob})
    assert relationship.isGrantLive(grant.id)
    tx = relationship.revokeAccess(grant.id, {"from": bob})
    assert told(tx) == [("AccessRevoked", {"id": grant.id})]
    assert relationship.keyEpoch() == (1, True)


def test_the_successor_answers_a_proposal(alliance, factory, proposed, refusal, alice, bob, clinic):
    merge(alliance, clinic, alice, bob)
    factory.follow(proposed, {"from": bob})
    assert refusal(proposed.accept, {"from": alice}) == ("RelationshipNotParty", alice)
    proposed.accept({"from": bob})
    assert proposed.parties()[::3] == (bob, ACCEPTED)


def test_the_successor_withdraws_what_the_owner_proposed(
    alliance, factory, refusal, alice, bob, hospital, lead
):
    mine = alliance.propose(alice, alice, hospital, lead)
    merge(alliance, hospital, alice, bob)
    factory.follow(mine, {"from": bob})
    assert refusal(mine.accept, {"from": bob}) == ("RelationshipNotParty", bob)
    mine.end({"from": bob})
    assert mine.status() == ENDED


def test_a_successor_is_no_viewer_of_its_own(followed, refusal, grant, bob):
    itself = grant.but(viewer=bob, affiliation=bytes(32))
    inactive = ("GrantViewerInactive", bob, bytes(32))
    assert refusal(followed.grantAccess, itself.terms, {"from": bob}) == inactive


def test_who_was_replaced_is_no_viewer_either(followed, refusal, grant, replaced, bob):
    former = grant.but(viewer=replaced, affiliation=bytes(32))
    inactive = ("GrantViewerInactive", replaced, bytes(32))
    assert refusal(followed.grantAccess, former.terms, {"from": bob}) == inactive


def test_the_successor_is_not_its_own_mirror(
    alliance, consortium, followed, refusal, founders, bob
):
    alliance.admit(bob, "错误", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": bob})
    invalid = ("RelationshipMirrorInvalid", bob)
    assert refusal(followed.changeMirror, bob.address, {"from": bob}) == invalid
