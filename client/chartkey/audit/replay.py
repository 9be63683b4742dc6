"""The fold: events in, state out (R40, P50).

>>> state = replay(chain.events.events(network, timestamps=True))  # doctest: +SKIP
>>> state.consortium.census.electorate                             # doctest: +SKIP
3

Every event of every contract is known here; an unknown one is refused, because a state
without it would only look complete. So is a log that is out of order, came twice, or is of a
block with another hash than its neighbours', which a reorganisation leaves behind (T22); logs
that the node itself marks removed never get here (``chain.logs``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chartkey.audit.fold import HANDLERS
from chartkey.audit.fold.guard import refusal
from chartkey.audit.state import State
from chartkey.models import Block

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["apply", "replay"]


def replay(events: Iterable[Event], state: State | None = None) -> State:
    """Fold events, oldest first, into a state, a new one unless ``state`` is given.

    Args:
        events: Genuine events with their block times, in chain order.
        state: What the events before them left; it is changed.

    Returns:
        The state after the last event.

    Raises:
        EventRefused: an event is unknown, out of order, incomplete, or does not fit those
            before it. ``state`` is then unusable.
    """
    state = State() if state is None else state
    for event in events:
        apply(state, event)
    return state


def apply(state: State, event: Event) -> None:
    """Fold one event into the state: what the contract wrote is written here too.

    The outcome depends on nothing but the two arguments.

    Raises:
        EventRefused: as for ``replay``.
    """
    handler = HANDLERS.get((event.contract, event.name))
    if handler is None:
        raise refusal(event, "this release does not know it")
    _check_place(state, event)
    try:
        handler(state, event)
    except ValueError as err:
        raise refusal(event, "a value is outside its enumeration") from err
    state.last = (event.block, event.log_index)
    state.block = Block(event.block, event.block_hash, event.timestamp or 0)
    state.events += 1


def _check_place(state: State, event: Event) -> None:
    if (event.block, event.log_index) <= state.last:
        raise refusal(event, "it is out of order or came twice")
    block = state.block
    if block and block.number == event.block and block.hash != event.block_hash:
        raise refusal(event, "its block has another hash than the event before it")
