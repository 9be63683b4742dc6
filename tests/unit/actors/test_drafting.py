"""A draft as people see it, and kinds that are newer than this release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartkey.actors.drafting import Draft, known_kind
from chartkey.errors import FormatUnknown
from chartkey.models import Kind

from tests.unit.custody.test_drafts import HEADER


def test_a_draft_tells_what_its_header_says() -> None:
    draft = Draft(HEADER)
    signed = HEADER.attestation
    assert (draft.record, draft.relationship) == (signed.record_id, signed.relationship)
    assert (draft.author, draft.deadline) == (HEADER.author, signed.deadline)
    assert draft.kind is Kind.PATIENT_SUMMARY


def test_a_kind_that_the_consortium_adopted_later_asks_for_an_upgrade() -> None:
    newer = replace(HEADER, attestation=replace(HEADER.attestation, kind=200))
    with pytest.raises(FormatUnknown) as unknown:
        _ = Draft(newer).kind
    assert unknown.value.values == {"what": "record kind", "version": 200}
    assert known_kind(0) is Kind.UNSPECIFIED
