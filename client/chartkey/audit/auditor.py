"""The auditor: reads every event, rebuilds the state, and says whether the contracts agree.

    auditor = Auditor.open(connect(rpc, "alliance.json"))
    report = auditor.verify()
    answer = auditor.who_could_read(record)

Holds no keys and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from chartkey.audit.answers import Answer, who_could_read
from chartkey.audit.names import Names
from chartkey.audit.replay import replay
from chartkey.audit.state import State
from chartkey.audit.timeline import Row, timeline
from chartkey.audit.verify import Progress, Report, verify
from chartkey.errors import ArgumentInvalid, ReplayDiverged
from chartkey.models import Block

if TYPE_CHECKING:
    from chartkey.chain.events import Event
    from chartkey.chain.network import Network

__all__ = ["Auditor"]

_STEP: Final = 1000


class _Read(NamedTuple):
    events: list[Event]
    state: State
    end: Block


class Auditor:
    """One deployment under audit, as it stood at one block.

    The events are kept in memory, each with its block's hash. ``replay`` reads them anew; the
    other methods use what it read, and call it when nothing was read yet.
    """

    def __init__(self, network: Network) -> None:
        """Take a network; nothing is read yet."""
        self._network = network
        self._read: _Read | None = None

    @classmethod
    def open(cls, network: Network) -> Self:
        """Return an auditor of a network that ``connect`` has checked."""
        return cls(network)

    def replay(self, progress: Progress | None = None) -> State:
        """Read every event up to the newest confirmed block and fold them into the state.

        Args:
            progress: Called with ``"events"`` and how many were read, now and then.

        Returns:
            The state at that block, which is its ``block``.

        Raises:
            EventRefused: an event does not fit those before it.
            ReplayDiverged: the chain was reorganised meanwhile, below the confirmations.
            NodeUnavailable, NodeRefused: the node is away, or answers with an error.
        """
        self._read = self._fetch(progress)
        return self._read.state

    def verify(self, progress: Progress | None = None) -> Report:
        """Compare the replayed state with the contracts, every entity and every storage slot.

        Returns:
            What was compared; all of it agreed.

        Raises:
            ReplayDiverged: the first entity that differs, with both values.
            EventRefused, NodeUnavailable, NodeRefused: as for ``replay``; the node must still
                hold the state of the replayed block.
        """
        read = self._replayed(progress)
        self._require_same(read.end)
        return verify(self._network, read.state, read.end.number, progress)

    def timeline(self) -> list[Row]:
        """Return a row for each event, oldest first.

        Raises:
            EventRefused, ReplayDiverged, NodeUnavailable, NodeRefused: as for ``replay``.
        """
        read = self._replayed()
        return timeline(read.events, read.state, Names(read.state, self._network.manifest))

    def who_could_read(
        self, record: bytes | str, block: int | None = None, relationship: str | None = None
    ) -> Answer:
        """Answer who could read a record at the end of a block, and why.

        Args:
            record: The record's 32-byte id, or that in hexadecimal.
            block: A block's number, not beyond the replayed one, which is the default.
            relationship: Where the record is anchored; needed only when two relationships use
                the same id.

        Raises:
            ArgumentInvalid: the id has another length, or the block was not replayed.
            RecordMissing: the record was not anchored by then.
            Ambiguous: several relationships use that id.
            EventRefused, ReplayDiverged, NodeUnavailable, NodeRefused: as for ``replay``.
        """
        read = self._replayed()
        id = _record_id(record)
        at, state = read.end, read.state
        if block is not None and block != at.number:
            at, state = self._earlier(read, block)
        names = Names(state, self._network.manifest)
        return who_could_read(state, names, id, at, relationship)

    def _earlier(self, read: _Read, block: int) -> tuple[Block, State]:
        if not 0 <= block < read.end.number:
            problem = f"block {block} was not replayed; the newest is {read.end.number}"
            raise ArgumentInvalid(function="who_could_read", problem=problem)
        before = takewhile(lambda event: event.block <= block, read.events)
        return self._network.block(block), replay(before)

    def _replayed(self, progress: Progress | None = None) -> _Read:
        if self._read is None:
            self._read = self._fetch(progress)
        return self._read

    def _fetch(self, progress: Progress | None) -> _Read:
        from chartkey.chain.events import events

        end = self._network.block(self._network.confirmed_block())
        found = events(self._network, to_block=end.number, timestamps=True)
        kept = list(_reporting(found, progress))
        state = replay(kept)
        self._require_same(end)
        state.block = end
        return _Read(kept, state, end)

    def _require_same(self, block: Block) -> None:
        now = self._network.block(block.number)
        if now.hash != block.hash:
            raise ReplayDiverged(
                entity=f"block {block.number}",
                replayed="0x" + block.hash.hex(),
                stored="0x" + now.hash.hex(),
            )


def _reporting(events: Iterable[Event], progress: Progress | None) -> Iterator[Event]:
    count = 0
    for count, event in enumerate(events, 1):
        yield event
        if progress and count % _STEP == 0:
            progress("events", count)
    if progress:
        progress("events", count)


def _record_id(record: bytes | str) -> bytes:
    try:
        id = bytes.fromhex(record.removeprefix("0x")) if isinstance(record, str) else record
    except ValueError as err:
        raise ArgumentInvalid(
            function="who_could_read", problem="the record id is not hexadecimal"
        ) from err
    if len(id) != 32:
        problem = f"a record id has 32 bytes, not {len(id)}"
        raise ArgumentInvalid(function="who_could_read", problem=problem)
    return id
