"""The events by which clones come to be and are found: factory and Summaries (P04, R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.audit.fold.guard import allow, existing, fresh
from chartkey.audit.state import Relationship, State, Summary, Tombstone
from chartkey.models import Parties, RelationshipStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["FACTORY_HANDLERS", "SUMMARY_HANDLERS"]


def _created(state: State, event: Event) -> None:
    args = event.args
    fresh(state.relationships, args["relationship"], event, "relationship")
    parties = Parties(args["owner"], args["institution"], None, RelationshipStatus.NONE)
    state.relationships[args["relationship"]] = Relationship(parties, args["nonce"])


def _precluded(state: State, event: Event) -> None:
    args = event.args
    fresh(state.precluded, args["relationship"], event, "tombstone")
    tombstone = Tombstone(args["owner"], args["institution"], args["nonce"])
    state.precluded[args["relationship"]] = tombstone


def _summary_opened(state: State, event: Event) -> None:
    fresh(state.summaries, event.address, event, "Summary")
    state.summaries[event.address] = Summary(event.args["owner"])


def _relationship_listed(state: State, event: Event) -> None:
    summary = existing(state.summaries, event.address, event, "Summary")
    args, count = event.args, len(summary.relationships)
    allow(args["index"] == count, event, "an entry before it is missing")
    allow(args["owner"] == summary.owner, event, "its Summary is another account's")
    summary.relationships.append(args["relationship"])


FACTORY_HANDLERS = {
    "RelationshipCreated": _created,
    "RelationshipPrecluded": _precluded,
}
SUMMARY_HANDLERS = {
    "SummaryOpened": _summary_opened,
    "RelationshipListed": _relationship_listed,
}
