"""What a grant's scope covers, and how a custodian's reasons look (P11, P23)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartkey.custody.release import covers
from chartkey.models import Attestation, GrantTerms, RecordPointer, RecordStatus, Scope

from tests.unit.custody.conftest import GRANT, HOUSE, RECORD, RELATIONSHIP

TERMS = GrantTerms(GRANT, HOUSE, Scope.KIND, "TREAT", 1, 1, b"w", kind=20)


def pointer(kind: int, record: bytes = RECORD) -> RecordPointer:
    zero = bytes(32)
    signed = Attestation(RELATIONSHIP, record, zero, kind, zero, zero, zero, 1)
    return RecordPointer(
        RELATIONSHIP, signed, HOUSE, RecordStatus.CONFIRMED, 1, zero, bytes(80), 1, False
    )


@pytest.mark.parametrize(("kind", "covered"), [(20, True), (21, False), (0, False)])
def test_a_kind_covers_that_kind(kind: int, covered: bool) -> None:
    assert covers(TERMS, pointer(kind)) is covered


@pytest.mark.parametrize(("kind", "covered"), [(1, True), (26, True), (200, True), (0, False)])
def test_P23_everything_covers_every_kind_but_the_unspecified(kind: int, covered: bool) -> None:
    assert covers(replace(TERMS, scope=Scope.EVERYTHING, kind=0), pointer(kind)) is covered


@pytest.mark.parametrize("kind", [0, 20])
def test_one_record_is_covered_whatever_its_kind_and_no_other_is(kind: int) -> None:
    terms = replace(TERMS, scope=Scope.RECORD, kind=0, record_id=RECORD)
    assert covers(terms, pointer(kind))
    assert not covers(terms, pointer(kind, b"o" * 32))


def test_P23_a_kind_grant_of_the_unspecified_kind_covers_nothing() -> None:
    assert not covers(replace(TERMS, kind=0), pointer(0))
