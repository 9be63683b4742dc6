"""What each event writes, contract by contract; ``HANDLERS`` knows them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chartkey.audit.fold import consortium, forwarder, listing, registrar, relationship
from chartkey.audit.state import State

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "Handler"]

Handler = Callable[[State, "Event"], None]

HANDLERS: dict[tuple[str, str], Handler] = {
    (contract, event): handler
    for contract, handlers in (
        ("Consortium", consortium.HANDLERS),
        ("Forwarder", forwarder.HANDLERS),
        ("Registrar", registrar.HANDLERS),
        ("RelationshipFactory", listing.FACTORY_HANDLERS),
        ("Summary", listing.SUMMARY_HANDLERS),
        ("Relationship", relationship.HANDLERS),
    )
    for event, handler in handlers.items()
}
"""The handler of every event, by contract and event name."""
