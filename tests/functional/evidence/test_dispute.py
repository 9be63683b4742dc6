"""`dispute`: by either side, once for each, for ever visible (R13, P41)."""

import pytest

from tests.alliance import told
from tests.functional.evidence.facts import said
from tests.signing import ZERO, digest

REASON = b"sealed to the other side"


def test_a_dispute_is_told_and_stored(evidence, relationship, record, side, prefix):
    tx = evidence.dispute(relationship, record, REASON, {"from": side})
    event = {"relationship": relationship.address, "recordId": record}
    event |= {"by": side, "reason": REASON}
    assert told(tx) == [("RecordDisputed", event)]
    assert said(evidence, relationship, record) == {f"{prefix}Disputes"}


def test_a_side_disputes_once(evidence, relationship, record, side, prefix):
    evidence.dispute(relationship, record, REASON, {"from": side})
    tx = evidence.dispute(relationship, record, b"another reason", {"from": side})
    assert told(tx) == []
    assert said(evidence, relationship, record) == {f"{prefix}Disputes"}


def test_both_sides_dispute(evidence, relationship, record, alice, clinic):
    evidence.dispute(relationship, record, REASON, {"from": alice})
    tx = evidence.dispute(relationship, record, REASON, {"from": clinic})
    assert [name for name, _ in told(tx)] == ["RecordDisputed"]
    both = {"ownerDisputes", "institutionDisputes"}
    assert said(evidence, relationship, record) == both


def test_one_record_is_disputed_and_no_other(evidence, relationship, records, alice):
    evidence.dispute(relationship, records[0], REASON, {"from": alice})
    assert said(evidence, relationship, records[1]) == set()


def test_a_patients_dispute_is_relayed(alliance, evidence, relationship, record, alice, relay):
    tx = alliance.relay(relay, alice, evidence.dispute, relationship, record, REASON)
    assert tx.events["RecordDisputed"]["by"] == alice
    assert said(evidence, relationship, record) == {"ownerDisputes"}


def test_a_relaying_party_does_not_lend_its_side(
    alliance, evidence, relationship, record, clinic, alice
):
    alliance.relay(clinic, alice, evidence.dispute, relationship, record, REASON)
    assert said(evidence, relationship, record) == {"ownerDisputes"}


@pytest.mark.parametrize("length", [0, 2048])
def test_the_shortest_and_the_longest_reason_are_taken(
    evidence, relationship, record, alice, length
):
    evidence.dispute(relationship, record, bytes(length), {"from": alice})
    assert said(evidence, relationship, record) == {"ownerDisputes"}


def test_a_reason_has_a_length(evidence, relationship, refusal, record, side):
    call = (relationship, record, bytes(2049), {"from": side})
    assert refusal(evidence.dispute, *call) == ("LengthInvalid", 2049)


def test_nobody_else_disputes(evidence, relationship, refusal, record, no_party):
    for stranger in no_party:
        call = (relationship, record, REASON, {"from": stranger})
        assert refusal(evidence.dispute, *call) == ("CallerNotAllowed", stranger)


@pytest.mark.parametrize("unknown", [ZERO, digest("unknown")])
def test_an_unknown_record_is_not_disputed(evidence, relationship, refusal, record, side, unknown):
    call = (relationship, unknown, REASON, {"from": side})
    invalid = ("EvidenceRecordUnknown", relationship.address, unknown)
    assert refusal(evidence.dispute, *call) == invalid


def test_a_record_is_known_in_its_own_relationship_alone(
    alliance, evidence, refusal, record, alice, hospital, lead
):
    other = alliance.propose(hospital, alice, hospital, lead)
    call = (other, record, REASON, {"from": alice})
    invalid = ("EvidenceRecordUnknown", other.address, record)
    assert refusal(evidence.dispute, *call) == invalid


def test_t23_nothing_is_disputed_where_no_relationship_is(
    evidence, refusal, impostors, record, alice
):
    for impostor in impostors:
        call = (impostor, record, REASON, {"from": alice})
        assert refusal(evidence.dispute, *call) == ("RelationshipUnknown", impostor)


def test_p41_nothing_blocks_a_dispute(evidence, relationship, aftermath, side, prefix):
    evidence.dispute(relationship, aftermath[0], REASON, {"from": side})
    assert said(evidence, relationship, aftermath[0]) == {f"{prefix}Disputes"}


def test_a_record_that_was_replaced_is_disputed(
    evidence, relationship, draft, record, alice, relay
):
    corrected = draft.but(record=digest("record 3"), parent=record, nonce=2)
    relationship.anchor(*corrected.submission, {"from": relay})
    evidence.dispute(relationship, record, REASON, {"from": alice})
    assert said(evidence, relationship, record) == {"ownerDisputes"}
