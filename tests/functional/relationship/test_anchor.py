"""`anchor`: what clinician and owner both signed, on the head, in the right epoch (R13, P04)."""

import pytest
from eth_utils import keccak

from tests.alliance import (
    DAY,
    DIAGNOSES,
    ENDED,
    HOUR,
    LABORATORY,
    SUSPENDED,
    UNSPECIFIED,
    at,
    now,
    padded,
    told,
)
from tests.signing import ZERO, Domain, digest, malleated

CONFIRMED = 1


def test_a_confirmed_record_is_told_and_stored(relationship, draft, dr_wang, relay):
    tx = relationship.anchor(*draft.submission, {"from": relay})
    anchored = {"recordId": draft.record, "author": dr_wang, "parent": ZERO}
    anchored |= {"attestation": draft.attestation, "status": CONFIRMED, "epoch": 1}
    anchored |= {"root": draft.root, "nonce": draft.nonce, "locator": draft.locator}
    assert told(tx) == [("RecordAnchored", anchored)]
    record = relationship.recordOf(draft.record)
    assert (bytes(record[0]), bytes(record[1])) == (draft.root, keccak(draft.locator))
    assert record[2:] == (dr_wang, DIAGNOSES, CONFIRMED, 1, now(), False)
    assert relationship.isAnchorNonceUsed(draft.nonce)


def test_the_attestation_hash_is_eip712s(relationship, draft):
    assert bytes(relationship.attestationHash(draft.attestation)) == draft.attestation_hash


def test_a_record_of_an_unspecified_kind_is_anchored(relationship, draft, places, relay):
    other = draft.but(kind=UNSPECIFIED, profile=places.profiles[UNSPECIFIED])
    relationship.anchor(*other.submission, {"from": relay})
    assert relationship.recordOf(draft.record)["kind"] == UNSPECIFIED


def test_a_correction_replaces_the_head(relationship, draft, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    corrected = draft.but(record=digest("record 2"), parent=draft.record, nonce=1)
    tx = relationship.anchor(*corrected.submission, {"from": relay})
    assert told(tx)[0][1]["parent"] == draft.record
    assert relationship.recordOf(draft.record)["superseded"]
    assert not relationship.recordOf(corrected.record)["superseded"]


def test_of_two_corrections_the_second_is_refused(relationship, draft, refusal, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    first, second = (
        draft.but(record=digest(f"record {n}"), parent=draft.record, nonce=n) for n in (2, 3)
    )
    relationship.anchor(*first.submission, {"from": relay})
    lost = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.anchor, *second.submission, {"from": relay}) == lost


def test_an_unknown_parent_is_refused(relationship, draft, refusal, relay):
    orphan = draft.but(parent=digest("nowhere"))
    unknown = ("RecordParentInvalid", digest("nowhere"))
    assert refusal(relationship.anchor, *orphan.submission, {"from": relay}) == unknown


def test_nothing_is_its_own_parent(relationship, draft, refusal, relay):
    loop = draft.but(parent=draft.record)
    unknown = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.anchor, *loop.submission, {"from": relay}) == unknown


def test_t34_a_record_is_anchored_once(relationship, draft, refusal, relay, mallory):
    relationship.anchor(*draft.submission, {"from": relay})
    again = draft.but(nonce=1)
    used = ("RecordIdInvalid", draft.record)
    assert refusal(relationship.anchor, *draft.submission, {"from": mallory}) == used
    assert refusal(relationship.anchor, *again.submission, {"from": mallory}) == used


def test_a_record_has_an_id(relationship, draft, refusal, relay):
    nameless = draft.but(record=ZERO)
    assert refusal(relationship.anchor, *nameless.submission, {"from": relay}) == (
        "RecordIdInvalid",
        ZERO,
    )


def test_a_nonce_of_the_owner_is_used_once(relationship, draft, refusal, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    other = draft.but(record=digest("record 2"))
    used = ("RecordNonceUsed", draft.nonce)
    assert refusal(relationship.anchor, *other.submission, {"from": relay}) == used


def test_nonces_are_used_in_any_order(relationship, draft, relay):
    for nonce in (300, 0, 2**256 - 1, 299):
        record = draft.but(record=digest(f"record {nonce}"), nonce=nonce)
        relationship.anchor(*record.submission, {"from": relay})


def test_an_owners_signature_holds_until_its_deadline(relationship, draft, refusal, relay):
    short = draft.but(deadline=now() + HOUR)
    at(short.deadline)
    relationship.anchor.call(*short.submission, {"from": relay})
    at(short.deadline + 1)
    late = ("RecordDeadlineInvalid", short.deadline)
    assert refusal(relationship.anchor, *short.submission, {"from": relay}) == late


@pytest.mark.parametrize("signer", ["mallory", "dr_wang", "clinic", "bob"])
def test_nobody_confirms_for_the_owner(relationship, draft, refusal, request, alice, signer):
    forged = draft.but(owner=request.getfixturevalue(signer))
    invalid = ("RecordSignatureInvalid", alice)
    assert refusal(relationship.anchor, *forged.submission, {"from": alice}) == invalid


@pytest.mark.parametrize("signer", ["mallory", "alice", "clinic", "dr_li"])
def test_nobody_attests_for_the_author(relationship, draft, refusal, request, dr_wang, signer):
    forger = request.getfixturevalue(signer)
    signature = draft.domain.sign(forger, "Attestation", draft.attestation)
    authored = (*draft.authored[:2], signature, *draft.authored[3:])
    call = (authored, draft.confirmation, draft.signature, {"from": forger})
    assert refusal(relationship.anchor, *call) == ("RecordSignatureInvalid", dr_wang)


@pytest.mark.parametrize("whose", ["author", "owner"])
def test_t10_high_s_twins_are_refused(relationship, draft, refusal, alice, dr_wang, whose):
    authored, confirmation, signature = draft.submission
    if whose == "author":
        authored = (*authored[:2], malleated(authored[2]), *authored[3:])
    else:
        signature = malleated(signature)
    invalid = ("RecordSignatureInvalid", {"author": dr_wang, "owner": alice}[whose])
    call = (authored, confirmation, signature, {"from": alice})
    assert refusal(relationship.anchor, *call) == invalid


@pytest.mark.parametrize("field", ["name", "chain_id"])
def test_t09_signatures_for_another_domain_are_refused(
    relationship, draft, refusal, dr_wang, relay, field
):
    right = {"name": draft.domain.name, "chain_id": draft.domain.chain_id}
    wrong = {"name": "Chartkey Registrar", "chain_id": 1}
    domain = Domain(contract=relationship.address, **(right | {field: wrong[field]}))
    call = (*draft.but(domain=domain).submission, {"from": relay})
    assert refusal(relationship.anchor, *call) == ("RecordSignatureInvalid", dr_wang)


def test_signatures_for_another_relationship_are_refused(
    alliance, draft, refusal, alice, hospital, lead, relay
):
    other = alliance.propose(hospital, alice, hospital, lead)
    other.accept({"from": alice})
    invalid = ("RecordRelationshipInvalid", draft.relationship)
    assert refusal(other.anchor, *draft.submission, {"from": relay}) == invalid


ALTERED = {
    "leaf0": digest("another payload"),
    "locator": b"elsewhere",
}


@pytest.mark.parametrize("field", ALTERED)
def test_what_the_owner_did_not_sign_is_refused(relationship, draft, refusal, relay, field):
    altered = draft.but(**{field: ALTERED[field]})
    invalid = ("RecordBindingInvalid", draft.record)
    call = (altered.authored, draft.confirmation, draft.signature, {"from": relay})
    assert refusal(relationship.anchor, *call) == invalid


def test_an_owner_confirms_one_attestation_and_no_other(relationship, draft, refusal, relay):
    other = draft.but(content_root=digest("other content"))
    invalid = ("RecordBindingInvalid", draft.record)
    call = (other.authored, draft.confirmation, draft.signature, {"from": relay})
    assert refusal(relationship.anchor, *call) == invalid


@pytest.mark.parametrize("field", ["record", "parent", "kind", "affiliation", "deadline"])
def test_an_owner_confirms_the_content_in_no_other_place(
    registrar, relationship, draft, places, refusal, clinic, dr_wang, relay, field
):
    """The root says nothing of these: whoever has two attestations of one content swaps none."""
    registrar.setAffiliation(dr_wang, padded(clinic), 1, {"from": clinic})
    earlier = draft.but(record=digest("record 0"), nonce=1)
    relationship.anchor(*earlier.submission, {"from": relay})
    other = {
        "record": draft.but(record=digest("record 2")),
        "parent": draft.but(parent=earlier.record),
        "kind": draft.but(kind=LABORATORY, profile=places.profiles[LABORATORY]),
        "affiliation": draft.but(affiliation=padded(clinic)),
        "deadline": draft.but(deadline=draft.deadline + 1),
    }[field]
    invalid = ("RecordBindingInvalid", other.record)
    call = (other.authored, draft.confirmation, draft.signature, {"from": relay})
    assert refusal(relationship.anchor, *call) == invalid
    relationship.anchor.call(*other.submission, {"from": relay})


@pytest.mark.parametrize("place", [3, 4, 5], ids=["epoch", "nonce", "deadline"])
def test_a_confirmation_changed_after_signing_is_refused(
    relationship, draft, refusal, alice, relay, place
):
    given = draft.confirmation
    changed = (*given[:place], given[place] + 1, *given[place + 1 :])
    call = (draft.authored, changed, draft.signature, {"from": relay})
    assert refusal(relationship.anchor, *call) == ("RecordSignatureInvalid", alice)


def test_a_root_is_recomputed_in_order(relationship, draft, refusal, relay):
    swapped = draft.but(leaf0=draft.content_root, content_root=draft.leaf0)
    invalid = ("RecordBindingInvalid", draft.record)
    confirmation = (swapped.attestation_hash, draft.root, *draft.confirmation[2:])
    signature = draft.domain.sign(draft.owner, "Anchor", confirmation)
    call = (swapped.authored, confirmation, signature, {"from": relay})
    assert refusal(relationship.anchor, *call) == invalid


@pytest.mark.parametrize("length", [0, 257])
def test_a_locator_has_a_length(relationship, draft, refusal, relay, length):
    wrong = draft.but(locator=bytes(length))
    invalid = ("RelationshipLengthInvalid", length)
    assert refusal(relationship.anchor, *wrong.submission, {"from": relay}) == invalid


@pytest.mark.parametrize("length", [1, 256])
def test_the_shortest_and_the_longest_locator_are_taken(relationship, draft, relay, length):
    relationship.anchor.call(*draft.but(locator=bytes(length)).submission, {"from": relay})


def test_a_profile_is_adopted_for_the_kind(relationship, draft, places, refusal, relay):
    wrong = draft.but(profile=places.profiles[LABORATORY])
    invalid = ("RecordProfileInvalid", wrong.profile, DIAGNOSES)
    assert refusal(relationship.anchor, *wrong.submission, {"from": relay}) == invalid


def test_a_retired_profile_is_refused(
    alliance, consortium, relationship, draft, refusal, founders, relay
):
    options = {"from": founders[0]}
    proposed = consortium.proposeProfileRetirement(draft.profile, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    invalid = ("RecordProfileInvalid", draft.profile, DIAGNOSES)
    assert refusal(relationship.anchor, *draft.submission, {"from": relay}) == invalid


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
def test_the_author_is_active_now(
    registrar, relationship, draft, refusal, clinic, dr_wang, relay, function
):
    ward = draft.affiliation
    arguments = {"setLicence": (dr_wang,), "setAffiliation": (dr_wang, ward)}
    given = arguments.get(function, (ward,))
    getattr(registrar, function)(*given, SUSPENDED, {"from": clinic})
    inactive = ("RecordAuthorInactive", dr_wang, ward)
    assert refusal(relationship.anchor, *draft.submission, {"from": relay}) == inactive


def test_the_author_acts_for_this_institution(relationship, draft, places, refusal, dr_li, relay):
    foreign = draft.but(author=dr_li, affiliation=places.hospital_ward)
    inactive = ("RecordAuthorInactive", dr_li, places.hospital_ward)
    assert refusal(relationship.anchor, *foreign.submission, {"from": relay}) == inactive


def test_an_affiliation_is_the_authors_own(relationship, draft, refusal, clinic, dr_wang, relay):
    other = draft.but(affiliation=padded(clinic))
    inactive = ("RecordAuthorInactive", dr_wang, padded(clinic))
    assert refusal(relationship.anchor, *other.submission, {"from": relay}) == inactive


def test_nothing_is_anchored_at_a_suspended_institution(
    relationship, draft, refusal, clinic_suspended, dr_wang, relay
):
    inactive = ("RecordAuthorInactive", dr_wang, draft.affiliation)
    assert refusal(relationship.anchor, *draft.submission, {"from": relay}) == inactive


def test_nothing_is_anchored_after_the_end(relationship, draft, refusal, alice, relay):
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.anchor, *draft.submission, {"from": relay}) == ended


def test_nothing_is_anchored_before_acceptance(alliance, draft, proposed, refusal, relay):
    early = draft.but(domain=alliance.records(proposed))
    pending = ("RelationshipStatusInvalid", 1)
    assert refusal(proposed.anchor, *early.submission, {"from": relay}) == pending


@pytest.mark.parametrize(("epoch", "required"), [(0, 1), (3, 1)])
def test_an_epoch_is_the_current_or_the_next(relationship, draft, refusal, relay, epoch, required):
    wrong = draft.but(epoch=epoch)
    invalid = ("RecordEpochInvalid", epoch, required)
    assert refusal(relationship.anchor, *wrong.submission, {"from": relay}) == invalid


def test_an_epoch_may_be_opened_without_need(relationship, draft, relay):
    relationship.anchor(*draft.but(epoch=2).submission, {"from": relay})
    assert relationship.keyEpoch() == (2, False)


def test_t18_a_revocation_forces_the_next_record_into_a_new_epoch(
    relationship, draft, grant, refusal, alice, relay
):
    relationship.grantAccess(grant.terms, {"from": alice})
    relationship.revokeAccess(grant.id, {"from": alice})
    for epoch in (1, 3):
        invalid = ("RecordEpochInvalid", epoch, 2)
        stale = draft.but(epoch=epoch)
        assert refusal(relationship.anchor, *stale.submission, {"from": relay}) == invalid
    tx = relationship.anchor(*draft.but(epoch=2).submission, {"from": relay})
    assert told(tx)[0][1]["epoch"] == 2
    assert relationship.keyEpoch() == (2, False)


def test_anchoring_can_be_relayed_through_the_forwarder(
    alliance, relationship, draft, clinic, relay
):
    alliance.relay(relay, clinic, relationship.anchor, *draft.submission)
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED
