"""Emergency access by quorum, and its reviews (R24, P30)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import OpeningStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = [
    "ACCOUNTS",
    "APPROVED",
    "ARRANGEMENTS",
    "HANDLERS",
    "OPENINGS",
    "OVERDUE",
    "Arrangement",
    "Opening",
]

ARRANGEMENTS = Table(
    contract="BreakGlass",
    slot=0,
    keys=("address",),
    fields=("bytes32", "uint32", "uint8", "bool"),
    noun="emergency arrangement",
    view="arrangementOf",
)
OPENINGS = Table(
    contract="BreakGlass",
    slot=1,
    keys=("bytes32",),
    fields=(
        *("address", "uint8", "uint8", "uint32", "address", "uint32"),
        *("address", "uint40", "uint40", "bytes32"),
    ),
    noun="emergency opening",
    view="openingOf",
)
APPROVED = Table("BreakGlass", 2, ("bytes32", "address"), ("bool",), "emergency approval")
OVERDUE = Table("BreakGlass", 3, ("bytes32",), ("bool",), "overdue review")
ACCOUNTS = Table(
    contract="BreakGlass",
    slot=4,
    keys=("address",),
    fields=("uint32", "uint32"),
    noun="emergency account",
    view="accountOf",
)


class Arrangement(NamedTuple):
    """How a patient's emergency secret is shared."""

    digest: bytes
    version: int
    threshold: int
    used: bool


class Opening(NamedTuple):
    """One use, or the request for one."""

    patient: str
    status: int
    approvals: int
    duration: int
    requester: str
    version: int
    institution: str
    requested_at: int
    ends_at: int
    affiliation: bytes


def _arranged(state: State, event: Event) -> None:
    from eth_abi.abi import encode
    from eth_hash.auto import keccak

    args = event.args
    key = (args["patient"],)
    before = state.tables[ARRANGEMENTS].get(key, ARRANGEMENTS.empty())
    allow(args["version"] == before[1] + 1, event, "an arrangement before it is missing")
    shared = encode(["address[]", "bytes32[]"], [list(args["holders"]), list(args["checks"])])
    state.tables[ARRANGEMENTS][key] = Arrangement(
        keccak(shared), args["version"], args["threshold"], used=False
    )


def _requested(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[OPENINGS], (args["id"],), event, "opening")
    existing(state.tables[ARRANGEMENTS], (args["patient"],), event, "arrangement")
    state.tables[OPENINGS][args["id"],] = Opening(
        patient=args["patient"],
        status=OpeningStatus.REQUESTED,
        approvals=0,
        duration=args["duration"],
        requester=args["requester"],
        version=args["version"],
        institution=args["institution"],
        requested_at=written_at(event),
        ends_at=0,
        affiliation=args["affiliation"],
    )


def _share_released(state: State, event: Event) -> None:
    args = event.args
    opening = _of(state, event)
    allow(opening.status == OpeningStatus.REQUESTED, event, "its opening is not asked for")
    fresh(state.tables[APPROVED], (args["id"], args["institution"]), event, "approval")
    follows = args["approvals"] == opening.approvals + 1
    allow(follows, event, "an approval before it is missing")
    state.tables[APPROVED][args["id"], args["institution"]] = (True,)
    opening = opening._replace(approvals=args["approvals"])
    key = (opening.patient,)
    arrangement = Arrangement(*state.tables[ARRANGEMENTS][key])
    opens = args["approvals"] == arrangement.threshold
    ends_at = written_at(event) + opening.duration if opens else 0
    allow(args["endsAt"] == ends_at, event, "its end does not follow")
    if opens:
        opening = opening._replace(status=OpeningStatus.OPENED, ends_at=ends_at)
        state.tables[ARRANGEMENTS][key] = arrangement._replace(used=True)
        _count(state, opening.institution, unreviewed=1)
    state.tables[OPENINGS][args["id"],] = opening


def _ended(state: State, event: Event) -> None:
    opening = _of(state, event)
    allow(opening.status == OpeningStatus.OPENED, event, "its opening is not open")
    ended = opening._replace(ends_at=event.args["endsAt"])
    state.tables[OPENINGS][event.args["id"],] = ended


def _found_overdue(state: State, event: Event) -> None:
    opening = _of(state, event)
    allow(opening.status == OpeningStatus.OPENED, event, "its opening waits for no review")
    fresh(state.tables[OVERDUE], (event.args["id"],), event, "overdue review")
    state.tables[OVERDUE][event.args["id"],] = (True,)
    _count(state, opening.institution, overdue=1)


def _reviewed(state: State, event: Event) -> None:
    opening = _of(state, event)
    allow(opening.status == OpeningStatus.OPENED, event, "its opening waits for no review")
    reviewed = opening._replace(status=OpeningStatus.REVIEWED)
    state.tables[OPENINGS][event.args["id"],] = reviewed
    overdue = (event.args["id"],) in state.tables[OVERDUE]
    _count(state, opening.institution, unreviewed=-1, overdue=-1 if overdue else 0)


def _count(state: State, institution: str, unreviewed: int = 0, overdue: int = 0) -> None:
    before = state.tables[ACCOUNTS].get((institution,), (0, 0))
    state.tables[ACCOUNTS][institution,] = (before[0] + unreviewed, before[1] + overdue)


def _of(state: State, event: Event) -> Opening:
    key = (event.args["id"],)
    return Opening(*existing(state.tables[OPENINGS], key, event, "opening"))


HANDLERS = {
    "EmergencyArranged": _arranged,
    "EmergencyRequested": _requested,
    "ShareReleased": _share_released,
    "EmergencyEnded": _ended,
    "ReviewOverdue": _found_overdue,
    "EmergencyReviewed": _reviewed,
}
