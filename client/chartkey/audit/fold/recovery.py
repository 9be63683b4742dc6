"""Guardians' circles and what they recovered (R06, P31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import AttemptStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["APPROVED", "ATTEMPTS", "CIRCLES", "COMING", "HANDLERS", "Attempt", "circle_of"]

_CIRCLE = ("bytes32", "uint8", "uint8", "uint32", "uint40")
_NOBODY = "0x" + "0" * 40
CIRCLES = Table("Recovery", 0, ("address",), _CIRCLE, "circle of guardians")
COMING = Table("Recovery", 1, ("address",), _CIRCLE, "coming circle of guardians")
ATTEMPTS = Table(
    contract="Recovery",
    slot=2,
    keys=("address",),
    fields=(
        *("address", "uint8", "bool", "uint8", "uint32", "uint8", "uint32"),
        *("uint40", "uint40", "bytes32"),
    ),
    noun="recovery",
    view="attemptOf",
)
APPROVED = Table("Recovery", 3, ("address", "uint32"), ("uint256",), "approvals")


class _Circle(NamedTuple):
    root: bytes
    threshold: int
    size: int
    delay: int
    since: int


class Attempt(NamedTuple):
    """The newest attempt to recover an account."""

    replacement: str
    status: int
    attested: bool
    threshold: int
    delay: int
    approvals: int
    number: int
    started_at: int
    ready_at: int
    root: bytes


_NO_CIRCLE = _Circle(bytes(32), 0, 0, 0, 0)
_NO_ATTEMPT = Attempt(_NOBODY, 0, False, 0, 0, 0, 0, 0, 0, bytes(32))


def circle_of(state: State, account: str, time: int) -> _Circle:
    """The guardians who count at that Unix time, as the contract's view says it."""
    coming = _Circle(*state.tables[COMING].get((account,), _NO_CIRCLE))
    if any(coming.root) and time >= coming.since:
        return coming
    return _Circle(*state.tables[CIRCLES].get((account,), _NO_CIRCLE))


def _named(state: State, event: Event) -> None:
    args = event.args
    account = args["account"]
    in_force = circle_of(state, account, written_at(event))
    due = args["since"] == written_at(event) + in_force.delay
    allow(due, event, "its circle counts at another time than it may")
    state.tables[CIRCLES][account,] = in_force
    state.tables[COMING][account,] = _Circle(
        args["root"], args["threshold"], args["size"], args["delay"], args["since"]
    )


def _approved(state: State, event: Event) -> None:
    args = event.args
    account = args["account"]
    attempt = Attempt(*state.tables[ATTEMPTS].get((account,), _NO_ATTEMPT))
    if args["number"] == attempt.number + 1:
        circle = circle_of(state, account, written_at(event))
        attempt = _NO_ATTEMPT._replace(
            replacement=args["replacement"],
            status=AttemptStatus.STARTED,
            threshold=circle.threshold,
            delay=circle.delay,
            number=args["number"],
            started_at=written_at(event),
            root=circle.root,
        )
    # A vetoed one is approved too: whether the veto was a thief's is the institution's to say.
    alive = attempt.status in (AttemptStatus.STARTED, AttemptStatus.VETOED)
    same = attempt.number == args["number"]
    allow(alive and same, event, "its recovery is not under way")
    bits = state.tables[APPROVED].get((account, args["number"]), (0,))[0]
    allow(not bits >> args["index"] & 1, event, "its guardian approved before")
    follows = args["approvals"] == attempt.approvals + 1
    allow(follows, event, "an approval before it is missing")
    state.tables[APPROVED][account, args["number"]] = (bits | 1 << args["index"],)
    state.tables[ATTEMPTS][account,] = attempt._replace(
        approvals=args["approvals"], ready_at=args["readyAt"]
    )


def _changed(state: State, event: Event, *before: AttemptStatus) -> tuple[str, Attempt]:
    account = event.args["account"]
    attempt = Attempt(*existing(state.tables[ATTEMPTS], (account,), event, "recovery"))
    under_way = attempt.status in before
    same = attempt.number == event.args["number"]
    allow(under_way and same, event, "its recovery is not under way")
    return account, attempt


def _vetoed(state: State, event: Event) -> None:
    account, attempt = _changed(state, event, AttemptStatus.STARTED)
    allow(not attempt.attested, event, "an attested recovery is not vetoed")
    state.tables[ATTEMPTS][account,] = attempt._replace(status=AttemptStatus.VETOED)


def _attested(state: State, event: Event) -> None:
    both = (AttemptStatus.STARTED, AttemptStatus.VETOED)
    account, attempt = _changed(state, event, *both)
    state.tables[ATTEMPTS][account,] = attempt._replace(
        status=AttemptStatus.STARTED, attested=True, ready_at=event.args["readyAt"]
    )


def _completed(state: State, event: Event) -> None:
    account, attempt = _changed(state, event, AttemptStatus.STARTED)
    state.tables[ATTEMPTS][account,] = attempt._replace(status=AttemptStatus.COMPLETED)


HANDLERS = {
    "GuardiansNamed": _named,
    "RecoveryApproved": _approved,
    "RecoveryVetoed": _vetoed,
    "RecoveryAttested": _attested,
    "RecoveryCompleted": _completed,
}
