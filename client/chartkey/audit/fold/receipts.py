"""Roots of the custodians' receipt logs (R27, P10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "LOGS", "Log"]

LOGS = Table(
    contract="Receipts",
    slot=0,
    keys=("address",),
    fields=("bytes32", "uint64", "uint40", "uint64"),
    noun="receipt log",
    view="logOf",
)


class Log(NamedTuple):
    """A custodian's newest root."""

    root: bytes
    size: int
    anchored_at: int
    anchors: int


_NO_LOG = Log(bytes(32), 0, 0, 0)


def _anchored(state: State, event: Event) -> None:
    args = event.args
    before = Log(*state.tables[LOGS].get((args["custodian"],), _NO_LOG))
    allow(args["anchors"] == before.anchors + 1, event, "a root before it is missing")
    shrunk = args["size"] < before.size
    rewritten = args["size"] == before.size and args["root"] != before.root
    allow(not shrunk and not rewritten, event, "its log was rewritten")
    log = Log(args["root"], args["size"], written_at(event), args["anchors"])
    state.tables[LOGS][args["custodian"],] = log


HANDLERS = {"ReceiptsAnchored": _anchored}
