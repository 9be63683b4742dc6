"""A model of the batches: a list of roots that grows, each an institution's (R63)."""

from __future__ import annotations

from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society


class Batches:
    """Institution, time, size and root by number, from 1."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.batches: list[tuple[Any, int, int, bytes]] = []

    def anchor(self, sender: Any, size: int, root: bytes) -> None:
        """Anchor as an active institution."""
        self.society.house(sender)
        refuse_if(size == 0, "LengthInvalid", size)
        refuse_if(root == bytes(32), "BatchRootInvalid")
        self.batches.append((sender, self.society.now, size, root))
