"""The events of the deployment's genuine contracts, in chain order (P50, T23)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chartkey.chain.address import checksum
from chartkey.chain.codec import CONTRACTS, EventShape, Malformed, interface_of
from chartkey.chain.event import Event, RawLog
from chartkey.chain.logs import logs
from chartkey.errors import ArgumentInvalid, NodeRefused

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Event", "Indexed", "events"]

Value = str | bytes | int
Indexed = Value | Sequence[Value] | None
"""What an indexed argument must be: an address, bytes or a number; one of several; or anything."""

_CLONED: Final = frozenset(("Summary", "Relationship"))


def events(
    network: Network,
    *,
    names: Iterable[str] | None = None,
    addresses: Iterable[str] | None = None,
    topics: Sequence[Indexed] = (),
    from_block: int | None = None,
    to_block: int | None = None,
    timestamps: bool = False,
) -> Iterator[Event]:
    """Yield events, oldest first, read range by range while the caller consumes them.

    ``names`` are Solidity names; ``addresses`` limit the contracts, and those that are not
    genuine yield nothing; ``topics`` are what the indexed arguments must be, in the
    interface's order; blocks are inclusive, by default from the deployment to the newest.
    With ``timestamps`` every event carries its block's time.

    Raises:
        ArgumentInvalid: there is no event of such a name, or an indexed value is too long.
        AddressInvalid: an address is malformed.
        NodeUnavailable: the node is away.
        NodeRefused: the node answers with an error, or with a log that no contract emits.
    """
    shapes = _shapes(names)
    first = network.manifest.deployment_block if from_block is None else from_block
    last = network.head().number if to_block is None else to_block
    sources = _sources(network, {shape.contract for shape in shapes}, addresses, last)
    heads = None if names is None else sorted({shape.topic for shape in shapes})
    query = [heads, *(_alternatives(value) for value in topics)]
    for found in logs(network, frozenset(sources), query, first, last):
        times = _times(network, found) if timestamps else {}
        for log in found:
            event = _decode(network, sources, log)
            yield replace(event, timestamp=times[event.block]) if timestamps else event


def _shapes(names: Iterable[str] | None) -> list[EventShape]:
    shapes = [shape for name in CONTRACTS for shape in interface_of(name).events.values()]
    if names is None:
        return shapes
    wanted = set(names)
    unknown = wanted - {shape.name for shape in shapes}
    if unknown:
        problem = f"no contract emits {', '.join(sorted(unknown))}"
        raise ArgumentInvalid(function="events", problem=problem)
    return [shape for shape in shapes if shape.name in wanted]


def _sources(
    network: Network, emitting: set[str], addresses: Iterable[str] | None, last: int
) -> dict[str, str]:
    """Return the genuine contracts that may emit what is asked for, with their names."""
    if addresses is not None:
        found = network.sources.identify(checksum(address) for address in addresses)
    elif emitting & _CLONED:
        found = network.sources.all(last)
    else:
        found = {network.address(name): name for name in emitting}
    return {address: name for address, name in found.items() if name in emitting}


def _alternatives(value: Indexed) -> list[bytes] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes | int):
        return [_word(value)]
    return [_word(one) for one in value]


def _word(value: Value) -> bytes:
    """Return an indexed value as its topic: numbers and addresses to the right, bytes left."""
    if isinstance(value, str):
        return bytes(12) + bytes.fromhex(checksum(value)[2:])
    if isinstance(value, int) and 0 <= value < 1 << 256:
        return int(value).to_bytes(32, "big")
    if isinstance(value, bytes) and len(value) <= 32:
        return value.ljust(32, b"\0")
    raise ArgumentInvalid(function="events", problem="an indexed value is longer than 32 bytes")


def _decode(network: Network, sources: dict[str, str], log: RawLog) -> Event:
    try:
        return Event.decode(sources[checksum(log["address"])], log)
    except (KeyError, Malformed) as err:
        raise NodeRefused(
            rpc=network.rpc, method="eth_getLogs", problem="a log does not fit its contract"
        ) from err


def _times(network: Network, found: Sequence[RawLog]) -> dict[int, int]:
    """Return the times of the logs' blocks, asking where the node left them out."""
    times: dict[int, int] = {}
    for log in found:
        if log.get("blockTimestamp"):
            times[network.quantity(log["blockNumber"])] = network.quantity(log["blockTimestamp"])
    missing = sorted({network.quantity(log["blockNumber"]) for log in found} - times.keys())
    blocks = network.raw_batch([("eth_getBlockByNumber", [hex(n), False]) for n in missing])
    for number, block in zip(missing, blocks, strict=True):
        times[number] = network.quantity(block["timestamp"] if block else None)
    return times
