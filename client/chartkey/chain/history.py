"""One relationship as its events tell it: records, grants, requests and root wraps.

Contracts keep what decides; what only people need stands in events. Everything here is read
anew at each call, so that nobody acts on a picture of yesterday.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chartkey.chain.contract import ZERO_ADDRESS
from chartkey.crypto.digest import keccak256
from chartkey.errors import RecordMissing, RelationshipMissing
from chartkey.models import (
    Attestation,
    Granted,
    GrantTerms,
    RecordPointer,
    RecordStatus,
    Requested,
    Scope,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event
    from chartkey.chain.network import Network
    from chartkey.models import RecordState

__all__ = ["RelationshipHistory", "stored_state"]


def stored_state(network: Network, pointer: RecordPointer) -> RecordState:
    """Return what the contract stores of a record, if that is what its event told (T24).

    Status and whether a later version replaces it may have changed since: storage decides.

    Raises:
        RecordMissing: events and storage disagree on root, locator, author, kind or epoch.
        NodeUnavailable: the node is away.
    """
    state = network.relationship(pointer.relationship).record_of(pointer.record)
    stored = (state.root, state.locator_hash, state.author, state.kind, state.epoch)
    locator_hash = keccak256(pointer.locator)
    if stored != (pointer.root, locator_hash, pointer.author, pointer.kind, pointer.epoch):
        raise RecordMissing(record="0x" + pointer.record.hex())
    return state


class RelationshipHistory:
    """The events of one relationship up to a block, oldest first.

    Args:
        network: Where the relationship lives.
        relationship: Its address; it must be genuine, see ``Network.contract_at``.
        to_block: The last block looked at; None for the newest.
    """

    def __init__(self, network: Network, relationship: str, to_block: int | None = None) -> None:
        self._network = network
        self.relationship = relationship
        self._to_block = to_block

    @cached_property
    def events(self) -> list[Event]:
        """Every event of the relationship."""
        from chartkey.chain.events import events

        return list(events(self._network, addresses=[self.relationship], to_block=self._to_block))

    def proposal(self) -> Event:
        """Return the event with which the relationship began.

        Raises:
            RelationshipMissing: there is no such relationship.
        """
        for event in self.events:
            if event.name == "RelationshipProposed":
                return event
        raise RelationshipMissing(owner=self.relationship, status="genuine")

    def mirrors(self) -> list[str]:
        """Return every member that was ever named as mirror, the present one first.

        Raises:
            RelationshipMissing: there is no such relationship.
        """
        named = [self.proposal().args["mirror"]]
        named += [e.args["mirror"] for e in self.events if e.name == "MirrorChanged"]
        return [mirror for mirror in dict.fromkeys(reversed(named)) if mirror != ZERO_ADDRESS]

    def root_wraps(self, party: str) -> list[tuple[int, bytes]]:
        """Return (key version, wrap) of the relationship root for one party, newest first.

        Raises:
            RelationshipMissing: there is no such relationship.
        """
        args = self.proposal().args
        side = "owner" if party == args["owner"] else "institution"
        wraps = [(args[f"{side}KeyVersion"], args[f"{side}Wrap"])]
        for event in self.events:
            if event.name == "RootRewrapped" and event.args["party"] == party:
                wraps.append((event.args["keyVersion"], event.args["wrap"]))
        return wraps[::-1]

    def records(self) -> list[RecordPointer]:
        """Return every record version, oldest first, with its status as of now."""
        replaced = {e.args["parent"] for e in self.events if e.name == "RecordAnchored"}
        confirmed = {e.args["recordId"] for e in self.events if e.name == "RecordConfirmed"}
        return [
            self._pointer(event, replaced, confirmed)
            for event in self.events
            if event.name == "RecordAnchored"
        ]

    def record(self, record: bytes) -> RecordPointer:
        """Return one record version by its 32-byte id.

        Raises:
            RecordMissing: it is not anchored here.
        """
        for pointer in self.records():
            if pointer.record == record:
                return pointer
        raise RecordMissing(record="0x" + record.hex())

    def erased(self) -> frozenset[bytes]:
        """Return the ids of the records whose custodians certified that they are erased (R52)."""
        from chartkey.chain.events import events

        found = events(
            self._network,
            names=["ErasureCertified"],
            topics=[self.relationship],
            to_block=self._to_block,
        )
        return frozenset(record for event in found for record in event.args["records"])

    def grants(self) -> list[Granted]:
        """Return every grant, oldest first, revoked ones included."""
        revoked = {e.args["id"] for e in self.events if e.name == "AccessRevoked"}
        return [
            Granted(self.relationship, _terms(event), event.block, event.args["id"] in revoked)
            for event in self.events
            if event.name == "AccessGranted"
        ]

    def requests(self) -> list[Requested]:
        """Return every request, oldest first."""
        return [
            Requested(
                relationship=self.relationship,
                id=event.args["request"],
                viewer=event.args["viewer"],
                affiliation=event.args["affiliation"],
                scope=Scope(event.args["scope"]),
                kind=event.args["kind"],
                record=event.args["recordId"],
                purpose=_code(event.args["purpose"]),
                reason=event.args["reason"],
                block=event.block,
            )
            for event in self.events
            if event.name == "AccessRequested"
        ]

    def _pointer(self, event: Event, replaced: set[bytes], confirmed: set[bytes]) -> RecordPointer:
        args = event.args
        signed = args["attestation"]
        status = RecordStatus(args["status"])
        if args["recordId"] in confirmed:
            status = RecordStatus.CONFIRMED
        return RecordPointer(
            relationship=self.relationship,
            attestation=Attestation(
                relationship=self.relationship,
                record_id=args["recordId"],
                parent=args["parent"],
                kind=signed["kind"],
                profile=signed["profile"],
                affiliation=signed["affiliation"],
                content_root=signed["contentRoot"],
                deadline=signed["deadline"],
            ),
            author=args["author"],
            status=status,
            epoch=args["epoch"],
            root=args["root"],
            locator=args["locator"],
            block=event.block,
            superseded=args["recordId"] in replaced,
        )


def _terms(event: Event) -> GrantTerms:
    args = event.args
    return GrantTerms(
        id=args["id"],
        viewer=args["viewer"],
        scope=Scope(args["scope"]),
        purpose=_code(args["purpose"]),
        expires_at=args["expiresAt"],
        key_version=args["keyVersion"],
        wrap=args["wrap"],
        affiliation=args["affiliation"],
        kind=args["kind"],
        record_id=args["recordId"],
        consent=args["consent"],
        request=args["request"],
    )


def _code(padded: bytes) -> str:
    """Whoever asks chose these bytes: nothing that steers a terminal comes out of them."""
    text = padded.rstrip(b"\0").decode("ascii", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
