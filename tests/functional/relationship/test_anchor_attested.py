"""`anchorAttested`: only this institution while Active, only after the deadline (R13)."""

import pytest

from tests.alliance import DIAGNOSES, ENDED, at, now, told
from tests.signing import ZERO, digest, malleated

ATTESTED = 2


@pytest.fixture
def overdue(draft):
    """A draft whose deadline has passed."""
    return draft.but(deadline=now() - 1)


def test_an_attested_record_is_told_and_visibly_so(relationship, overdue, clinic, dr_wang):
    tx = relationship.anchorAttested(overdue.authored, 1, {"from": clinic})
    anchored = {"recordId": overdue.record, "author": dr_wang, "parent": ZERO}
    anchored |= {"attestation": overdue.attestation, "status": ATTESTED, "epoch": 1}
    anchored |= {"root": overdue.root, "nonce": 0, "locator": overdue.locator}
    assert told(tx) == [("RecordAnchored", anchored)]
    record = relationship.recordOf(overdue.record)
    assert record[2:] == (dr_wang, DIAGNOSES, ATTESTED, 1, now(), False)
    assert not relationship.isAnchorNonceUsed(0)


def test_it_can_be_relayed(alliance, relationship, overdue, clinic, relay):
    alliance.relay(relay, clinic, relationship.anchorAttested, overdue.authored, 1)
    assert relationship.recordOf(overdue.record)["status"] == ATTESTED


def test_nobody_else_anchors_without_the_owner(relationship, overdue, refusal, request):
    for who in ("alice", "dr_wang", "lead", "hospital", "mallory"):
        account = request.getfixturevalue(who)
        denied = ("RelationshipNotParty", account)
        assert (
            refusal(relationship.anchorAttested, overdue.authored, 1, {"from": account}) == denied
        )


def test_the_owner_has_until_the_deadline(relationship, draft, refusal, clinic):
    early = ("RecordDeadlineInvalid", draft.deadline)
    at(draft.deadline)
    assert refusal(relationship.anchorAttested, draft.authored, 1, {"from": clinic}) == early
    at(draft.deadline + 1)
    relationship.anchorAttested.call(draft.authored, 1, {"from": clinic})


def test_a_suspended_institution_attests_nothing(
    relationship, overdue, refusal, clinic_suspended, dr_wang
):
    inactive = ("RecordAuthorInactive", dr_wang, overdue.affiliation)
    call = (overdue.authored, 1, {"from": clinic_suspended})
    assert refusal(relationship.anchorAttested, *call) == inactive


def test_the_author_signed_it(relationship, overdue, refusal, clinic, mallory, dr_wang):
    invalid = ("RecordSignatureInvalid", dr_wang)
    forged = overdue.domain.sign(mallory, "Attestation", overdue.attestation)
    for signature in (forged, malleated(overdue.authored[2])):
        authored = (*overdue.authored[:2], signature, *overdue.authored[3:])
        assert refusal(relationship.anchorAttested, authored, 1, {"from": clinic}) == invalid


def test_a_record_that_the_owner_confirmed_is_not_attested(
    relationship, overdue, refusal, clinic, relay
):
    confirmed = overdue.but(deadline=now() + 60)
    relationship.anchor(*confirmed.submission, {"from": relay})
    used = ("RecordIdInvalid", overdue.record)
    assert refusal(relationship.anchorAttested, overdue.authored, 1, {"from": clinic}) == used


def test_it_replaces_the_head_as_any_other(relationship, draft, refusal, clinic, relay):
    relationship.anchor(*draft.submission, {"from": relay})
    late = draft.but(record=digest("record 2"), parent=draft.record, deadline=now() - 1)
    relationship.anchorAttested(late.authored, 1, {"from": clinic})
    assert relationship.recordOf(draft.record)["superseded"]
    again = late.but(record=digest("record 3"))
    lost = ("RecordParentInvalid", draft.record)
    assert refusal(relationship.anchorAttested, again.authored, 1, {"from": clinic}) == lost


@pytest.mark.parametrize("epoch", [0, 3])
def test_its_epoch_is_the_current_or_the_next(relationship, overdue, refusal, clinic, epoch):
    invalid = ("RecordEpochInvalid", epoch, 1)
    assert (
        refusal(relationship.anchorAttested, overdue.authored, epoch, {"from": clinic}) == invalid
    )


def test_a_revocation_forces_it_into_a_new_epoch(
    relationship, overdue, grant, refusal, alice, clinic
):
    relationship.grantAccess(grant.terms, {"from": alice})
    relationship.revokeAccess(grant.id, {"from": alice})
    invalid = ("RecordEpochInvalid", 1, 2)
    assert refusal(relationship.anchorAttested, overdue.authored, 1, {"from": clinic}) == invalid
    relationship.anchorAttested(overdue.authored, 2, {"from": clinic})
    assert relationship.keyEpoch() == (2, False)


def test_nothing_is_attested_after_the_end(relationship, overdue, refusal, alice, clinic):
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", ENDED)
    assert refusal(relationship.anchorAttested, overdue.authored, 1, {"from": clinic}) == ended
