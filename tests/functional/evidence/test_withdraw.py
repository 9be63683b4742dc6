"""`withdraw`: a side no longer stands by a record, for ever visibly (R13, P41)."""

import pytest

from tests.alliance import told
from tests.functional.evidence.facts import said
from tests.signing import ZERO, digest


def test_a_withdrawal_is_told_and_stored(evidence, relationship, record, side, prefix):
    tx = evidence.withdraw(relationship, record, {"from": side})
    event = {"relationship": relationship.address, "recordId": record, "by": side}
    assert told(tx) == [("RecordWithdrawn", event)]
    assert said(evidence, relationship, record) == {f"{prefix}Withdrew"}


def test_a_second_withdrawal_tells_nothing(evidence, relationship, record, side, prefix):
    evidence.withdraw(relationship, record, {"from": side})
    assert told(evidence.withdraw(relationship, record, {"from": side})) == []
    assert said(evidence, relationship, record) == {f"{prefix}Withdrew"}


def test_both_sides_withdraw(evidence, relationship, record, alice, clinic):
    evidence.withdraw(relationship, record, {"from": clinic})
    evidence.withdraw(relationship, record, {"from": alice})
    both = {"ownerWithdrew", "institutionWithdrew"}
    assert said(evidence, relationship, record) == both


def test_a_patients_withdrawal_is_relayed(alliance, evidence, relationship, record, alice, relay):
    tx = alliance.relay(relay, alice, evidence.withdraw, relationship, record)
    assert tx.events["RecordWithdrawn"]["by"] == alice
    assert said(evidence, relationship, record) == {"ownerWithdrew"}


def test_nobody_else_withdraws(evidence, relationship, refusal, record, no_party):
    for stranger in no_party:
        call = (relationship, record, {"from": stranger})
        assert refusal(evidence.withdraw, *call) == ("CallerNotAllowed", stranger)


@pytest.mark.parametrize("unknown", [ZERO, digest("unknown")])
def test_nobody_withdraws_from_an_unknown_record(
    evidence, relationship, refusal, record, side, unknown
):
    invalid = ("EvidenceRecordUnknown", relationship.address, unknown)
    assert refusal(evidence.withdraw, relationship, unknown, {"from": side}) == invalid


def test_t23_nobody_withdraws_where_no_relationship_is(evidence, refusal, impostors, record, alice):
    for impostor in impostors:
        call = (impostor, record, {"from": alice})
        assert refusal(evidence.withdraw, *call) == ("RelationshipUnknown", impostor)


def test_p41_nothing_blocks_a_withdrawal(evidence, relationship, aftermath, side, prefix):
    evidence.withdraw(relationship, aftermath[0], {"from": side})
    assert said(evidence, relationship, aftermath[0]) == {f"{prefix}Withdrew"}
