"""Deadlines by the later of two clocks, and only sensible ones (T19)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from chartkey.actors.clock import in_days, now
from chartkey.errors import ArgumentInvalid

DAY = 86_400


class Node:
    """As much of a network as a clock asks."""

    def __init__(self, ahead: float) -> None:
        self.time = int(time.time() + ahead)

    def block_time(self) -> int:
        return self.time


def test_an_idle_chain_is_behind_this_machine() -> None:
    node: Any = Node(-10 * DAY)
    assert abs(now(node) - time.time()) < 60
    assert abs(in_days(node, 7, "approve") - time.time() - 7 * DAY) < 60


def test_a_chain_whose_time_was_moved_is_ahead() -> None:
    node: Any = Node(10 * DAY)
    assert now(node) == node.time
    assert in_days(node, 0.5, "approve") == node.time + DAY // 2


@pytest.mark.parametrize("days", [36_525, 1 / DAY])
def test_a_second_and_a_century_are_the_limits(days: float) -> None:
    node: Any = Node(10 * DAY)
    assert in_days(node, days, "draft") == node.time + round(days * DAY)


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf"), float("-inf"), 36_525.1])
def test_no_other_number_of_days_is_taken(days: float) -> None:
    node: Any = Node(0)
    with pytest.raises(ArgumentInvalid) as refused:
        in_days(node, days, "draft")
    assert refused.value.values["function"] == "draft"
