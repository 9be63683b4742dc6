"""The patient's access log: what the chain says and what custodians say, in one list (R26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartkey.custody.statements import inquire
from chartkey.errors import AccessDenied, CustodyError
from chartkey.models import ZERO32

if TYPE_CHECKING:
    from chartkey.actors.person import Person
    from chartkey.chain.events import Event

__all__ = ["AccessEntry", "access_log"]

_EVENTS = {
    "AccessRequested": "requested",
    "RequestRefused": "refused",
    "AccessGranted": "granted",
    "AccessRevoked": "revoked",
}

_OUTCOMES = ("read", "denied")
"""What a custodian can tell of; it cannot pass anything off as the chain's."""


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One line: when (Unix time), who, what, about which relationship and record.

    ``who`` is the viewer's account, empty for the patient's own acts on a grant; ``source`` is
    ``chain`` or the custodian's account; ``record`` is all zero when not about one record.
    """

    at: int
    who: str
    what: str
    relationship: str
    record: bytes
    source: str


def access_log(patient: Person) -> list[AccessEntry]:
    """Return every request, grant, refusal, reading, denial and revocation, oldest first.

    Raises:
        NodeUnavailable: the node is away.
    """
    entries: list[AccessEntry] = []
    for relationship in (entry.relationship for entry in patient.relationships()):
        entries += _from_chain(patient, relationship)
        entries += _from_custodians(patient, relationship)
    return sorted(entries, key=lambda entry: entry.at)


def _from_chain(patient: Person, relationship: str) -> list[AccessEntry]:
    return [
        AccessEntry(
            at=patient.network.block(event.block).timestamp,
            who=_who(event),
            what=_EVENTS[event.name],
            relationship=relationship,
            record=event.args.get("recordId", ZERO32),
            source="chain",
        )
        for event in patient.history(relationship).events
        if event.name in _EVENTS
    ]


def _who(event: Event) -> str:
    return str(event.args.get("viewer", ""))


def _from_custodians(patient: Person, relationship: str) -> list[AccessEntry]:
    """Former mirrors released too, and keep what they logged."""
    institution = patient.network.relationship(relationship).parties().institution
    entries = []
    for keeper in (institution, *patient.history(relationship).mirrors()):
        try:
            inquiry = inquire(patient.network, patient.keys, relationship, keeper, "access-log")
            logged = patient.directory.custodian(keeper).access_log(inquiry)
        except (AccessDenied, CustodyError):
            continue
        entries += [
            AccessEntry(e.at, e.reader, e.outcome, relationship, e.record, keeper)
            for e in logged
            if e.outcome in _OUTCOMES
        ]
    return entries
