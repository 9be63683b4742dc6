"""A model of the custodians' receipt logs: they only grow (P10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Society


@dataclass
class Log:
    """What a custodian anchored last."""

    root: bytes = bytes(32)
    size: int = 0
    anchored_at: int = 0
    anchors: int = 0


class Receipts:
    """Logs by custodian."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.logs: dict[Any, Log] = {}

    def anchor(self, sender: Any, size: int, root: bytes) -> None:
        """Anchor as whoever has a seat, suspended or stopped too (P41)."""
        seated = sender in self.society.members
        refuse_if(not seated, "CallerNotInstitution", sender)
        log = self.logs.setdefault(sender, Log())
        other = size == log.size and root != log.root
        refuse_if(size < log.size or other, "ReceiptsRewritten", size, log.size)
        log.root, log.size = root, size
        log.anchored_at, log.anchors = self.society.now, log.anchors + 1
