"""`admit`: a record of a batch, as of the time when the batch was anchored (R63, P80)."""

from functools import partial

import pytest
from eth_utils import keccak

from tests.alliance import (
    DAY,
    DIAGNOSES,
    RECORD,
    REVOKED,
    SUSPENDED,
    at,
    at_least,
    now,
    told,
)
from tests.functional.relationship.batch import anchor_batch
from tests.signing import ZERO, digest

CONFIRMED, ATTESTED = 1, 2


@pytest.fixture
def batched(alliance, clinic):
    """Anchor records in a batch of the clinic's; return what `admit` takes for each."""
    return partial(anchor_batch, alliance.contracts["Batches"], clinic)


@pytest.fixture
def entry(batched, draft):
    """The draft in a batch, confirmed by Alice."""
    return batched(draft.submission)[0]


@pytest.fixture
def overdue(draft):
    """A draft that Alice did not answer in time."""
    return draft.but(deadline=now() - 1)


@pytest.fixture
def attested(batched, overdue):
    """The same in a batch."""
    return batched((overdue.authored, overdue.confirmation, b""))[0]


@pytest.fixture
def rotating(relationship, grant, alice):
    """A relationship whose next record opens an epoch."""
    relationship.grantAccess(grant.terms, {"from": alice})
    relationship.revokeAccess(grant.id, {"from": alice})
    return relationship


def test_a_confirmed_record_is_told_and_stored(relationship, draft, entry, dr_wang, relay):
    anchored_at = now()
    at_least(DAY)
    tx = relationship.admit(*entry, {"from": relay})
    admission = (draft.root, anchored_at, 1, CONFIRMED, draft.nonce)
    admitted = {"recordId": draft.record, "author": dr_wang, "batch": 1}
    admitted |= {"attestation": draft.attestation, "admission": admission}
    admitted |= {"epoch": 1, "locator": draft.locator}
    assert told(tx) == [("RecordAdmitted", admitted)]
    record = relationship.recordOf(draft.record)
    assert (bytes(record[0]), bytes(record[1])) == (draft.root, keccak(draft.locator))
    assert record[2:] == (dr_wang, DIAGNOSES, CONFIRMED, 1, anchored_at, False)


def test_an_attested_record_is_told_and_visibly_so(
    relationship, overdue, attested, clinic, dr_wang
):
    anchored_at = now()
    at_least(DAY)
    tx = relationship.admit(*attested, {"from": clinic})
    admission = (overdue.root, anchored_at, 1, ATTESTED, 0)
    admitted = {"recordId": overdue.record, "author": dr_wang, "batch": 1}
    admitted |= {"attestation": overdue.attestation, "admission": admission}
    admitted |= {"epoch": 1, "locator": overdue.locator}
    assert told(tx) == [("RecordAdmitted", admitted)]
    record = relationship.recordOf(overdue.record)
    assert (bytes(record[0]), bytes(record[1])) == (overdue.root, keccak(overdue.locator))
    assert record[2:] == (dr_wang, DIAGNOSES, ATTESTED, 1, anchored_at, False)


def test_only_a_confirmed_record_uses_a_nonce(relationship, batched, draft, overdue, clinic):
    late = overdue.but(record=digest("record 2"), nonce=8)
    unanswered = (late.authored, late.confirmation, b"")
    first, second = batched(draft.but(nonce=7).submission, unanswered)
    for entry in (first, second):
        relationship.admit(*entry, {"from": clinic})
    assert relationship.isAnchorNonceUsed(7)
    assert not relationship.isAnchorNonceUsed(8)


def test_it_can_be_relayed(alliance, relationship, draft, entry, alice, relay):
    alliance.relay(relay, alice, relationship.admit, *entry)
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


@pytest.mark.parametrize("who", ["alice", "clinic", "dr_wang", "lead", "mallory"])
def test_anyone_submits_what_both_signed(relationship, draft, entry, request, who):
    relationship.admit(*entry, {"from": request.getfixturevalue(who)})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


@pytest.mark.parametrize("who", ["alice", "clinic", "mallory"])
def test_anyone_submits_what_only_the_author_signed(relationship, overdue, attested, request, who):
    relationship.admit(*attested, {"from": request.getfixturevalue(who)})
    assert relationship.recordOf(overdue.record)["status"] == ATTESTED


def test_the_owner_confirms_a_record_that_was_admitted_as_attested(
    relationship, overdue, attested, alice, clinic
):
    relationship.admit(*attested, {"from": clinic})
    relationship.confirmRecord(overdue.record, {"from": alice})
    assert relationship.recordOf(overdue.record)["status"] == CONFIRMED


def test_a_record_is_granted_by_itself_once_it_is_admitted(
    relationship, draft, entry, grant, refusal, alice, relay
):
    single = grant.but(scope=RECORD, record=draft.record)
    unknown = ("GrantScopeInvalid", RECORD)
    assert refusal(relationship.grantAccess, single.terms, {"from": alice}) == unknown
    relationship.admit(*entry, {"from": relay})
    relationship.grantAccess(single.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)


def test_a_record_is_corrected_once_it_is_admitted(relationship, draft, entry, refusal, relay):
    corrected = draft.but(record=digest("record 2"), parent=draft.record, nonce=1)
    unknown = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.anchor, *corrected.submission, {"from": relay}) == unknown
    relationship.admit(*entry, {"from": relay})
    relationship.anchor(*corrected.submission, {"from": relay})
    assert relationship.recordOf(draft.record)["superseded"]


def test_versions_of_one_batch_are_admitted_in_their_order(
    relationship, batched, draft, refusal, relay
):
    corrected = draft.but(record=digest("record 2"), parent=draft.record, nonce=1)
    first, second = batched(draft.submission, corrected.submission)
    unknown = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.admit, *second, {"from": relay}) == unknown
    relationship.admit(*first, {"from": relay})
    relationship.admit(*second, {"from": relay})
    assert relationship.recordOf(draft.record)["superseded"]
    assert not relationship.recordOf(corrected.record)["superseded"]


def test_of_two_corrections_the_second_is_refused(relationship, batched, draft, refusal, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    first, second = (
        draft.but(record=digest(f"record {n}"), parent=draft.record, nonce=n) for n in (2, 3)
    )
    admissions = batched(first.submission, second.submission)
    relationship.admit(*admissions[0], {"from": relay})
    lost = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.admit, *admissions[1], {"from": relay}) == lost


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_an_ended_relationship_still_takes_in_its_batches(
    relationship, batched, draft, overdue, request, relay, who
):
    late = overdue.but(record=digest("record 2"), nonce=1)
    submissions = (draft.submission, (late.authored, late.confirmation, b""))
    entries = batched(*submissions)
    relationship.end({"from": request.getfixturevalue(who)})
    at_least(DAY)
    for entry in entries:
        relationship.admit(*entry, {"from": relay})
    found = [relationship.recordOf(record)["status"] for record in (draft.record, late.record)]
    assert found == [CONFIRMED, ATTESTED]


def test_p43_batches_outlast_the_institutions_standing(
    alliance, relationship, draft, entry, founders, relay
):
    for action in (2, 4):
        alliance.stand(founders[3], action, founders[:3])
        relationship.admit.call(*entry, {"from": relay})
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_what_the_author_was_is_enough(
    registrar, relationship, draft, entry, clinic, dr_wang, relay, function, standing
):
    ward = draft.affiliation
    arguments = {"setLicence": (dr_wang,), "setAffiliation": (dr_wang, ward)}
    given = arguments.get(function, (ward,))
    getattr(registrar, function)(*given, standing, {"from": clinic})
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["author"] == dr_wang


def test_a_profile_may_have_been_retired_since(
    alliance, consortium, relationship, draft, entry, founders, relay
):
    options = {"from": founders[0]}
    proposed = consortium.proposeProfileRetirement(draft.profile, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["kind"] == DIAGNOSES


def test_an_owners_deadline_may_have_passed_since(relationship, draft, entry, relay):
    at(draft.deadline + 1)
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


def spread(draft):
    """Drafts whose deadlines follow one another: a batch's time is one of them."""
    start = now() - 1
    return [draft.but(record=digest(f"record {n}"), nonce=n, deadline=start + n) for n in range(8)]


def test_an_owners_signature_holds_until_its_deadline(relationship, batched, draft, refusal, relay):
    drafts = spread(draft)
    entries = batched(*(each.submission for each in drafts))
    anchored_at = now()
    by_deadline = {d.deadline: entry for d, entry in zip(drafts, entries, strict=True)}
    relationship.admit.call(*by_deadline[anchored_at], {"from": relay})
    late = ("RecordDeadlineInvalid", anchored_at - 1)
    assert refusal(relationship.admit, *by_deadline[anchored_at - 1], {"from": relay}) == late


def test_the_owner_has_until_the_deadline_before_a_batch_attests(
    relationship, batched, draft, refusal, clinic
):
    drafts = spread(draft)
    entries = batched(*((each.authored, each.confirmation, b"") for each in drafts))
    anchored_at = now()
    by_deadline = {d.deadline: entry for d, entry in zip(drafts, entries, strict=True)}
    at_least(DAY)
    early = ("RecordDeadlineInvalid", anchored_at)
    assert refusal(relationship.admit, *by_deadline[anchored_at], {"from": clinic}) == early
    relationship.admit.call(*by_deadline[anchored_at - 1], {"from": clinic})


@pytest.mark.parametrize("epoch", [0, 3])
def test_an_epoch_is_at_most_the_next(relationship, batched, draft, refusal, relay, epoch):
    entry = batched(draft.but(epoch=epoch).submission)[0]
    invalid = ("RecordEpochInvalid", epoch, 1)
    assert refusal(relationship.admit, *entry, {"from": relay}) == invalid


@pytest.mark.parametrize("epoch", [0, 3])
def test_a_revocation_forces_no_other_epoch_than_the_next(
    rotating, batched, draft, refusal, relay, epoch
):
    entry = batched(draft.but(epoch=epoch).submission)[0]
    invalid = ("RecordEpochInvalid", epoch, 2)
    assert refusal(rotating.admit, *entry, {"from": relay}) == invalid


def test_a_record_may_open_an_epoch(relationship, batched, draft, relay):
    entry = batched(draft.but(epoch=2).submission)[0]
    _, event = told(relationship.admit(*entry, {"from": relay}))[0]
    assert (event["epoch"], event["admission"][2]) == (2, 2)
    assert relationship.recordOf(draft.record)["epoch"] == 2
    assert relationship.keyEpoch() == (2, False)


def test_t18_a_record_of_the_next_epoch_completes_a_rotation(rotating, batched, draft, relay):
    entry = batched(draft.but(epoch=2).submission)[0]
    rotating.admit(*entry, {"from": relay})
    assert rotating.keyEpoch() == (2, False)


def test_t18_an_older_record_leaves_a_rotation_pending(rotating, entry, draft, relay):
    rotating.admit(*entry, {"from": relay})
    assert rotating.recordOf(draft.record)["epoch"] == 1
    assert rotating.keyEpoch() == (1, True)


def test_an_epoch_may_have_been_followed_by_another(relationship, entry, draft, relay):
    newer = draft.but(record=digest("record 2"), nonce=1, epoch=2)
    relationship.anchor(*newer.submission, {"from": relay})
    _, event = told(relationship.admit(*entry, {"from": relay}))[0]
    assert (event["epoch"], event["admission"][2]) == (2, 1)
    assert relationship.recordOf(draft.record)["epoch"] == 1
    assert relationship.keyEpoch() == (2, False)


@pytest.mark.parametrize("epoch", [1, 2])
def test_of_what_nobody_signed_only_the_epoch_counts(relationship, batched, overdue, clinic, epoch):
    """A confirmation of zeros and an epoch: there is no owner's signature to bind it."""
    blank = (ZERO, ZERO, ZERO, epoch, 0, 0)
    entry = batched((overdue.authored, blank, b""))[0]
    relationship.admit(*entry, {"from": clinic})
    assert relationship.recordOf(overdue.record)["epoch"] == epoch
    assert not relationship.isAnchorNonceUsed(0)
