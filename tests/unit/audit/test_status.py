"""What depends on time or on others' standing (P50)."""

from __future__ import annotations

import pytest
from chartkey.audit import replay
from chartkey.audit.status import (
    current_of,
    is_clinician_active,
    is_grant_live,
    is_institution_active,
    is_member,
    is_profile_of,
    is_viewer_active,
    summary_of,
)

from tests.unit.audit.beside import CHART, HEIR
from tests.unit.audit.story import (
    CARDIOLOGY,
    CLINIC,
    DOCTOR,
    FRIEND,
    GENESIS,
    GRANT,
    HOSPITAL,
    LEAD,
    NEWCOMER,
    PATIENT,
    PROFILE,
    RELATIONSHIP,
    SUMMARIES,
    ZERO32,
    Story,
)


def test_nobody_is_active_before_every_founder_has_signed() -> None:
    story = Story()
    story.found(LEAD, HOSPITAL)
    unsigned = replay(story.events[:-1]).consortium
    assert not is_institution_active(unsigned, LEAD, GENESIS)
    assert is_institution_active(replay(story.events).consortium, LEAD, GENESIS)


@pytest.mark.parametrize(("seconds", "live"), [(-1, True), (0, False), (1, False)])
def test_a_grant_holds_until_the_second_before_its_expiry(
    shared_story: Story, seconds: int, live: bool
) -> None:
    relationship = replay(shared_story.events).relationships[RELATIONSHIP]
    assert is_grant_live(relationship, GRANT, GENESIS + 50_000 + seconds) is live


def test_a_clinician_acts_under_an_active_affiliation_only(alliance_story: Story) -> None:
    assert is_clinician_active(replay(alliance_story.events), DOCTOR, CARDIOLOGY, GENESIS)
    alliance_story.affiliate(DOCTOR, HOSPITAL, CARDIOLOGY, 2)
    assert not is_clinician_active(replay(alliance_story.events), DOCTOR, CARDIOLOGY, GENESIS)


def test_a_clinician_acts_nowhere_else(alliance_story: Story) -> None:
    state = replay(alliance_story.events)
    padded = bytes(12) + bytes.fromhex(HOSPITAL[2:])
    assert not is_clinician_active(state, DOCTOR, padded, GENESIS)
    assert not is_clinician_active(state, DOCTOR, b"\x99" * 32, GENESIS)


def test_a_viewer_without_affiliation_must_be_a_certified_patient(alliance_story: Story) -> None:
    applied = {"account": NEWCOMER, "role": 1, "suite": 1, "key": b"k" * 64}
    alliance_story.tell("Registrar", "PersonApplied", **applied)
    state = replay(alliance_story.events)
    assert is_viewer_active(state, FRIEND, ZERO32, GENESIS)
    assert not is_viewer_active(state, NEWCOMER, ZERO32, GENESIS)
    assert not is_viewer_active(state, DOCTOR, ZERO32, GENESIS)


def test_a_stop_stops_everybody_until_its_last_second(full_story: Story) -> None:
    stopped = names(full_story).index("EmergencyStopped") + 1
    consortium = replay(full_story.events[:stopped]).consortium
    until = consortium.stopped_until
    assert not is_institution_active(consortium, LEAD, until - 1)
    assert is_institution_active(consortium, LEAD, until)
    assert is_member(consortium, LEAD)
    assert replay(full_story.events[: stopped + 4]).consortium.stopped_until == 0


def test_who_took_an_accounts_place_is_found(full_story: Story) -> None:
    registrar = replay(full_story.events).registrar
    assert current_of(registrar, CHART) == HEIR
    assert current_of(registrar, HEIR) == HEIR
    assert summary_of(registrar, CHART) is None


def test_a_retired_profile_or_one_of_another_kind_does_not_count(full_story: Story) -> None:
    adopted = replay(full_story.events[: names(full_story).index("ProfileRetired")]).consortium
    assert is_profile_of(adopted, PROFILE, 1)
    assert not is_profile_of(adopted, PROFILE, 2)
    assert not is_profile_of(replay(full_story.events).consortium, PROFILE, 1)


def test_only_the_certified_have_a_summary(alliance_story: Story) -> None:
    registrar = replay(alliance_story.events).registrar
    assert summary_of(registrar, PATIENT) == SUMMARIES[PATIENT]
    assert summary_of(registrar, CLINIC) == SUMMARIES[CLINIC]
    assert summary_of(registrar, NEWCOMER) is None


def names(story: Story) -> list[str]:
    return [event.name for event in story.events]
