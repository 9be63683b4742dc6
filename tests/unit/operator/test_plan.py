"""Which votes an operator's node is given, and which would halt the chain."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from chartkey.operator.ballot import Ballot, Plan, Seat, Standing, plan_of

from tests.unit.operator.seen import A, B, C, D

E = "0x" + "e" * 40
SEALS = (Standing.AGREED, Standing.FOUNDING, Standing.REMOVED, Standing.STRANGER)


def plan(
    seats: dict[str, Standing],
    idle: Collection[str] = (),
    proposals: dict[str, bool] | None = None,
    started: Collection[str] = (),
) -> Plan:
    signers = tuple(address for address, standing in seats.items() if standing in SEALS)
    ballot = Ballot(1, 2, signers, tuple(Seat(a, s, None, ()) for a, s in seats.items()))
    working = [address for address in signers if address not in idle]
    return plan_of(ballot, working, proposals or {}, started)


def founders(*addresses: str) -> dict[str, Standing]:
    return dict.fromkeys(addresses, Standing.FOUNDING)


def test_what_agrees_needs_no_vote() -> None:
    made = plan(founders(A, B) | {C: Standing.AGREED, D: Standing.UNDECIDED})
    assert made == Plan({}, (), (), {})


def test_founders_on_whom_nobody_decided_are_never_voted_out() -> None:
    assert not plan(founders(A, B, C, D)).propose


@pytest.mark.parametrize("standing", [Standing.REMOVED, Standing.STRANGER])
def test_who_must_not_seal_is_voted_out(standing: Standing) -> None:
    assert plan(founders(A, B, C) | {D: standing}).propose == {D: False}


def test_who_was_admitted_is_voted_in() -> None:
    assert plan(founders(A, B, C) | {D: Standing.ADMITTED}).propose == {D: True}


def test_a_vote_that_is_cast_already_is_not_cast_again() -> None:
    seats = founders(A, B, C) | {D: Standing.ADMITTED}
    assert plan(seats, proposals={D: True}) == Plan({}, (), (), {})


def test_a_vote_against_the_decision_is_turned() -> None:
    made = plan(founders(A, B, C) | {D: Standing.ADMITTED}, proposals={D: False})
    assert (made.propose, made.discard) == ({D: True}, (D,))


def test_what_an_operator_votes_beyond_the_decisions_is_left() -> None:
    assert plan(founders(A, B, C), proposals={D: True}) == Plan({}, (), (), {})


def test_settled_votes_are_withdrawn() -> None:
    made = plan(founders(A, B) | {C: Standing.AGREED}, proposals={C: True, D: False})
    assert set(made.discard) == {C, D}


def test_the_last_sealer_is_never_voted_out() -> None:
    made = plan({A: Standing.REMOVED})
    assert not made.propose
    assert "halt" in made.refused[A]


def test_a_removal_that_leaves_too_few_who_work_is_refused() -> None:
    """P60: of three left two must work; B is away, so that only C would."""
    seats = founders(A, B, C) | {D: Standing.REMOVED}
    made = plan(seats, idle=(A, B))
    assert not made.propose
    assert D in made.refused


def test_the_removal_of_one_who_does_not_work_is_voted_for() -> None:
    assert plan(founders(A, B) | {C: Standing.REMOVED}, idle=(C,)).propose == {C: False}


def test_one_change_is_voted_on_at_a_time_and_the_dead_go_first() -> None:
    """Of three, C is away: to admit D before C is out would need three of four, and two work."""
    seats = founders(A, B) | {C: Standing.REMOVED, D: Standing.ADMITTED}
    made = plan(seats, idle=(C,), proposals={D: True})
    assert made.propose == {C: False}
    assert made.discard == (D,)
    assert D in made.refused


def test_others_wait_for_their_turn() -> None:
    made = plan(founders(A, B, C) | dict.fromkeys((D, E), Standing.ADMITTED))
    assert (made.propose, made.waiting) == ({D: True}, (E,))


def test_removals_come_before_admissions() -> None:
    made = plan(founders(A, B, C) | {D: Standing.REMOVED, E: Standing.ADMITTED})
    assert (made.propose, made.waiting) == ({D: False}, (E,))


def test_a_second_sealer_is_admitted_only_once_it_runs() -> None:
    """Of two sealers both must work: one that does not run yet would halt the chain at once."""
    seats = founders(A) | {B: Standing.ADMITTED}
    assert "--started" in plan(seats).refused[B]
    assert plan(seats, started=(B,)).propose == {B: True}


def test_a_refused_vote_that_was_cast_before_is_withdrawn() -> None:
    made = plan(founders(A) | {B: Standing.ADMITTED}, proposals={B: True})
    assert made.discard == (B,)
