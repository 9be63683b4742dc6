"""What a node knows of a signed transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.chain.admission import is_indexing
from chartkey.errors import NodeRefused

if TYPE_CHECKING:
    from chartkey.chain.journal import Entry
    from chartkey.chain.network import Network

__all__ = ["has", "is_nowhere", "is_overtaken"]


def has(network: Network, entry: Entry) -> bool:
    """Whether the node has it, in its pool or in what it has indexed so far.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers with another error.
    """
    try:
        return network.raw("eth_getTransactionByHash", [f"0x{entry.hash.hex()}"]) is not None
    except NodeRefused as err:
        if is_indexing(err):
            return False
        raise


def is_overtaken(network: Network, entry: Entry, block: str) -> bool:
    """Whether its nonce is another's at a block, by the word of one node: a second one may lag.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers with an error; also one that
            still indexes, which may find it later.
    """
    found, counted = network.raw_batch(
        [
            ("eth_getTransactionByHash", [f"0x{entry.hash.hex()}"]),
            ("eth_getTransactionCount", [entry.sender, block]),
        ]
    )
    return found is None and network.quantity(counted) > entry.nonce


def is_nowhere(network: Network, entry: Entry, nonce_taken: bool) -> bool:
    """Whether what was refused at its first offer, maybe for its nonce, is not there all the same.

    Nodes refuse what they have, and for its nonce what is mined.

    Raises:
        NodeUnavailable, NodeRefused: as :func:`has`, or :func:`is_overtaken` if for its nonce.
    """
    return is_overtaken(network, entry, "latest") if nonce_taken else not has(network, entry)
