"""`admit` where the owner's account was replaced: who could confirm what a batch holds (P80)."""

from functools import partial

import pytest

from tests.alliance import PATIENT, at_least, now
from tests.functional.registrar.replacement import merge
from tests.functional.relationship.batch import anchor_batch
from tests.signing import digest

CONFIRMED, ATTESTED = 1, 2


@pytest.fixture
def batched(alliance, clinic):
    """Anchor records in a batch of the clinic's; return what `admit` takes for each."""
    return partial(anchor_batch, alliance.contracts["Batches"], clinic)


@pytest.fixture
def follow(alliance, factory, relationship, clinic):
    """Merge an account into another, and let the relationship follow."""

    def follow(account, successor):
        merge(alliance, clinic, account, successor)
        factory.follow(relationship, {"from": successor})

    return follow


@pytest.fixture
def twice(alliance, follow, alice, bob, carol, clinic):
    """Let the relationship follow Alice to Bob, then Bob to Carol."""

    def twice(between=lambda: None):
        alliance.register(carol, clinic, PATIENT)
        follow(alice, bob)
        found = between()
        at_least(1)
        follow(bob, carol)
        return found

    return twice


def test_the_first_owners_confirmation_counts_after_a_replacement(
    relationship, batched, draft, follow, alice, bob, relay
):
    entry = batched(draft.submission)[0]
    follow(alice, bob)
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED
    assert relationship.isAnchorNonceUsed(draft.nonce)


def test_it_counts_after_a_second_replacement(relationship, batched, draft, twice, relay):
    entry = batched(draft.submission)[0]
    twice()
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


def test_it_waits_until_the_relationship_has_followed(
    alliance, relationship, batched, draft, refusal, alice, bob, clinic, relay
):
    """Else a stolen key would confirm in a batch what `anchor` refuses it."""
    entry = batched(draft.submission)[0]
    merge(alliance, clinic, alice, bob)
    gone = ("RelationshipOwnerReplaced", alice)
    assert refusal(relationship.admit, *entry, {"from": relay}) == gone


def test_it_does_not_count_in_a_batch_of_after_the_replacement(
    relationship, batched, draft, refusal, follow, alice, bob, relay
):
    follow(alice, bob)
    at_least(1)
    entry = batched(draft.submission)[0]
    invalid = ("RecordSignatureInvalid", bob)
    assert refusal(relationship.admit, *entry, {"from": relay}) == invalid


def test_a_second_replacement_gives_the_first_owner_no_more_time(
    relationship, batched, draft, refusal, twice, carol, relay
):
    def between():
        at_least(1)
        return batched(draft.submission)[0]

    entry = twice(between)
    invalid = ("RecordSignatureInvalid", carol)
    assert refusal(relationship.admit, *entry, {"from": relay}) == invalid


def test_the_successor_confirms_what_comes_after(
    relationship, batched, draft, follow, alice, bob, relay
):
    follow(alice, bob)
    at_least(1)
    entry = batched(draft.but(owner=bob).submission)[0]
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


def test_nobody_else_confirms_before_or_after(
    relationship, batched, draft, refusal, follow, alice, bob, carol, relay
):
    forged = draft.but(owner=carol)
    before = batched(forged.submission)[0]
    follow(alice, bob)
    at_least(1)
    after = batched(forged.submission)[0]
    for entry in (before, after):
        invalid = ("RecordSignatureInvalid", bob)
        assert refusal(relationship.admit, *entry, {"from": relay}) == invalid


def test_the_first_owners_nonces_stay_used(
    relationship, batched, draft, refusal, follow, alice, bob, relay
):
    relationship.anchor(*draft.but(record=digest("record 2")).submission, {"from": relay})
    entry = batched(draft.submission)[0]
    follow(alice, bob)
    used = ("RecordNonceUsed", draft.nonce)
    assert refusal(relationship.admit, *entry, {"from": relay}) == used


def test_the_successor_confirms_what_was_attested_before(
    relationship, batched, draft, follow, alice, bob, relay
):
    overdue = draft.but(deadline=now() - 1)
    entry = batched((overdue.authored, overdue.confirmation, b""))[0]
    follow(alice, bob)
    relationship.admit(*entry, {"from": relay})
    assert relationship.recordOf(draft.record)["status"] == ATTESTED
    relationship.confirmRecord(draft.record, {"from": bob})
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED
