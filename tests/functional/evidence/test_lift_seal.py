"""`liftSeal`: each side its own, and nothing else that was said (R32)."""

import pytest

from tests.alliance import told
from tests.functional.evidence.facts import MOST_RECORDS, said
from tests.signing import digest


@pytest.fixture
def sealed(evidence, relationship, records, side):
    """Two records that one side sealed."""
    evidence.sealRecords(relationship, records, {"from": side})
    return records


@pytest.fixture
def other(side, alice, clinic):
    """The other side."""
    return clinic if side == alice else alice


def test_a_lifted_seal_is_told_and_gone(evidence, relationship, sealed, side):
    tx = evidence.liftSeal(relationship, sealed, {"from": side})
    event = {"relationship": relationship.address, "by": side, "records": sealed}
    assert told(tx) == [("SealLifted", event)]
    for record in sealed:
        assert said(evidence, relationship, record) == set()


def test_lifting_again_tells_nothing(evidence, relationship, sealed, side):
    evidence.liftSeal(relationship, sealed, {"from": side})
    assert told(evidence.liftSeal(relationship, sealed, {"from": side})) == []


def test_a_seal_is_lifted_by_its_own_side(evidence, relationship, sealed, other, prefix):
    assert told(evidence.liftSeal(relationship, sealed, {"from": other})) == []
    for record in sealed:
        assert said(evidence, relationship, record) == {f"{prefix}Sealed"}


def test_of_two_seals_the_other_stays(evidence, relationship, sealed, side, other, prefix):
    evidence.sealRecords(relationship, sealed, {"from": other})
    evidence.liftSeal(relationship, sealed, {"from": side})
    (stays,) = {"ownerSealed", "institutionSealed"} - {f"{prefix}Sealed"}
    assert said(evidence, relationship, sealed[0]) == {stays}


def test_whatever_else_was_said_stays(evidence, relationship, sealed, side, prefix):
    evidence.dispute(relationship, sealed[0], b"", {"from": side})
    evidence.withdraw(relationship, sealed[0], {"from": side})
    evidence.liftSeal(relationship, sealed, {"from": side})
    stays = {f"{prefix}Disputes", f"{prefix}Withdrew"}
    assert said(evidence, relationship, sealed[0]) == stays


@pytest.mark.parametrize("place", [0, 1])
def test_what_is_not_sealed_holds_nothing_up(evidence, relationship, records, alice, place):
    evidence.sealRecords(relationship, [records[place]], {"from": alice})
    tx = evidence.liftSeal(relationship, records, {"from": alice})
    assert told(tx)[0][1]["records"] == records
    assert said(evidence, relationship, records[place]) == set()


def test_one_seal_is_lifted_and_no_other(evidence, relationship, sealed, side, prefix):
    evidence.liftSeal(relationship, [sealed[1]], {"from": side})
    assert said(evidence, relationship, sealed[0]) == {f"{prefix}Sealed"}
    assert said(evidence, relationship, sealed[1]) == set()


def test_a_lifted_seal_can_be_set_again(evidence, relationship, sealed, side, prefix):
    evidence.liftSeal(relationship, sealed, {"from": side})
    tx = evidence.sealRecords(relationship, sealed, {"from": side})
    assert [name for name, _ in told(tx)] == ["RecordsSealed"]
    assert said(evidence, relationship, sealed[0]) == {f"{prefix}Sealed"}


def test_a_patient_lifts_through_a_relay(alliance, evidence, relationship, record, alice, relay):
    evidence.sealRecords(relationship, [record], {"from": alice})
    tx = alliance.relay(relay, alice, evidence.liftSeal, relationship, [record])
    assert tx.events["SealLifted"]["by"] == alice
    assert said(evidence, relationship, record) == set()


def test_an_unknown_record_has_no_seal(evidence, relationship, record, side):
    tx = evidence.liftSeal(relationship, [digest("unknown")], {"from": side})
    assert told(tx) == []


@pytest.mark.parametrize("length", [0, MOST_RECORDS + 1])
def test_a_list_has_a_length(evidence, relationship, refusal, record, side, length):
    call = (relationship, [record] * length, {"from": side})
    assert refusal(evidence.liftSeal, *call) == ("LengthInvalid", length)


def test_the_longest_list_is_lifted(evidence, relationship, record, alice):
    evidence.sealRecords(relationship, [record], {"from": alice})
    evidence.liftSeal(relationship, [record] * MOST_RECORDS, {"from": alice})
    assert said(evidence, relationship, record) == set()


def test_nobody_else_lifts(evidence, relationship, refusal, records, alice, no_party):
    evidence.sealRecords(relationship, records, {"from": alice})
    for stranger in no_party:
        call = (relationship, records, {"from": stranger})
        assert refusal(evidence.liftSeal, *call) == ("CallerNotAllowed", stranger)


def test_t23_nothing_is_lifted_where_no_relationship_is(
    evidence, refusal, impostors, record, alice
):
    for impostor in impostors:
        unknown = ("RelationshipUnknown", impostor)
        assert refusal(evidence.liftSeal, impostor, [record], {"from": alice}) == unknown


def test_nothing_blocks_lifting(evidence, relationship, aftermath, side):
    evidence.sealRecords(relationship, aftermath, {"from": side})
    evidence.liftSeal(relationship, aftermath, {"from": side})
    assert said(evidence, relationship, aftermath[0]) == set()
