"""Batches of records, each anchored by one root (R63, P80)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["BATCHES", "HANDLERS", "Batch"]

BATCHES = Table(
    contract="Batches",
    slot=1,
    keys=("uint256",),
    fields=("address", "uint40", "uint32", "bytes32"),
    noun="batch",
    view="batchOf",
)


class Batch(NamedTuple):
    """One batch."""

    institution: str
    anchored_at: int
    size: int
    root: bytes


def _anchored(state: State, event: Event) -> None:
    args = event.args
    batches = state.tables[BATCHES]
    allow(state.batches_opened, event, "the batches were never opened")
    allow(args["batch"] == len(batches) + 1, event, "a batch before it is missing")
    batches[args["batch"],] = Batch(
        args["institution"], written_at(event), args["size"], args["root"]
    )


def _opened(state: State, event: Event) -> None:
    # The number of the next batch follows from how many there are, see ``layout``.
    allow(event.args["next"] == 1, event, "batches count from one")
    allow(not state.batches_opened, event, "the batches were opened already")
    state.batches_opened = True


HANDLERS = {"BatchesOpened": _opened, "BatchAnchored": _anchored}
