"""What waits in a node's pool: a revocation on its way counts as made (P11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chartkey.chain.address import checksum
from chartkey.chain.call import Call
from chartkey.chain.forward import call_at, check_forward, forward_in
from chartkey.errors import InputError, NodeRefused, SignatureInvalid

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["PendingCall", "pending_calls"]


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A call that waits to be mined: who would be its caller, and the call.

    A relayed call is the inner one, and its caller whoever signed it, or whose guardian did.
    """

    sender: str
    call: Call


def pending_calls(network: Network) -> tuple[PendingCall, ...] | None:
    """Return the calls to genuine contracts in the node's pool; None where it offers no pool.

    Relayed calls whose signature is neither their sender's nor a guardian's are left out: anyone
    who pays could put them there.

    Raises:
        NodeUnavailable, NodeRefused: the node is away, or answers with an error on the way.
    """
    try:
        content = network.raw("txpool_content", [])
    except NodeRefused:
        return None
    return tuple(_calls(network, content))


def _calls(network: Network, content: Any) -> Iterator[PendingCall]:
    for transaction in _transactions(content):
        try:
            sender, to = checksum(transaction["from"]), checksum(transaction["to"] or "")
            call = call_at(network, to, network.bytes_of(transaction["input"]))
        except (InputError, KeyError, TypeError):
            continue
        if call is not None:
            yield from _unwrapped(network, sender, call)


def _unwrapped(network: Network, sender: str, call: Call) -> Iterator[PendingCall]:
    signed = forward_in(network, call)
    if signed is None:
        yield PendingCall(sender, call)
        return
    inner = call_at(network, signed.to, signed.data)
    if inner is None:
        return
    try:
        check_forward(network, signed)
    except SignatureInvalid:
        return
    yield PendingCall(signed.sender, inner)


def _transactions(content: Any) -> Iterator[dict[str, Any]]:
    for part in ("pending", "queued"):
        for queue in content.get(part, {}).values():
            yield from queue.values()
