"""What the contracts beside the relationships must answer if the replayed state is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartkey.audit.fold import TABLES
from chartkey.audit.fold.batches import BATCHES
from chartkey.audit.fold.breakglass import OPENINGS, Opening
from chartkey.audit.fold.delegations import DELEGATIONS, Delegation
from chartkey.audit.fold.evidence import FLAGS, flags
from chartkey.audit.fold.guardianship import MANDATES, Mandate
from chartkey.audit.fold.recovery import ATTEMPTS, COMING, Attempt, circle_of
from chartkey.audit.live import holds, is_delegation_live, is_emergency_open, is_recovery_open
from chartkey.audit.question import Question
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import Basis

__all__ = ["beside"]


def beside(state: State, time: int) -> Iterator[Question]:
    """Yield what to ask about every entry of every table, for a block of that Unix time."""
    if state.batches_opened:
        yield _ask(BATCHES, "batchCount", (), len(state.tables[BATCHES]))
    for table in TABLES:
        if table.view:
            for key, entry in state.tables[table].items():
                yield _ask(table, table.view, key, table.answer(tuple(entry)))
    for key, entry in state.tables[FLAGS].items():
        yield _ask(FLAGS, "flagsOf", key, flags(entry[0]))
    yield from _timed(state, time)


def _timed(state: State, time: int) -> Iterator[Question]:
    for key, entry in state.tables[DELEGATIONS].items():
        live = is_delegation_live(state, Delegation(*entry), time)
        yield _ask(DELEGATIONS, "isDelegationLive", key, live)
    for key, entry in state.tables[OPENINGS].items():
        yield _ask(OPENINGS, "isEmergencyOpen", key, is_emergency_open(Opening(*entry), time))
    for key, entry in state.tables[ATTEMPTS].items():
        yield _ask(ATTEMPTS, "isRecoveryOpen", key, is_recovery_open(Attempt(*entry), time))
    for (account,) in state.tables[COMING]:
        circle = tuple(circle_of(state, account, time))
        yield _ask(COMING, "circleOf", (account,), circle)
    for key, entry in state.tables[MANDATES].items():
        mandate = Mandate(*entry)
        reads = holds(state, key[1], mandate, time)
        yield _ask(MANDATES, "mayRead", key, reads)
        acts = reads and mandate.basis != Basis.DECEASED
        # Any contract but the two that nobody calls for a ward; the guardian's own account will do.
        yield _ask(MANDATES, "mayAct", (*key, key[1]), acts)


def _ask(table: Table, function: str, args: tuple[Any, ...], answer: Any) -> Question:
    shown = " ".join("0x" + arg.hex() if isinstance(arg, bytes) else str(arg) for arg in args)
    entity = f"{table.noun} {shown}".strip()
    return Question(table.noun, entity, table.contract, None, function, args, answer)
