"""Consultations of several institutions (R31, P70)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing, fresh
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import Answer, ConsultationStage

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["ANSWERS", "CONSULTATIONS", "HANDLERS", "Consultation"]

CONSULTATIONS = Table(
    contract="Consultations",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint8", "uint8", "uint8", "uint40"),
    noun="consultation",
    view="consultationOf",
)
ANSWERS = Table(
    contract="Consultations",
    slot=1,
    keys=("bytes32", "address"),
    fields=("uint8",),
    noun="consultation's answer",
    view="answerOf",
)


class Consultation(NamedTuple):
    """One consultation."""

    relationship: str
    stage: int
    invited: int
    answered: int
    due_at: int


def _convened(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[CONSULTATIONS], (args["id"],), event, "consultation")
    existing(state.relationships, args["relationship"], event, "relationship")
    for institution in args["institutions"]:
        fresh(state.tables[ANSWERS], (args["id"], institution), event, "invitation")
        state.tables[ANSWERS][args["id"], institution] = (Answer.INVITED,)
    state.tables[CONSULTATIONS][args["id"],] = Consultation(
        relationship=args["relationship"],
        stage=ConsultationStage.CONVENED,
        invited=len(args["institutions"]),
        answered=0,
        due_at=args["dueAt"],
    )


def _answered(state: State, event: Event) -> None:
    args = event.args
    consultation = _of(state, event)
    key = (args["id"], args["institution"])
    answer = existing(state.tables[ANSWERS], key, event, "invitation")
    allow(answer[0] == Answer.INVITED, event, "its institution has answered")
    follows = args["answered"] == consultation.answered + 1
    allow(follows, event, "an answer before it is missing")
    state.tables[ANSWERS][key] = (args["answer"],)
    counted = consultation._replace(answered=args["answered"])
    state.tables[CONSULTATIONS][args["id"],] = counted


def _ended(state: State, event: Event) -> None:
    ended = _of(state, event)._replace(stage=event.args["stage"])
    state.tables[CONSULTATIONS][event.args["id"],] = ended


def _of(state: State, event: Event) -> Consultation:
    key = (event.args["id"],)
    consultation = Consultation(*existing(state.tables[CONSULTATIONS], key, event, "consultation"))
    convened = consultation.stage == ConsultationStage.CONVENED
    allow(convened, event, "its consultation is over")
    return consultation


HANDLERS = {
    "ConsultationConvened": _convened,
    "ConsultationAnswered": _answered,
    "ConsultationEnded": _ended,
}
