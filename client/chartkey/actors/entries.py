"""Records as views show them: with institution, zone, and when they were anchored (R16)."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chartkey.errors import ArgumentInvalid
from chartkey.records.view import Entry, Order
from chartkey.records.visit import Setting

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.models import RecordPointer
    from chartkey.records.glance import Glance

__all__ = ["DEFAULT_ZONE", "Shelf", "arranged"]

DEFAULT_ZONE: Final = "Asia/Shanghai"
"""Of institutions for which the manifest names none."""


class Shelf:
    """Makes entries; what the chain says of places and blocks is asked once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._places: dict[str, tuple[str, tzinfo]] = {}
        self._times: dict[int, int] = {}

    def entry(self, pointer: RecordPointer, glance: Glance) -> Entry:
        """Return an opened record as an entry.

        Raises:
            NodeUnavailable: the node is away.
        """
        name, zone = self._place(pointer.relationship)
        return Entry(pointer, glance, self._time(pointer.block), name, zone)

    def _place(self, relationship: str) -> tuple[str, tzinfo]:
        if relationship not in self._places:
            account = self._network.relationship(relationship).parties().institution
            listed = self._network.manifest.institution(account)
            zone = ZoneInfo((listed and listed.zone) or DEFAULT_ZONE)
            self._places[relationship] = (listed.name if listed else account, zone)
        return self._places[relationship]

    def _time(self, block: int) -> int:
        if block not in self._times:
            self._times[block] = self._network.block(block).timestamp
        return self._times[block]


def arranged(order: Order | str, setting: Setting | str | None) -> tuple[Order, Setting | None]:
    """Return how a view was asked for.

    Raises:
        ArgumentInvalid: there is no such order or setting.
    """
    try:
        return Order(order), None if setting is None else Setting(setting)
    except ValueError:
        problem = "order is time, event or kind; setting is inpatient, outpatient or None"
        raise ArgumentInvalid(function="view", problem=problem) from None
