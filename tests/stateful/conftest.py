"""State machines start from the founded alliance and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Hypothesis makes its first ten walks very short.
WALKS, STEPS = 10 + 6, 50


@pytest.fixture(autouse=True)
def undone(founded: None) -> Iterator[None]:
    """Undo on the chain what a machine did."""
    from brownie import chain

    yield
    chain.revert()


@pytest.fixture
def run(state_machine: Callable[..., None]) -> Callable[..., None]:
    """Run a machine: the same walks each time."""

    def run_(machine: type, *arguments: Any) -> None:
        settings = {"max_examples": WALKS, "stateful_step_count": STEPS}
        settings |= {"derandomize": True, "database": None}
        state_machine(machine, *arguments, settings=settings)

    return run_
