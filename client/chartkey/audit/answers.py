"""Who could read a record, and why (R40): authorisation as the chain shows it.

"Was authorised" is one question, "was handed a key" another (P52): the second is answered by
the custodians' receipts, which are not on chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartkey.audit.names import Names
from chartkey.audit.readers import Reader, covers, further_readers
from chartkey.audit.state import Relationship, State
from chartkey.audit.status import is_institution_active, is_viewer_active
from chartkey.audit.wording import clean, moment, scope_label
from chartkey.errors import Ambiguous, RecordMissing
from chartkey.models import Block, GrantStatus, GrantTerms, RelationshipStatus

__all__ = ["Answer", "Reader", "who_could_read"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Who could read a record at a block, and who could not although a grant names them.

    ``readers`` could: owner first, then the author institution, then grants from the oldest, then
    guardians, delegates and emergency openings. ``barred`` had something of these in the same
    relationship that did not let them read this record then. ``time`` is the block's, in Unix time.
    """

    record: bytes
    relationship: str
    block: int
    time: int
    readers: tuple[Reader, ...]
    barred: tuple[Reader, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return {
            "record": "0x" + self.record.hex(),
            "relationship": self.relationship,
            "block": self.block,
            "time": self.time,
            "readers": [reader.to_dict() for reader in self.readers],
            "barred": [reader.to_dict() for reader in self.barred],
        }


def who_could_read(
    state: State, names: Names, record: bytes, block: Block, relationship: str | None = None
) -> Answer:
    """Answer from a state who could read a record.

    Args:
        state: The state at the end of the block.
        names: Whom addresses belong to.
        record: The 32-byte id of a record version.
        block: The block; grants that have expired by its time do not count.
        relationship: Where the record is anchored; needed only when two relationships use
            the same id.

    Raises:
        RecordMissing: no such record was anchored by then.
        Ambiguous: several relationships use that id; name one.
    """
    address = _find(state, record, relationship)
    found = state.relationships[address]
    readers = list(_standing_readers(state, names, found, block.timestamp))
    barred: list[Reader] = []
    for id, terms in found.terms.items():
        problem = _obstacle(state, found, id, terms, record, block.timestamp)
        reason = problem or _permission(terms)
        reader = Reader(terms.viewer, names.of(terms.viewer), "grant", reason, id)
        (barred if problem else readers).append(reader)
    for reader, problem in further_readers(state, names, address, record, block.timestamp):
        (barred if problem else readers).append(reader)
    return Answer(record, address, block.number, block.timestamp, tuple(readers), tuple(barred))


def _find(state: State, record: bytes, relationship: str | None) -> str:
    found = [
        address
        for address, entry in state.relationships.items()
        if record in entry.records and relationship in (None, address)
    ]
    if not found:
        raise RecordMissing(record="0x" + record.hex())
    if len(found) > 1:
        raise Ambiguous(what="record id", choices=found, parameter="relationship")
    return found[0]


def _standing_readers(
    state: State, names: Names, relationship: Relationship, time: int
) -> Iterator[Reader]:
    owner, institution = relationship.parties.owner, relationship.parties.institution
    reason = "The record is theirs: an owner's reading never expires, whatever happens elsewhere."
    yield Reader(owner, names.of(owner), "owner", reason)
    reason = "It wrote the record: its staff read it through its own custodian, with a receipt."
    if not is_institution_active(state.consortium, institution, time):
        reason += " It is not an active member now, but it still holds the keys."
    yield Reader(institution, names.of(institution), "author institution", reason)


def _permission(terms: GrantTerms) -> str:
    return (
        f"The owner granted {scope_label(terms)} for {clean(terms.purpose)} until "
        f"{moment(terms.expires_at)}, and the viewer is active."
    )


def _obstacle(
    state: State,
    relationship: Relationship,
    id: bytes,
    terms: GrantTerms,
    record: bytes,
    time: int,
) -> str | None:
    """Return why a grant does not let its viewer read the record, or None if it does."""
    if not covers(relationship, terms, record):
        return f"The grant covers {scope_label(terms)}, not this record."
    if relationship.grants[id].status == GrantStatus.REVOKED:
        return "The owner revoked the grant; what was read before cannot be called back."
    if time >= terms.expires_at:
        return f"The grant expired at {moment(terms.expires_at)}."
    if relationship.parties.status != RelationshipStatus.ACCEPTED:
        return "The relationship has ended, and its grants with it."
    if not is_viewer_active(state, terms.viewer, terms.affiliation, time):
        return "The viewer, or an institution or department above, is not active."
    return None
