"""A machine that walks: a seed picks each step and everything in it.

Hypothesis's own choice of rules switches most of them off in a walk, and its values are refused
nine times in ten. Here a machine weighs its steps and knows what is likely to be allowed; seeds,
and with them the walks, are still Hypothesis's, to be shortened when one fails.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st


class Walk:
    """One rule. Subclasses have steps with their weights, and a method for each of them."""

    STEPS: ClassVar[dict[str, int]]
    begin: Callable[[], None]
    """Make the model."""
    check_all: Callable[[], None]
    """Compare everything with the model."""

    st_seed = st.integers(0, 2**32 - 1)

    def setup(self) -> None:
        """Begin a walk."""
        self.count = 0
        self.begin()

    def rule_step(self, st_seed: int) -> None:
        """Take a step; its method compares what it touched with the model."""
        self.count += 1
        # The count keeps a seed that comes again from doing the same again.
        chance = random.Random(f"{st_seed} {self.count}")
        (name,) = chance.choices(list(self.STEPS), self.STEPS.values())
        getattr(self, name)(chance)

    def teardown(self) -> None:
        """Compare everything with the model at the end of a walk."""
        self.check_all()


def mostly(chance: random.Random, likely: Any, others: list[Any], odds: float = 0.8) -> Any:
    """Return what is likely to be allowed, or now and then one of the others."""
    return likely if chance.random() < odds or not others else chance.choice(others)
