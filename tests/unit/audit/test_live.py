"""What holds at a time beside the relationships, at its first and its last second (P50)."""

from __future__ import annotations

import pytest
from chartkey.audit.answers import who_could_read
from chartkey.audit.fold.breakglass import OPENINGS, Opening
from chartkey.audit.fold.delegations import DELEGATIONS, Delegation
from chartkey.audit.fold.guardianship import Mandate
from chartkey.audit.fold.recovery import ATTEMPTS, Attempt
from chartkey.audit.live import (
    holds,
    is_delegation_live,
    is_emergency_open,
    is_recovery_open,
)
from chartkey.audit.names import Names
from chartkey.audit.replay import replay
from chartkey.audit.state import State
from chartkey.models import Block, MandateStatus

from tests.unit.audit.beside import DELEGATED, OPENING, share
from tests.unit.audit.story import (
    CLINIC,
    DOCTOR,
    FIRST,
    FRIEND,
    GENESIS,
    LEAD,
    MANIFEST,
    NEWCOMER,
    PATIENT,
    RELATIONSHIP,
    SURGEON,
    Story,
)

MONTH = 30 * 86_400


def until(story: Story, event: str) -> State:
    """The state just after the first event of a name."""
    names = [told.name for told in story.events]
    return replay(story.events[: names.index(event) + 1])


@pytest.mark.parametrize(("time", "held"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_mandate_holds_from_its_start_to_its_end(
    alliance_story: Story, time: int, held: bool
) -> None:
    state = replay(alliance_story.events)
    mandate = Mandate(MandateStatus.CONFIRMED, 1, 10, 20, LEAD, bytes(32))
    assert holds(state, FRIEND, mandate, time) is held
    assert not holds(state, NEWCOMER, mandate, time)
    assert not holds(state, FRIEND, mandate._replace(status=MandateStatus.REVOKED), time)


def test_a_delegation_lives_inside_its_grant(shared_story: Story) -> None:
    share(shared_story)
    state = until(shared_story, "AccessDelegated")
    delegation = Delegation(*state.tables[DELEGATIONS][DELEGATED,])
    assert is_delegation_live(state, delegation, GENESIS + 39_999)
    assert not is_delegation_live(state, delegation, GENESIS + 40_000)
    inactive = delegation._replace(delegator=FRIEND)
    assert not is_delegation_live(state, inactive, GENESIS)
    shared_story.ppr("AccessRevoked", id=delegation.grant)
    assert not is_delegation_live(replay(shared_story.events), delegation, GENESIS)


def test_an_emergency_ends_by_itself(full_story: Story) -> None:
    state = until(full_story, "EmergencyEnded")
    opening = Opening(*state.tables[OPENINGS][OPENING,])
    assert is_emergency_open(opening, opening.ends_at - 1)
    assert not is_emergency_open(opening, opening.ends_at)


@pytest.mark.parametrize(
    ("seconds", "open"), [(-1, False), (0, True), (MONTH - 1, True), (MONTH, False)]
)
def test_a_recovery_is_open_for_a_month(full_story: Story, seconds: int, open: bool) -> None:
    state = until(full_story, "RecoveryAttested")
    attempt = Attempt(*state.tables[ATTEMPTS][FRIEND,])
    assert is_recovery_open(attempt, attempt.ready_at + seconds) is open


def test_a_vetoed_recovery_is_never_open(full_story: Story) -> None:
    attempt = Attempt(*until(full_story, "RecoveryVetoed").tables[ATTEMPTS][FRIEND,])
    ready = attempt._replace(ready_at=GENESIS)
    assert not is_recovery_open(ready, GENESIS)


def readers(story: Story, time: int) -> tuple[dict[str, str], dict[str, str]]:
    """Who could read the first record and who could not, by account, with the basis."""
    state = replay(story.events)
    answer = who_could_read(state, Names(state, MANIFEST), FIRST, Block(9, bytes(32), time))
    could = {reader.account: reader.basis for reader in answer.readers}
    return could, {reader.account: reader.basis for reader in answer.barred}


def test_who_could_read_tells_of_delegates(shared_story: Story) -> None:
    share(shared_story)
    cut = next(i for i, e in enumerate(shared_story.events) if e.name == "AccessDelegated")
    del shared_story.events[cut + 1 :]
    could, _ = readers(shared_story, GENESIS + 39_999)
    assert could[SURGEON] == "delegation"
    assert could[CLINIC] == "grant"
    # The surgeon's own grant is barred or not by itself; the delegation has run out.
    assert readers(shared_story, GENESIS + 40_000)[1][SURGEON] == "delegation"


def test_who_could_read_tells_of_guardians(shared_story: Story) -> None:
    pair = {"ward": PATIENT, "guardian": FRIEND}
    terms = {"basis": 1, "endsAt": GENESIS + 9_000, "evidence": bytes(32)}
    shared_story.tell("Guardianship", "GuardianProposed", **pair, institution=CLINIC, **terms)
    confirmed = {"institution": LEAD, "startsAt": GENESIS + 8_000}
    shared_story.tell("Guardianship", "GuardianConfirmed", **pair, **confirmed)
    assert readers(shared_story, GENESIS + 8_000)[0][FRIEND] == "guardian"
    assert readers(shared_story, GENESIS + 9_000)[1][FRIEND] == "guardian"


def test_who_could_read_tells_of_emergencies(shared_story: Story) -> None:
    share(shared_story)
    state = replay(shared_story.events)
    ends_at = max(Opening(*entry).ends_at for entry in state.tables[OPENINGS].values())
    assert readers(shared_story, ends_at - 1)[0][DOCTOR] == "emergency"
    assert readers(shared_story, ends_at)[1][DOCTOR] == "emergency"
    assert state.relationships[RELATIONSHIP].parties.owner == PATIENT
