"""Looking up what an event takes for granted.

An event that refers to something no earlier event made cannot be genuine and complete: a log
was left out, or made up.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, TypeVar

from chartkey.errors import EventRefused

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["allow", "existing", "fresh", "known", "refusal", "written_at"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_NOBODY = "0x" + "0" * 40


def known(address: str) -> str | None:
    """Return the address, or None for the zero address, Solidity's way to say nobody."""
    return None if address == _NOBODY else address


def existing(entries: Mapping[_Key, _Value], key: _Key, event: Event, noun: str) -> _Value:
    """Return what earlier events made under this key.

    Raises:
        EventRefused: no earlier event made it; ``noun`` says what is missing.
    """
    try:
        return entries[key]
    except KeyError:
        raise refusal(event, f"no earlier event made its {noun}") from None


def fresh(entries: Container[_Key], key: _Key, event: Event, noun: str) -> None:
    """Make sure that no earlier event made this.

    Raises:
        EventRefused: one did; ``noun`` says what there would be twice.
    """
    if key in entries:
        raise refusal(event, f"an earlier event made its {noun}")


def allow(condition: bool, event: Event, problem: str) -> None:
    """Make sure that the contract could have emitted this after what was folded in.

    Raises:
        EventRefused: it could not; ``problem`` says why.
    """
    if not condition:
        raise refusal(event, problem)


def written_at(event: Event) -> int:
    """Return the event's block time, which contracts store beside what the event carries.

    Raises:
        EventRefused: the event came without it.
    """
    if event.timestamp is None:
        raise refusal(event, "its block's time is missing")
    return event.timestamp


def refusal(event: Event, problem: str) -> EventRefused:
    """Return the exception for an event that cannot be folded in."""
    return EventRefused(
        event=f"{event.contract}.{event.name}",
        block=event.block,
        index=event.log_index,
        problem=problem,
    )
