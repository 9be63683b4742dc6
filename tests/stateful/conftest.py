"""State machines start from the founded alliance and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

EXAMPLES, STEPS = 12, 40


@pytest.fixture(autouse=True)
def undone(founded: None) -> Iterator[None]:
    """Undo on the chain what a machine did."""
    from brownie import chain

    yield
    chain.revert()


@pytest.fixture
def run(state_machine: Callable[..., None]) -> Callable[..., None]:
    """Run a machine: the same examples each time, each a walk of that many steps."""

    def run_(machine: type, *arguments: Any, examples: int = EXAMPLES) -> None:
        settings = {"max_examples": examples, "stateful_step_count": STEPS}
        settings |= {"derandomize": True, "database": None}
        state_machine(machine, *arguments, settings=settings)

    return run_
