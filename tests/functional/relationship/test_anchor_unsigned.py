"""`anchor` without a signature: the owner itself is the caller (R13, P22)."""

import pytest

from tests.alliance import DIAGNOSES, HOUR, at, now, told
from tests.signing import ZERO, digest

CONFIRMED = 1


def unsigned(draft):
    """The arguments of `anchor`, the owner's signature left out."""
    return (draft.authored, draft.confirmation, b"")


def test_what_the_owner_anchors_itself_is_confirmed(relationship, draft, alice, dr_wang):
    tx = relationship.anchor(*unsigned(draft), {"from": alice})
    anchored = {"recordId": draft.record, "author": dr_wang, "parent": ZERO}
    anchored |= {"attestation": draft.attestation, "status": CONFIRMED, "epoch": 1}
    anchored |= {"root": draft.root, "nonce": draft.nonce, "locator": draft.locator}
    assert told(tx) == [("RecordAnchored", anchored)]
    record = relationship.recordOf(draft.record)
    assert record[2:] == (dr_wang, DIAGNOSES, CONFIRMED, 1, now(), False)
    assert relationship.isAnchorNonceUsed(draft.nonce)


def test_it_can_be_relayed(alliance, relationship, draft, alice, relay):
    alliance.relay(relay, alice, relationship.anchor, *unsigned(draft))
    assert relationship.recordOf(draft.record)["status"] == CONFIRMED


def test_nobody_else_goes_without_the_owners_signature(relationship, draft, refusal, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        assert refusal(relationship.anchor, *unsigned(draft), {"from": stranger}) == denied


@pytest.mark.parametrize("signature", [b"\0", bytes(65)])
def test_a_signature_that_is_given_is_checked(relationship, draft, refusal, alice, signature):
    call = (draft.authored, draft.confirmation, signature, {"from": alice})
    assert refusal(relationship.anchor, *call) == ("RecordSignatureInvalid", alice)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["attestation", "root", "locator"])
def test_the_owner_names_what_it_anchors(relationship, draft, refusal, alice, place):
    given = draft.confirmation
    other = (*given[:place], digest("something else"), *given[place + 1 :])
    invalid = ("RecordBindingInvalid", draft.record)
    assert refusal(relationship.anchor, draft.authored, other, b"", {"from": alice}) == invalid


def test_its_deadline_is_the_last_second(relationship, draft, refusal, alice):
    short = draft.but(deadline=now() + HOUR)
    at(short.deadline)
    relationship.anchor.call(*unsigned(short), {"from": alice})
    at(short.deadline + 1)
    late = ("RecordDeadlineInvalid", short.deadline)
    assert refusal(relationship.anchor, *unsigned(short), {"from": alice}) == late


def test_its_nonce_is_used_once(relationship, draft, refusal, alice):
    relationship.anchor(*unsigned(draft), {"from": alice})
    other = draft.but(record=digest("record 2"))
    used = ("RecordNonceUsed", draft.nonce)
    assert refusal(relationship.anchor, *unsigned(other), {"from": alice}) == used


def test_the_author_is_not_left_out(relationship, draft, refusal, alice, dr_wang):
    authored = (*draft.authored[:2], b"", *draft.authored[3:])
    call = (authored, draft.confirmation, b"", {"from": alice})
    assert refusal(relationship.anchor, *call) == ("RecordSignatureInvalid", dr_wang)
