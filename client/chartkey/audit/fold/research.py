"""Studies and who takes part in them (R43)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, fresh, written_at
from chartkey.audit.state import State
from chartkey.audit.tables import Table

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["CHOICES", "HANDLERS", "STUDIES", "Choice", "Study"]

STUDIES = Table(
    contract="Research",
    slot=0,
    keys=("bytes32",),
    fields=("address", "uint40", "bytes32"),
    noun="study",
    view="studyOf",
)
CHOICES = Table(
    contract="Research",
    slot=1,
    keys=("bytes32", "address"),
    fields=("bool", "uint32"),
    noun="choice",
    view="choiceOf",
)


class Study(NamedTuple):
    """One study."""

    researcher: str
    registered_at: int
    protocol: bytes


class Choice(NamedTuple):
    """A patient's choice about one study."""

    participates: bool
    number: int


def _registered(state: State, event: Event) -> None:
    args = event.args
    fresh(state.tables[STUDIES], (args["study"],), event, "study")
    study = Study(args["researcher"], written_at(event), args["protocol"])
    state.tables[STUDIES][args["study"],] = study


def _chosen(state: State, event: Event) -> None:
    args = event.args
    key = (args["study"], args["patient"])
    before = Choice(*state.tables[CHOICES].get(key, (False, 0)))
    allow(args["number"] > before.number, event, "a later choice was made before it")
    state.tables[CHOICES][key] = Choice(args["participates"], args["number"])


HANDLERS = {"StudyRegistered": _registered, "ParticipationChosen": _chosen}
