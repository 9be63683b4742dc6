"""`admit` refuses what is not in the batch, or was not agreed to in the right form (P80, T34)."""

from functools import partial

import pytest

from tests.alliance import (
    ACCEPTED,
    DIAGNOSES,
    ENDED,
    LABORATORY,
    PENDING,
    REFUSED,
    at_least,
    now,
    padded,
)
from tests.functional.relationship.batch import anchor_batch
from tests.signing import ZERO, Domain, digest, malleated

CONFIRMED = 1


@pytest.fixture
def batches(alliance):
    """Where batches are anchored."""
    return alliance.contracts["Batches"]


@pytest.fixture
def batched(batches, clinic):
    """Anchor records in a batch of the clinic's; return what `admit` takes for each."""
    return partial(anchor_batch, batches, clinic)


@pytest.fixture
def entry(batched, draft):
    """The draft in a batch, confirmed by Alice."""
    return batched(draft.submission)[0]


@pytest.fixture
def overdue(draft):
    """A draft that Alice did not answer in time."""
    return draft.but(deadline=now() - 1)


@pytest.fixture
def refused(relationship, batched, refusal, relay):
    """Put a submission into a batch as it is; return how its admission is refused."""

    def refused(*submission):
        return refusal(relationship.admit, *batched(submission)[0], {"from": relay})

    return refused


@pytest.fixture
def outside(refusal, relationship, entry, clinic, relay):
    """See that an entry whose place in the batch was changed is refused."""

    def outside(batch=1, **changes):
        *submission, place = entry
        fields = dict(zip(("batch", "index", "blinding", "path"), place, strict=True))
        inclusion = tuple((fields | {"batch": batch} | changes).values())
        invalid = ("BatchLeafInvalid", batch, clinic)
        call = (*submission, inclusion, {"from": relay})
        assert refusal(relationship.admit, *call) == invalid

    return outside


@pytest.fixture
def at_hospital(alliance, proposed, draft, places, dr_li):
    """A record of Dr Li's for the hospital's relationship, which Alice did not answer."""
    domain, ward = alliance.records(proposed), places.hospital_ward
    return draft.but(domain=domain, author=dr_li, affiliation=ward, deadline=now() - 1)


def unanswered(draft):
    """What is submitted of a draft that its owner did not sign."""
    return (draft.authored, draft.confirmation, b"")


def test_a_record_stands_at_its_place(outside, entry):
    _, index, _, path = entry[3]
    outside(index=index + 1)
    outside(index=index - 1)
    outside(index=index + 2 ** len(path))
    outside(path=path[::-1])
    outside(path=path[:-1])


def test_p80_a_record_is_hidden_by_its_blinding(outside):
    outside(blinding=digest("guessed"))
    outside(blinding=ZERO)


def test_a_record_stands_in_its_batch(outside, batched, draft):
    batched(draft.but(record=digest("record 2")).submission)
    for batch in (0, 2, 3):
        outside(batch=batch)


def test_a_batch_is_the_relationships_institutions(
    relationship, batches, draft, refusal, clinic, hospital, relay
):
    foreign = anchor_batch(batches, hospital, draft.submission)[0]
    invalid = ("BatchLeafInvalid", 1, clinic)
    assert refusal(relationship.admit, *foreign, {"from": relay}) == invalid


FIELDS = {
    "record": digest("record 2"),
    "parent": digest("record 0"),
    "leaf0": digest("another payload"),
    "content_root": digest("other content"),
    "affiliation": bytes(31) + b"\1",
    "deadline": 2**40,
    "locator": b"nowhere",
    "epoch": 2,
}


@pytest.mark.parametrize("field", FIELDS)
def test_t34_another_record_is_not_in_the_batch(
    registrar, relationship, draft, entry, refusal, clinic, dr_wang, relay, field
):
    """Both signed the other one too: what is missing is only the institution's commitment."""
    change = {field: FIELDS[field]}
    if field == "affiliation":
        registrar.setAffiliation(dr_wang, padded(clinic), 1, {"from": clinic})
        change = {field: padded(clinic)}
    other = draft.but(**change)
    call = (*other.submission, entry[3], {"from": relay})
    assert refusal(relationship.admit, *call) == ("BatchLeafInvalid", 1, clinic)


def test_another_kind_is_not_in_the_batch(
    relationship, draft, places, entry, refusal, clinic, relay
):
    other = draft.but(kind=LABORATORY, profile=places.profiles[LABORATORY])
    call = (*other.submission, entry[3], {"from": relay})
    assert refusal(relationship.admit, *call) == ("BatchLeafInvalid", 1, clinic)


def test_another_author_is_not_in_the_batch(
    alliance, registrar, relationship, draft, entry, refusal, carol, clinic, relay
):
    alliance.register(carol, clinic, 2)
    registrar.setAffiliation(carol, draft.affiliation, 1, {"from": clinic})
    other = draft.but(author=carol)
    call = (*other.submission, entry[3], {"from": relay})
    assert refusal(relationship.admit, *call) == ("BatchLeafInvalid", 1, clinic)


def test_t34_nobody_leaves_out_the_owners_signature(
    relationship, batched, overdue, refusal, clinic
):
    answered = overdue.but(deadline=now() + 3_600)
    entry = batched(answered.submission)[0]
    call = (*unanswered(answered), entry[3], {"from": clinic})
    assert refusal(relationship.admit, *call) == ("BatchLeafInvalid", 1, clinic)


def test_t34_nobody_adds_an_owners_signature(relationship, batched, overdue, refusal, clinic):
    entry = batched(unanswered(overdue))[0]
    call = (*overdue.submission, entry[3], {"from": clinic})
    assert refusal(relationship.admit, *call) == ("BatchLeafInvalid", 1, clinic)


def test_t34_a_record_is_admitted_once(relationship, draft, entry, refusal, relay):
    relationship.admit(*entry, {"from": relay})
    used = ("RecordIdInvalid", draft.record)
    assert refusal(relationship.admit, *entry, {"from": relay}) == used
    assert refusal(relationship.anchor, *draft.submission, {"from": relay}) == used


def test_t34_a_record_that_was_anchored_is_not_admitted(relationship, draft, entry, refusal, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    used = ("RecordIdInvalid", draft.record)
    assert refusal(relationship.admit, *entry, {"from": relay}) == used


def test_a_record_has_an_id(draft, refused):
    assert refused(*draft.but(record=ZERO).submission) == ("RecordIdInvalid", ZERO)


def test_a_nonce_of_the_owner_is_used_once(relationship, draft, entry, refusal, relay):
    other = draft.but(record=digest("record 2"))
    relationship.anchor(*other.submission, {"from": relay})
    used = ("RecordNonceUsed", draft.nonce)
    assert refusal(relationship.admit, *entry, {"from": relay}) == used


def test_a_nonce_used_by_admission_is_used(relationship, draft, entry, refusal, relay):
    relationship.admit(*entry, {"from": relay})
    other = draft.but(record=digest("record 2"))
    used = ("RecordNonceUsed", draft.nonce)
    assert refusal(relationship.anchor, *other.submission, {"from": relay}) == used


@pytest.mark.parametrize("length", [0, 257])
def test_a_locator_has_a_length(draft, refused, length):
    wrong = draft.but(locator=bytes(length))
    assert refused(*wrong.submission) == ("RelationshipLengthInvalid", length)


@pytest.mark.parametrize("length", [1, 256])
def test_the_shortest_and_the_longest_locator_are_taken(
    relationship, batched, draft, relay, length
):
    entry = batched(draft.but(locator=bytes(length)).submission)[0]
    relationship.admit.call(*entry, {"from": relay})


def test_an_unknown_parent_is_refused(draft, refused):
    orphan = draft.but(parent=digest("nowhere"))
    assert refused(*orphan.submission) == ("RecordParentInvalid", digest("nowhere"))


def test_a_record_of_another_relationship_is_refused(
    alliance, batches, proposed, draft, refusal, alice, hospital, relay
):
    proposed.accept({"from": alice})
    entry = anchor_batch(batches, hospital, draft.submission)[0]
    invalid = ("RecordRelationshipInvalid", draft.relationship)
    assert refusal(proposed.admit, *entry, {"from": relay}) == invalid


@pytest.mark.parametrize("signer", ["mallory", "alice", "clinic", "dr_li"])
def test_nobody_attests_for_the_author(draft, refused, request, dr_wang, signer):
    forger = request.getfixturevalue(signer)
    signature = draft.domain.sign(forger, "Attestation", draft.attestation)
    authored = (*draft.authored[:2], signature, *draft.authored[3:])
    invalid = ("RecordSignatureInvalid", dr_wang)
    assert refused(authored, draft.confirmation, draft.signature) == invalid


@pytest.mark.parametrize("signer", ["mallory", "dr_wang", "clinic", "bob"])
def test_nobody_confirms_for_the_owner(draft, refused, request, alice, signer):
    forged = draft.but(owner=request.getfixturevalue(signer))
    assert refused(*forged.submission) == ("RecordSignatureInvalid", alice)


@pytest.mark.parametrize("whose", ["author", "owner"])
def test_t10_high_s_twins_are_refused(draft, refused, alice, dr_wang, whose):
    authored, confirmation, signature = draft.submission
    if whose == "author":
        authored = (*authored[:2], malleated(authored[2]), *authored[3:])
    else:
        signature = malleated(signature)
    invalid = ("RecordSignatureInvalid", {"author": dr_wang, "owner": alice}[whose])
    assert refused(authored, confirmation, signature) == invalid


@pytest.mark.parametrize("field", ["name", "chain_id"])
def test_t09_signatures_for_another_domain_are_refused(
    relationship, draft, refused, dr_wang, field
):
    right = {"name": draft.domain.name, "chain_id": draft.domain.chain_id}
    wrong = {"name": "Chartkey Registrar", "chain_id": 1}
    domain = Domain(contract=relationship.address, **(right | {field: wrong[field]}))
    other = draft.but(domain=domain)
    assert refused(*other.submission) == ("RecordSignatureInvalid", dr_wang)


ALTERED = {
    "leaf0": digest("another payload"),
    "locator": b"elsewhere",
    "content_root": digest("other content"),
}


@pytest.mark.parametrize("field", ALTERED)
def test_what_the_owner_did_not_sign_is_refused(draft, refused, field):
    other = draft.but(**{field: ALTERED[field]})
    invalid = ("RecordBindingInvalid", draft.record)
    assert refused(other.authored, draft.confirmation, draft.signature) == invalid


def test_an_owner_confirms_the_content_in_no_other_place(draft, refused):
    """The root says nothing of the deadline: only the attestation's hash does."""
    other = draft.but(deadline=draft.deadline + 1)
    invalid = ("RecordBindingInvalid", draft.record)
    assert refused(other.authored, draft.confirmation, draft.signature) == invalid


@pytest.mark.parametrize("place", [3, 4, 5], ids=["epoch", "nonce", "deadline"])
def test_a_confirmation_changed_after_signing_is_refused(draft, refused, alice, place):
    given = draft.confirmation
    changed = (*given[:place], given[place] + 1, *given[place + 1 :])
    invalid = ("RecordSignatureInvalid", alice)
    assert refused(draft.authored, changed, draft.signature) == invalid


@pytest.mark.parametrize("profile", ["unknown", "of another kind"])
def test_a_profile_was_adopted_for_the_kind(draft, places, refused, profile):
    given = {"unknown": digest("unknown"), "of another kind": places.profiles[LABORATORY]}
    wrong = draft.but(profile=given[profile])
    assert refused(*wrong.submission) == ("RecordProfileInvalid", wrong.profile, DIAGNOSES)


def test_the_author_acted_for_this_institution(draft, places, refused, dr_li):
    foreign = draft.but(author=dr_li, affiliation=places.hospital_ward)
    inactive = ("RecordAuthorInactive", dr_li, places.hospital_ward)
    assert refused(*foreign.submission) == inactive


@pytest.mark.parametrize("author", ["dr_li", "alice", "mallory"])
def test_the_author_was_affiliated(draft, refused, request, author):
    stranger = request.getfixturevalue(author)
    foreign = draft.but(author=stranger)
    inactive = ("RecordAuthorInactive", stranger, draft.affiliation)
    assert refused(*foreign.submission) == inactive


@pytest.mark.parametrize("affiliation", ["unknown", "the house"])
def test_an_affiliation_was_the_authors_own(draft, refused, clinic, dr_wang, affiliation):
    given = {"unknown": digest("unknown"), "the house": padded(clinic)}[affiliation]
    other = draft.but(affiliation=given)
    assert refused(*other.submission) == ("RecordAuthorInactive", dr_wang, given)


@pytest.mark.parametrize("status", [PENDING, REFUSED])
def test_r10_what_was_never_accepted_takes_nothing_in(
    batches, proposed, at_hospital, refusal, alice, hospital, status
):
    entry = anchor_batch(batches, hospital, unanswered(at_hospital))[0]
    if status == REFUSED:
        proposed.refuse({"from": alice})
    invalid = ("RelationshipStatusInvalid", status)
    assert refusal(proposed.admit, *entry, {"from": hospital}) == invalid


def test_a_batch_may_be_older_than_the_acceptance(batches, proposed, at_hospital, alice, hospital):
    entry = anchor_batch(batches, hospital, unanswered(at_hospital))[0]
    proposed.accept({"from": alice})
    assert proposed.status() == ACCEPTED
    proposed.admit(*entry, {"from": hospital})
    assert proposed.recordOf(at_hospital.record)["author"] == at_hospital.author


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_r10_a_withdrawn_proposal_takes_nothing_in(
    batches, proposed, at_hospital, refusal, request, hospital, who
):
    """It ended without having been accepted: the owner never agreed to any record."""
    entry = anchor_batch(batches, hospital, unanswered(at_hospital))[0]
    proposed.end({"from": request.getfixturevalue(who)})
    invalid = ("RelationshipStatusInvalid", ENDED)
    assert refusal(proposed.admit, *entry, {"from": hospital}) == invalid


def test_r10_a_batch_of_after_the_end_is_not_admitted(
    relationship, batched, overdue, refusal, alice, clinic
):
    """Nothing is attested after the end: a batch is no way around that."""
    relationship.end({"from": alice})
    at_least(1)
    entry = batched(unanswered(overdue))[0]
    invalid = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.admit, *entry, {"from": clinic}) == invalid


@pytest.mark.parametrize("field", ["locator", "epoch"])
def test_t34_nobody_chooses_what_nobody_signed(
    relationship, batched, overdue, refusal, clinic, mallory, field
):
    """Of what was attested only, the batch itself commits to locator and epoch."""
    entry = batched(unanswered(overdue))[0]
    other = overdue.but(**{field: FIELDS[field]})
    invalid = ("BatchLeafInvalid", 1, clinic)
    for who in (clinic, mallory):
        call = (*unanswered(other), entry[3], {"from": who})
        assert refusal(relationship.admit, *call) == invalid
