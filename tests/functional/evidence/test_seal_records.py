"""`sealRecords`: either side, a list at a time (R32)."""

import pytest

from tests.alliance import told
from tests.functional.evidence.facts import MOST_RECORDS, said
from tests.signing import digest


def test_a_seal_is_told_and_stored(evidence, relationship, records, side, prefix):
    tx = evidence.sealRecords(relationship, records, {"from": side})
    event = {"relationship": relationship.address, "by": side, "records": records}
    assert told(tx) == [("RecordsSealed", event)]
    for record in records:
        assert said(evidence, relationship, record) == {f"{prefix}Sealed"}


def test_a_second_seal_tells_nothing(evidence, relationship, records, side, prefix):
    evidence.sealRecords(relationship, records, {"from": side})
    assert told(evidence.sealRecords(relationship, records, {"from": side})) == []
    assert said(evidence, relationship, records[0]) == {f"{prefix}Sealed"}


@pytest.mark.parametrize("first", [0, 1])
def test_a_list_that_is_sealed_in_part_is_told_whole(evidence, relationship, records, alice, first):
    evidence.sealRecords(relationship, [records[first]], {"from": alice})
    tx = evidence.sealRecords(relationship, records, {"from": alice})
    assert told(tx)[0][1]["records"] == records
    for record in records:
        assert said(evidence, relationship, record) == {"ownerSealed"}


def test_both_sides_seal(evidence, relationship, record, alice, clinic):
    evidence.sealRecords(relationship, [record], {"from": alice})
    evidence.sealRecords(relationship, [record], {"from": clinic})
    assert said(evidence, relationship, record) == {"ownerSealed", "institutionSealed"}


def test_a_patients_seal_is_relayed(alliance, evidence, relationship, record, alice, relay):
    tx = alliance.relay(relay, alice, evidence.sealRecords, relationship, [record])
    assert tx.events["RecordsSealed"]["by"] == alice
    assert said(evidence, relationship, record) == {"ownerSealed"}


@pytest.mark.parametrize("length", [0, MOST_RECORDS + 1])
def test_a_list_has_a_length(evidence, relationship, refusal, record, side, length):
    call = (relationship, [record] * length, {"from": side})
    assert refusal(evidence.sealRecords, *call) == ("LengthInvalid", length)


def test_the_longest_list_is_sealed(evidence, relationship, record, alice):
    longest = (record,) * MOST_RECORDS
    tx = evidence.sealRecords(relationship, longest, {"from": alice})
    assert told(tx)[0][1]["records"] == longest


def test_nobody_else_seals(evidence, relationship, refusal, records, no_party):
    for stranger in no_party:
        call = (relationship, records, {"from": stranger})
        assert refusal(evidence.sealRecords, *call) == ("CallerNotAllowed", stranger)


@pytest.mark.parametrize("place", [0, 1])
def test_an_unknown_record_is_not_sealed(evidence, relationship, refusal, record, side, place):
    unknown = digest("unknown")
    given = [(unknown, record), (record, unknown)][place]
    invalid = ("EvidenceRecordUnknown", relationship.address, unknown)
    assert refusal(evidence.sealRecords, relationship, given, {"from": side}) == invalid


def test_t23_nothing_is_sealed_where_no_relationship_is(
    evidence, refusal, impostors, record, alice
):
    for impostor in impostors:
        unknown = ("RelationshipUnknown", impostor)
        assert refusal(evidence.sealRecords, impostor, [record], {"from": alice}) == unknown


def test_nothing_blocks_a_seal(evidence, relationship, aftermath, side, prefix):
    evidence.sealRecords(relationship, aftermath, {"from": side})
    assert said(evidence, relationship, aftermath[1]) == {f"{prefix}Sealed"}
