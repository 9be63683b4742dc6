"""Referrals through their four stages (R30, P70)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import ReferralStage

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "REFERRALS", "TRAFFIC", "Referral"]

REFERRALS = Table(
    contract="Referrals",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint8", "uint8", "uint40", "uint40", "address", "bytes32", "bytes32"),
    noun="referral",
    view="referralOf",
)
TRAFFIC = Table(
    contract="Referrals",
    slot=1,
    keys=("address", "address"),
    fields=("uint32", "uint64"),
    noun="referrals",
    view="trafficOf",
)

_NOT_ADMITTED = (ReferralStage.PREPARED, ReferralStage.BOOKED)
_BEFORE = {
    ReferralStage.REFUSED: _NOT_ADMITTED,
    ReferralStage.CANCELLED: _NOT_ADMITTED,
    ReferralStage.NO_SHOW: (ReferralStage.BOOKED,),
    ReferralStage.EXPIRED: _NOT_ADMITTED,
    ReferralStage.OVERDUE: (ReferralStage.ADMITTED,),
}


class Referral(NamedTuple):
    """One referral."""

    relationship: str
    stage: int
    triage: int
    due_at: int
    since: int
    to: str
    slot: bytes
    package: bytes


def _prepared(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[REFERRALS], (args["id"],), event, "referral")
    existing(state.relationships, args["relationship"], event, "relationship")
    pair = (args["from"], args["to"])
    open, total = state.tables[TRAFFIC].get(pair, (0, 0))
    allow(args["open"] == open + 1, event, "a referral before it is missing")
    state.tables[TRAFFIC][pair] = (args["open"], total + 1)
    state.tables[REFERRALS][args["id"],] = Referral(
        relationship=args["relationship"],
        stage=ReferralStage.PREPARED,
        triage=0,
        due_at=args["content"]["dueAt"],
        since=written_at(event),
        to=args["to"],
        slot=bytes(32),
        package=args["content"]["package"],
    )


def _triaged(state: State, event: Event) -> None:
    referral = _at(state, event, *_NOT_ADMITTED)
    _put(state, event, referral._replace(triage=event.args["level"]))


def _booked(state: State, event: Event) -> None:
    referral = _at(state, event, ReferralStage.PREPARED)
    args = event.args
    booked = referral._replace(slot=args["slot"], due_at=args["startsAt"])
    _advance(state, event, booked, ReferralStage.BOOKED)


def _admitted(state: State, event: Event) -> None:
    referral = _at(state, event, *_NOT_ADMITTED)
    admitted = referral._replace(due_at=event.args["dueAt"])
    _advance(state, event, admitted, ReferralStage.ADMITTED)


def _answered(state: State, event: Event) -> None:
    referral = _at(state, event, ReferralStage.ADMITTED, ReferralStage.OVERDUE)
    # What is overdue was no longer counted as open.
    counted = referral.stage == ReferralStage.ADMITTED
    _leave(state, event, referral, 1 if counted else 0)
    down = event.args["down"]
    stage = ReferralStage.RETURNING if down else ReferralStage.ANSWERED
    _advance(state, event, referral, stage)


def _returned(state: State, event: Event) -> None:
    referral = _at(state, event, ReferralStage.RETURNING)
    _advance(state, event, referral, ReferralStage.RETURNED)


def _closed(state: State, event: Event) -> None:
    stage = ReferralStage(event.args["stage"])
    referral = _at(state, event, *_BEFORE.get(stage, ()))
    _leave(state, event, referral, 1)
    _advance(state, event, referral, stage)


def _leave(state: State, event: Event, referral: Referral, closed: int) -> None:
    parties = state.relationships[referral.relationship].parties
    pair = (parties.institution, referral.to)
    open, total = state.tables[TRAFFIC].get(pair, (0, 0))
    follows = event.args["open"] == open - closed
    allow(follows, event, "its number of open referrals does not follow")
    state.tables[TRAFFIC][pair] = (event.args["open"], total)


def _advance(state: State, event: Event, referral: Referral, stage: ReferralStage) -> None:
    _put(state, event, referral._replace(stage=stage, since=written_at(event)))


def _put(state: State, event: Event, referral: Referral) -> None:
    state.tables[REFERRALS][event.args["id"],] = referral


def _at(state: State, event: Event, *stages: ReferralStage) -> Referral:
    key = (event.args["id"],)
    referral = Referral(*existing(state.tables[REFERRALS], key, event, "referral"))
    allow(referral.stage in stages, event, "its referral is at another stage")
    return referral


HANDLERS = {
    "ReferralPrepared": _prepared,
    "ReferralTriaged": _triaged,
    "ReferralBooked": _booked,
    "ReferralAdmitted": _admitted,
    "FeedbackGiven": _answered,
    "ReferralReturned": _returned,
    "ReferralClosed": _closed,
}
