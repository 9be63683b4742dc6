"""Raw logs, in ranges of blocks that grow and shrink with what the node can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from chartkey.chain.event import RawLog
from chartkey.errors import NodeRefused, NodeUnavailable

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Topics", "logs"]

Topics = Sequence[Sequence[bytes] | None]
_Written = list[list[str] | None]

_FIRST_RANGE: Final = 5_000
_LARGEST_RANGE: Final = 500_000
_FEW: Final = 2_000
_MANY: Final = 20_000
_MOST_ADDRESSES: Final = 200
"""Above it the node is asked for every address and the rest is dropped here."""


def logs(
    network: Network,
    addresses: frozenset[str] | None,
    topics: Topics,
    first: int,
    last: int,
) -> Iterator[list[RawLog]]:
    """Yield the logs of blocks ``first`` to ``last``, a list for each range, in chain order.

    ``addresses`` are EIP-55 texts, None for all; ``topics`` are 32-byte alternatives for each
    position, None for any.

    Raises:
        NodeUnavailable: the node is away.
        NodeRefused: it refuses a single block, or answers something else than logs.
    """
    written = [None if part is None else [f"0x{one.hex()}" for one in part] for part in topics]
    query = _query(addresses, written)
    wanted = None if addresses is None else {address.lower() for address in addresses}
    size = _FIRST_RANGE
    # To a node, no address means every address.
    while first <= last and wanted != set():
        end = min(last, first + size - 1)
        span = {"fromBlock": hex(first), "toBlock": hex(end)}
        try:
            found = network.raw("eth_getLogs", [query | span])
            yield _checked(network, found, wanted, written)
        except (NodeRefused, NodeUnavailable):
            # Too many logs for one answer or one timeout: only the node knows its limits.
            if end == first:
                raise
            size = (end - first + 1) // 2
            continue
        first = end + 1
        size = _next_size(size, len(found))


def _next_size(size: int, found: int) -> int:
    if found > _MANY:
        return max(1, size // 2)
    return min(_LARGEST_RANGE, size * 2) if found < _FEW else size


def _query(addresses: frozenset[str] | None, topics: _Written) -> dict[str, Any]:
    query: dict[str, Any] = {"topics": topics}
    if addresses is not None and len(addresses) <= _MOST_ADDRESSES:
        query["address"] = sorted(addresses)
    return query


def _checked(
    network: Network, found: Any, wanted: set[str] | None, topics: _Written
) -> list[RawLog]:
    """Return what was asked for, in order: a node may answer more than that."""
    try:
        kept = [
            log
            for log in found
            if not log.get("removed")
            and (wanted is None or log["address"].lower() in wanted)
            and _matches(log["topics"], topics)
        ]
        return sorted(kept, key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16)))
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise NodeRefused(
            rpc=network.rpc, method="eth_getLogs", problem="its answer is malformed"
        ) from err


def _matches(found: list[str], topics: _Written) -> bool:
    return all(
        part is None or (i < len(found) and found[i].lower() in part)
        for i, part in enumerate(topics)
    )
