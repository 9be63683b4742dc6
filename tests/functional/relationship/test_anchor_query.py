"""`anchorQuery`: a pointer at data that stays with the institution (R11, P43)."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from tests.alliance import DAY, DIAGNOSES, ENDED, LABORATORY, PENDING, RECORD, now, told
from tests.signing import ZERO, digest

CONFIRMED, ATTESTED = 1, 2


@dataclass(frozen=True)
class Query:
    """A pointer as the institution hands it over, in the order of its struct."""

    record: bytes
    parent: bytes
    kind: int
    profile: bytes
    name: bytes = b"diagnoses_by_patient".ljust(32, b"\0")
    root: bytes = digest("salted result")
    epoch: int = 1
    host: bytes = b"host".ljust(64, b".")

    def but(self, **changes: Any) -> Query:
        """Return a pointer with other fields."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        return astuple(self)


@pytest.fixture
def query(places):
    """A pointer at Alice's diagnoses; not yet anchored."""
    return Query(digest("query 1"), ZERO, DIAGNOSES, places.profiles[DIAGNOSES])


@pytest.fixture
def pointer(relationship, query, clinic):
    """The same, anchored."""
    relationship.anchorQuery(query.terms, {"from": clinic})
    return query.record


@pytest.fixture
def rotating(relationship, grant, alice):
    """A relationship whose next record opens an epoch."""
    relationship.grantAccess(grant.terms, {"from": alice})
    relationship.revokeAccess(grant.id, {"from": alice})
    return relationship


def test_a_query_is_told_and_stored_as_attested(relationship, query, clinic):
    tx = relationship.anchorQuery(query.terms, {"from": clinic})
    anchored = {"recordId": query.record, "parent": ZERO, "name": query.name}
    anchored |= {"kind": DIAGNOSES, "profile": query.profile, "epoch": 1}
    anchored |= {"root": query.root, "host": query.host}
    assert told(tx) == [("QueryAnchored", anchored)]
    record = relationship.recordOf(query.record)
    hash = keccak(query.name + query.host)
    assert (bytes(record[0]), bytes(record[1])) == (query.root, hash)
    assert record[2:] == (clinic, DIAGNOSES, ATTESTED, 1, now(), False)
    assert relationship.keyEpoch() == (1, False)


def test_it_can_be_relayed(alliance, relationship, query, clinic, relay):
    alliance.relay(relay, clinic, relationship.anchorQuery, query.terms)
    assert relationship.recordOf(query.record)["author"] == clinic


def test_only_the_institution_points_at_its_data(relationship, query, refusal, request):
    for who in ("alice", "bob", "dr_wang", "lead", "hospital", "mallory"):
        account = request.getfixturevalue(who)
        denied = ("RelationshipNotParty", account)
        assert refusal(relationship.anchorQuery, query.terms, {"from": account}) == denied


def test_a_suspended_institution_points_at_nothing(relationship, query, refusal, clinic_suspended):
    inactive = ("RelationshipInstitutionInactive", clinic_suspended)
    assert refusal(relationship.anchorQuery, query.terms, {"from": clinic_suspended}) == inactive


def test_nothing_is_pointed_at_before_acceptance(proposed, query, refusal, hospital):
    pending = ("RelationshipStatusInvalid", PENDING)
    assert refusal(proposed.anchorQuery, query.terms, {"from": hospital}) == pending


def test_nothing_is_pointed_at_after_the_end(relationship, query, refusal, alice, clinic):
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.anchorQuery, query.terms, {"from": clinic}) == ended


def test_a_pointer_has_an_id(relationship, query, refusal, clinic):
    invalid = ("RecordIdInvalid", ZERO)
    nameless = query.but(record=ZERO)
    assert refusal(relationship.anchorQuery, nameless.terms, {"from": clinic}) == invalid


@pytest.mark.parametrize("missing", [["name"], ["root"], ["name", "root"]], ids=" and ".join)
def test_a_pointer_names_a_query_and_commits_to_a_result(
    relationship, query, refusal, clinic, missing
):
    blank = query.but(**dict.fromkeys(missing, ZERO))
    invalid = ("RecordQueryInvalid", blank.name, blank.root)
    assert refusal(relationship.anchorQuery, blank.terms, {"from": clinic}) == invalid


def test_t34_a_pointer_is_anchored_once(relationship, pointer, query, refusal, clinic):
    used = ("RecordIdInvalid", pointer)
    again = query.but(root=digest("another result"))
    assert refusal(relationship.anchorQuery, query.terms, {"from": clinic}) == used
    assert refusal(relationship.anchorQuery, again.terms, {"from": clinic}) == used


def test_records_and_pointers_share_their_ids(
    relationship, pointer, draft, query, refusal, clinic, relay
):
    same = draft.but(record=pointer)
    used = ("RecordIdInvalid", pointer)
    assert refusal(relationship.anchor, *same.submission, {"from": relay}) == used
    relationship.anchor(*draft.submission, {"from": relay})
    used = ("RecordIdInvalid", draft.record)
    same = query.but(record=draft.record)
    assert refusal(relationship.anchorQuery, same.terms, {"from": clinic}) == used


@pytest.mark.parametrize("length", [0, 257])
def test_a_host_has_a_length(relationship, query, refusal, clinic, length):
    invalid = ("RelationshipLengthInvalid", length)
    wrong = query.but(host=bytes(length))
    assert refusal(relationship.anchorQuery, wrong.terms, {"from": clinic}) == invalid


@pytest.mark.parametrize("length", [1, 256])
def test_the_shortest_and_the_longest_host_are_taken(relationship, query, clinic, length):
    relationship.anchorQuery.call(query.but(host=bytes(length)).terms, {"from": clinic})


def test_a_pointers_profile_is_adopted_for_its_kind(relationship, query, places, refusal, clinic):
    for profile in (places.profiles[LABORATORY], digest("unknown")):
        wrong = query.but(profile=profile)
        invalid = ("RecordProfileInvalid", profile, DIAGNOSES)
        assert refusal(relationship.anchorQuery, wrong.terms, {"from": clinic}) == invalid
    other = query.but(kind=LABORATORY, profile=places.profiles[LABORATORY])
    relationship.anchorQuery(other.terms, {"from": clinic})
    assert relationship.recordOf(query.record)["kind"] == LABORATORY


def test_a_pointers_profile_is_not_retired(
    alliance, consortium, relationship, query, refusal, founders, clinic
):
    options = {"from": founders[0]}
    proposed = consortium.proposeProfileRetirement(query.profile, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    invalid = ("RecordProfileInvalid", query.profile, DIAGNOSES)
    assert refusal(relationship.anchorQuery, query.terms, {"from": clinic}) == invalid


def test_a_newer_pointer_replaces_the_head(relationship, pointer, query, refusal, clinic):
    newer = query.but(record=digest("query 2"), parent=pointer)
    tx = relationship.anchorQuery(newer.terms, {"from": clinic})
    assert told(tx)[0][1]["parent"] == pointer
    assert relationship.recordOf(pointer)["superseded"]
    assert not relationship.recordOf(newer.record)["superseded"]
    third = query.but(record=digest("query 3"), parent=pointer)
    lost = ("RecordParentInvalid", pointer)
    assert refusal(relationship.anchorQuery, third.terms, {"from": clinic}) == lost


@pytest.mark.parametrize("parent", ["nowhere", "query 1"])
def test_a_pointer_replaces_what_there_is(relationship, query, refusal, clinic, parent):
    orphan = query.but(parent=digest(parent))
    unknown = ("RecordParentInvalid", digest(parent))
    assert refusal(relationship.anchorQuery, orphan.terms, {"from": clinic}) == unknown


@pytest.mark.parametrize("epoch", [0, 3])
def test_a_pointers_epoch_is_the_current_or_the_next(relationship, query, refusal, clinic, epoch):
    invalid = ("RecordEpochInvalid", epoch, 1)
    wrong = query.but(epoch=epoch)
    assert refusal(relationship.anchorQuery, wrong.terms, {"from": clinic}) == invalid


def test_a_pointer_may_open_an_epoch(relationship, query, clinic):
    tx = relationship.anchorQuery(query.but(epoch=2).terms, {"from": clinic})
    assert told(tx)[0][1]["epoch"] == 2
    assert relationship.recordOf(query.record)["epoch"] == 2
    assert relationship.keyEpoch() == (2, False)


def test_t18_a_revocation_forces_a_pointer_into_a_new_epoch(rotating, query, refusal, clinic):
    for epoch in (1, 3):
        invalid = ("RecordEpochInvalid", epoch, 2)
        stale = query.but(epoch=epoch)
        assert refusal(rotating.anchorQuery, stale.terms, {"from": clinic}) == invalid
    rotating.anchorQuery(query.but(epoch=2).terms, {"from": clinic})
    assert rotating.keyEpoch() == (2, False)


def test_a_pointer_can_be_granted_by_itself(relationship, pointer, grant, alice):
    single = grant.but(scope=RECORD, record=pointer)
    relationship.grantAccess(single.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)


def test_p43_the_owner_confirms_a_pointer(relationship, pointer, alice):
    tx = relationship.confirmRecord(pointer, {"from": alice})
    assert told(tx) == [("RecordConfirmed", {"recordId": pointer})]
    assert relationship.recordOf(pointer)["status"] == CONFIRMED


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "attested"])
def test_p43_ciphertext_takes_a_pointers_place(
    relationship, pointer, draft, alice, clinic, relay, confirmed
):
    if confirmed:
        sealed = draft.but(parent=pointer)
        relationship.anchor(*sealed.submission, {"from": relay})
    else:
        sealed = draft.but(parent=pointer, deadline=now() - 1)
        relationship.anchorAttested(sealed.authored, 1, {"from": clinic})
    assert relationship.recordOf(pointer)["superseded"]
    record = relationship.recordOf(sealed.record)
    assert bytes(record["locatorHash"]) == keccak(sealed.locator)
    assert not record["superseded"]


def test_p43_ciphertext_takes_a_pointers_place_once(
    relationship, pointer, draft, query, refusal, clinic, relay
):
    sealed = draft.but(parent=pointer)
    relationship.anchor(*sealed.submission, {"from": relay})
    lost = ("RecordParentInvalid", pointer)
    again = draft.but(record=digest("record 2"), parent=pointer, nonce=1)
    assert refusal(relationship.anchor, *again.submission, {"from": relay}) == lost
    newer = query.but(record=digest("query 2"), parent=pointer)
    assert refusal(relationship.anchorQuery, newer.terms, {"from": clinic}) == lost
