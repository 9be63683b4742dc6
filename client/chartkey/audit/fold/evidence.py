"""Disputes, withdrawals, seals and erasure (R13, R32, R52)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.audit.fold.guard import allow, existing
from chartkey.audit.state import State
from chartkey.audit.tables import Table

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["FLAGS", "HANDLERS", "flags"]

FLAGS = Table("Evidence", 2, ("address", "bytes32"), ("uint8",), "flags of record")

# The owner's bit of each pair; the institution's is the next one up.
_DISPUTES, _WITHDREW, _SEALED, _ERASED = 1, 4, 16, 64


def flags(bits: int) -> tuple[bool, ...]:
    """Return the flags as ``flagsOf`` answers them."""
    return tuple(bool(bits >> place & 1) for place in range(7))


def _disputed(state: State, event: Event) -> None:
    _set(state, event, event.args["recordId"], _bit(state, event, _DISPUTES))


def _withdrawn(state: State, event: Event) -> None:
    _set(state, event, event.args["recordId"], _bit(state, event, _WITHDREW))


def _sealed(state: State, event: Event) -> None:
    bit = _bit(state, event, _SEALED)
    for record in event.args["records"]:
        _set(state, event, record, bit)


def _lifted(state: State, event: Event) -> None:
    bit = _bit(state, event, _SEALED)
    table = state.tables[FLAGS]
    for record in event.args["records"]:
        key = (event.args["relationship"], record)
        if key in table:
            table[key] = (table[key][0] & ~bit,)


def _erased(state: State, event: Event) -> None:
    for record in event.args["records"]:
        before = state.tables[FLAGS].get((event.args["relationship"], record), (0,))[0]
        sealed = before & (_SEALED | _SEALED << 1)
        allow(not sealed, event, "a sealed record is not erased")
        _set(state, event, record, _ERASED)


def _set(state: State, event: Event, record: bytes, bit: int) -> None:
    place = event.args["relationship"]
    relationship = existing(state.relationships, place, event, "relationship")
    existing(relationship.records, record, event, "record")
    before = state.tables[FLAGS].get((place, record), (0,))[0]
    state.tables[FLAGS][place, record] = (before | bit,)


def _bit(state: State, event: Event, bit: int) -> int:
    """Return the bit of the side that acted."""
    relationship = existing(state.relationships, event.args["relationship"], event, "relationship")
    parties, side = relationship.parties, event.args["by"]
    allow(side in (parties.owner, parties.institution), event, "it is by neither side")
    return bit if side == parties.owner else bit << 1


HANDLERS = {
    "RecordDisputed": _disputed,
    "RecordWithdrawn": _withdrawn,
    "RecordsSealed": _sealed,
    "SealLifted": _lifted,
    "ErasureCertified": _erased,
}
