"""Whether a node takes a transaction into its pool; why not, and what to do about it.

The wording is Geth's (1.13.15, core/txpool and core/error.go); Anvil and Ganache use much of it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from chartkey.errors import ChainError, FundsMissing, NodeRefused, PoolRefused

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = [
    "explained",
    "is_indexing",
    "is_known_already",
    "is_nonce_taken",
    "offer",
    "passes_by_itself",
]

_FIRST_PAUSE: Final = 0.05

_KNOWN: Final = ("already known", "already imported")
_FUNDS: Final = "insufficient funds"
_ADVICE: Final = {
    "txpool is full": "wait until blocks have emptied the pool, or name another node",
    # Before the shorter one that it holds.
    "replacement transaction underpriced": "another transaction of this account waits under the "
    "same nonce; let all its processes share one journal, and run the same command again",
    "transaction underpriced": "the node wants more for gas than it suggests, or its pool is full "
    "of what pays more; wait, or start it with --txpool.pricelimit 1",
    "nonce too low": "another transaction of this account took its place; let all its processes "
    "share one journal, and run the same command again",
    "exceeds block gas limit": "the call needs more gas than a block holds; make it smaller",
    "intrinsic gas too low": "the node's own estimate was too low; name another node",
    "exceeds the configured cap": "it costs more than the node lets through; start the node with "
    "a higher --rpc.txfeecap",
}
_PASSING: Final = ("txpool is full", "transaction underpriced")


def offer(network: Network, raw: bytes, patience: float) -> None:
    """Hand a signed transaction to the node; to a full pool again, for so many seconds.

    Raises:
        NodeUnavailable, NodeGarbled: it may have arrived, or not.
        NodeRefused, ContractRefused: the node does not take it.
    """
    pause, until = _FIRST_PAUSE, time.monotonic() + patience
    while True:
        try:
            network.raw("eth_sendRawTransaction", [f"0x{raw.hex()}"])
            return
        except NodeRefused as err:
            if is_known_already(err):
                return
            if not passes_by_itself(err) or time.monotonic() + pause > until:
                raise
        time.sleep(pause)
        pause *= 2


def explained(error: ChainError, sender: str) -> ChainError:
    """Return a refusal by the pool as what it means for the account that sends; else the same."""
    if not isinstance(error, NodeRefused):
        return error
    problem = _problem(error)
    if _FUNDS in problem:
        return FundsMissing(**error.values, address=sender)
    advice = next((said for part, said in _ADVICE.items() if part in problem), None)
    return error if advice is None else PoolRefused(**error.values, advice=advice)


def passes_by_itself(error: NodeRefused) -> bool:
    """Whether the same bytes may be taken a moment later: the pool is full."""
    problem = _problem(error)
    return "replacement" not in problem and any(part in problem for part in _PASSING)


def is_known_already(error: ChainError) -> bool:
    """Whether the node refuses a transaction because it has it."""
    return isinstance(error, NodeRefused) and any(part in _problem(error) for part in _KNOWN)


def is_nonce_taken(error: ChainError) -> bool:
    """Whether the node refuses a transaction for a nonce that was used, maybe by itself."""
    return isinstance(error, NodeRefused) and "nonce too low" in _problem(error)


def is_indexing(error: NodeRefused) -> bool:
    """Whether a Geth found a transaction neither in its pool nor in what it has indexed so far."""
    return "indexing is in progress" in _problem(error)


def _problem(error: NodeRefused) -> str:
    return str(error.values["problem"]).casefold()
