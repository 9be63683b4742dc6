"""What is said to be wrong with a network, from what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chartkey.operator.forks import Fork, deadlocked
from chartkey.operator.space import Space
from chartkey.operator.trouble import (
    RUNBOOK,
    Trouble,
    of_chain,
    of_nodes,
    of_sealers,
    of_spaces,
    patience,
)
from chartkey.operator.vitals import Absent

from tests.unit.operator.seen import A, node, seals

WELL = seals(False, False, False)
OLD = 1000


def kinds(troubles: Any) -> dict[str, bool]:
    """Return what is wrong, and whether it is grave."""
    return {one.kind: one.grave for one in troubles}


def test_nothing_is_wrong_with_nodes_that_are_well() -> None:
    assert not list(of_nodes([node("a"), node("b")], WELL))
    assert not list(of_chain([node("a"), node("b")], WELL, None, {}))
    assert not list(of_sealers(WELL))


def test_a_node_that_is_away_is_named_with_its_problem() -> None:
    [one] = of_nodes([node("a"), Absent("http://b", "Gone.")], WELL)
    assert one == Trouble("away", "http://b", "Gone.")


@pytest.mark.parametrize(
    ("values", "kind", "grave"),
    [
        ({"peers": 0}, "no-peers", True),
        ({"peers": 1}, "few-peers", False),
        ({"behind": 7}, "syncing", False),
        ({"clock": 6.0}, "clock", True),
        ({"clock": -6.0}, "clock", True),
        ({"age": -9}, "clock", True),
        ({"version": "Geth/v2"}, "versions", False),
        ({"age": OLD}, "old-head", True),
    ],
)
def test_a_node_that_differs_is_told_of(values: dict[str, Any], kind: str, grave: bool) -> None:
    others = [node("a"), node("b")]
    assert kinds(of_nodes([*others, node("c", **values)], WELL)) == {kind: grave}


@pytest.mark.parametrize("values", [{"clock": 4.0}, {"clock": None}, {"peers": None}, {"age": 19}])
def test_small_differences_and_silence_are_no_trouble(values: dict[str, Any]) -> None:
    assert not list(of_nodes([node("a"), node("b", **values)], WELL))


def test_old_equal_forks_are_called_a_deadlock_and_the_runbook_is_named() -> None:
    """P60: no node leaves its chain for one that is not heavier."""
    stuck = [node("a", OLD, 1), node("b", OLD, 2)]
    fork = Fork(9, 1, (("http://a",), ("http://b",)))
    troubles = list(of_chain(stuck, WELL, fork, {}))
    assert kinds(troubles) == {"deadlock": True, "fork": True}
    assert RUNBOOK in troubles[0].text
    assert "A deadlock of equal forks" in RUNBOOK


@pytest.mark.parametrize(
    "nodes",
    [
        [node("a", OLD, 1), node("b", 1, 2)],
        [node("a", OLD, 1), node("b", OLD, 1)],
        [node("a", OLD, 1), node("b", OLD, 2, total=21)],
        [node("a", OLD, 1), node("b", OLD, 2, total=None)],
        [],
    ],
    ids=["one goes on", "one chain", "one is heavier", "weight untold", "nobody"],
)
def test_anything_else_is_no_deadlock(nodes: Any) -> None:
    assert not deadlocked(nodes, patience(WELL))


def test_a_lighter_third_chain_does_not_hide_a_deadlock() -> None:
    nodes = [node("a", OLD, 1), node("b", OLD, 2), node("c", OLD, 3, total=19)]
    assert deadlocked(nodes, patience(WELL))


def test_no_single_node_is_blamed_when_all_stand_still() -> None:
    assert not list(of_nodes([node("a", OLD), node("b", OLD)], WELL))


def test_a_chain_without_new_blocks_stands_still_and_says_how_many_it_takes() -> None:
    [one] = of_chain([node("a", OLD), node("b", OLD)], WELL, None, {})
    assert one.kind == "standstill"
    assert "2 of 3 sealers" in one.text


@pytest.mark.parametrize(("depth", "grave"), [(1, False), (2, True)])
def test_a_fork_is_grave_once_it_is_as_deep_as_what_is_confirmed(depth: int, grave: bool) -> None:
    fork = Fork(9, depth, (("http://a",), ("http://b",)))
    assert kinds(of_chain([node("a"), node("b")], WELL, fork, {})) == {"fork": grave}


def test_a_shallow_fork_is_grave_where_a_side_does_not_go_on() -> None:
    fork = Fork(9, 1, (("http://a",), ("http://b",)))
    troubles = of_chain([node("a"), node("b", OLD)], WELL, fork, {})
    assert kinds(troubles) == {"fork": True}


@pytest.mark.parametrize(("count", "grave"), [(1, False), (2, True)])
def test_a_reorganisation_is_grave_when_it_takes_confirmed_blocks(count: int, grave: bool) -> None:
    troubles = of_chain([node("a")], WELL, None, {"http://a": count})
    assert kinds(troubles) == {"reorganisation": grave}


def test_an_idle_sealer_is_named_and_the_margin_is_told() -> None:
    troubles = list(of_sealers(seals(True, False, False)))
    assert kinds(troubles) == {"idle-sealer": True, "margin": True}
    assert troubles[0].subject == A


def test_one_idle_sealer_of_four_leaves_no_margin_and_none_idle_needs_no_word() -> None:
    assert "margin" in kinds(of_sealers(seals(True, False, False, False)))
    assert "margin" not in kinds(of_sealers(seals(False)))


def test_who_was_voted_out_lately_is_a_note() -> None:
    assert kinds(of_sealers(seals(False, False, strangers=(A,)))) == {"removed-sealer": False}


def test_disks_that_are_full_or_soon_will_be_are_told_of() -> None:
    full = Space(Path("/a"), 1, 1 << 20, None, False)
    soon = Space(Path("/b"), 1, 5 << 30, 1 << 30, True)
    roomy = Space(Path("/c"), 1, 100 << 30, 1 << 30, True)
    assert [one.subject for one in of_spaces([full, soon, roomy])] == ["/a", "/b"]
