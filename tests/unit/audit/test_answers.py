"""Who could read a record, and why."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.audit import Answer, replay
from chartkey.audit.answers import who_could_read
from chartkey.audit.names import Names
from chartkey.errors import Ambiguous, RecordMissing
from chartkey.models import Block

from tests.unit.audit.story import (
    CARDIOLOGY,
    CLINIC,
    DOCTOR,
    FIRST,
    FRIEND,
    GENESIS,
    GRANT,
    HIDDEN,
    HOSPITAL,
    MANIFEST,
    PATIENT,
    RELATIONSHIP,
    SECOND,
    SURGEON,
    WIDE,
    ZERO32,
    Story,
)


def answer(story: Story, record: bytes = FIRST, time: int | None = None, **more: Any) -> Answer:
    state = replay(story.events)
    at = GENESIS + 10 * story.block if time is None else time
    block = Block(story.block, b"\0" * 32, at)
    return who_could_read(state, Names(state, MANIFEST), record, block, **more)


def readers(story: Story, record: bytes = FIRST, time: int | None = None) -> list[str]:
    return [reader.account for reader in answer(story, record, time).readers]


def reason_against(story: Story, record: bytes = FIRST, time: int | None = None) -> str:
    (barred,) = answer(story, record, time).barred
    return barred.reason


def test_owner_and_author_institution_come_first_and_the_granted_viewer_after(
    shared_story: Story,
) -> None:
    found = answer(shared_story)
    assert [(reader.account, reader.basis) for reader in found.readers] == [
        (PATIENT, "owner"),
        (HOSPITAL, "author institution"),
        (SURGEON, "grant"),
    ]
    assert found.readers[2].grant == GRANT
    assert found.readers[1].name == "省人民医院"
    assert "kind patient-summary for TREAT until 2025-10-09T22:46:40Z" in found.readers[2].reason


def test_a_grant_does_not_count_from_its_expiry_on(shared_story: Story) -> None:
    expiry = GENESIS + 50_000
    assert SURGEON in readers(shared_story, time=expiry - 1)
    assert SURGEON not in readers(shared_story, time=expiry)
    assert "expired at 2025-10-09T22:46:40Z" in reason_against(shared_story, time=expiry)


def test_a_revoked_viewer_is_barred_and_what_was_read_is_not_denied(shared_story: Story) -> None:
    shared_story.ppr("AccessRevoked", id=GRANT)
    assert readers(shared_story) == [PATIENT, HOSPITAL]
    assert "what was read before cannot be called back" in reason_against(shared_story)


def test_grants_die_with_the_relationship_and_the_owners_reading_does_not(
    shared_story: Story,
) -> None:
    shared_story.ppr("StatusChanged", by=PATIENT, status=4)
    assert readers(shared_story) == [PATIENT, HOSPITAL]
    assert "ended" in reason_against(shared_story)


def test_a_viewer_without_licence_is_barred(shared_story: Story) -> None:
    args = {"clinician": SURGEON, "institution": CLINIC, "standing": 2}
    shared_story.tell("Registrar", "LicenceChanged", **args)
    assert "not active" in reason_against(shared_story)


def test_suspending_the_viewers_institution_bars_the_viewer(shared_story: Story) -> None:
    shared_story.propose(3, 2, ["address"], CLINIC)
    shared_story.standing(3, CLINIC, 3, 2, 2)
    assert readers(shared_story) == [PATIENT, HOSPITAL]


def test_a_suspended_author_institution_still_holds_the_keys(shared_story: Story) -> None:
    shared_story.propose(3, 2, ["address"], HOSPITAL)
    shared_story.standing(3, HOSPITAL, 3, 2, 2)
    house = answer(shared_story).readers[1]
    assert house.account == HOSPITAL
    assert house.reason.endswith("it still holds the keys.")


def test_a_grant_of_one_record_covers_no_other(shared_story: Story) -> None:
    shared_story.anchor(SECOND, parent=FIRST, nonce=6)
    friend = {"viewer": FRIEND, "affiliation": ZERO32, "kind": 0, "scope": 1, "recordId": FIRST}
    shared_story.grant(WIDE, **friend)
    assert FRIEND in readers(shared_story, FIRST)
    assert FRIEND not in readers(shared_story, SECOND)


def test_everything_leaves_out_kind_unspecified(shared_story: Story) -> None:
    shared_story.anchor(HIDDEN, kind=0, nonce=6)
    shared_story.grant(WIDE, viewer=CLINIC, scope=3, kind=0)
    assert CLINIC in readers(shared_story, FIRST)
    assert CLINIC not in readers(shared_story, HIDDEN)


def test_a_gateway_granted_for_a_department_is_barred_with_it(shared_story: Story) -> None:
    shared_story.grant(WIDE, viewer=HOSPITAL, affiliation=CARDIOLOGY)
    assert readers(shared_story).count(HOSPITAL) == 2
    closed = {"institution": HOSPITAL, "department": CARDIOLOGY, "standing": 2}
    shared_story.tell("Registrar", "DepartmentChanged", **closed)
    assert readers(shared_story).count(HOSPITAL) == 1


def test_a_clinician_of_a_suspended_department_is_barred(shared_story: Story) -> None:
    shared_story.grant(WIDE, viewer=DOCTOR, affiliation=CARDIOLOGY)
    closed = {"institution": HOSPITAL, "department": CARDIOLOGY, "standing": 2}
    shared_story.tell("Registrar", "DepartmentChanged", **closed)
    assert DOCTOR not in readers(shared_story)


def test_a_record_that_is_not_anchored_yet_is_missing(shared_story: Story) -> None:
    with pytest.raises(RecordMissing):
        answer(shared_story, SECOND)


def test_one_id_in_two_relationships_needs_the_relationships_name(shared_story: Story) -> None:
    state = replay(shared_story.events)
    state.relationships["0x" + "1" * 40] = state.relationships[RELATIONSHIP]
    block = Block(1, ZERO32, GENESIS)
    with pytest.raises(Ambiguous):
        who_could_read(state, Names(state, MANIFEST), FIRST, block)
    found = who_could_read(state, Names(state, MANIFEST), FIRST, block, RELATIONSHIP)
    assert found.relationship == RELATIONSHIP


def test_an_answer_is_plain_json(shared_story: Story) -> None:
    found = answer(shared_story).to_dict()
    assert found["record"] == "0x" + FIRST.hex()
    assert found["readers"][2]["grant"] == "0x" + GRANT.hex()
    assert found["barred"] == []
