"""Charges, claimed once (R44)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import ChargeStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["CHARGES", "HANDLERS", "Charge"]

CHARGES = Table(
    contract="Charges",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint8", "uint40", "address", "bytes32"),
    noun="charge",
    view="chargeOf",
)
_OPEN = (ChargeStatus.POSTED, ChargeStatus.RELEASED)
_BEFORE = {
    ChargeStatus.CLAIMED: (ChargeStatus.RELEASED,),
    ChargeStatus.VOID: _OPEN,
    ChargeStatus.REFUNDED: (ChargeStatus.CLAIMED,),
}


class Charge(NamedTuple):
    """One charge."""

    relationship: str
    status: int
    changed_at: int
    insurer: str
    commitment: bytes


def _posted(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[CHARGES], (args["id"],), event, "charge")
    existing(state.relationships, args["relationship"], event, "relationship")
    state.tables[CHARGES][args["id"],] = Charge(
        relationship=args["relationship"],
        status=ChargeStatus.POSTED,
        changed_at=written_at(event),
        insurer="0x" + "0" * 40,
        commitment=args["commitment"],
    )


def _released(state: State, event: Event) -> None:
    charge = _of(state, event, *_OPEN)._replace(insurer=event.args["insurer"])
    _stand(state, event, charge, ChargeStatus.RELEASED)


def _changed(state: State, event: Event) -> None:
    status = ChargeStatus(event.args["status"])
    _stand(state, event, _of(state, event, *_BEFORE.get(status, ())), status)


def _stand(state: State, event: Event, charge: Charge, status: ChargeStatus) -> None:
    changed = charge._replace(status=status, changed_at=written_at(event))
    state.tables[CHARGES][event.args["id"],] = changed


def _of(state: State, event: Event, *before: ChargeStatus) -> Charge:
    charge = Charge(*existing(state.tables[CHARGES], (event.args["id"],), event, "charge"))
    allow(charge.status in before, event, "its charge cannot change so")
    return charge


HANDLERS = {
    "ChargePosted": _posted,
    "ChargeReleased": _released,
    "ChargeChanged": _changed,
}
