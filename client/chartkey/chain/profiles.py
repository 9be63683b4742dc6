"""Record profiles that the consortium has adopted (R09, P42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.chain.events import events
from chartkey.errors import ProfileMissing

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["adopted_profile"]


def adopted_profile(network: Network, kind: int) -> bytes:
    """Return the 32-byte id of the newest adopted profile of a record kind.

    Raises:
        ProfileMissing: none is adopted, or all were retired.
        NodeUnavailable: the node is away.
    """
    consortium = network.address("Consortium")
    found = [
        event.args["profile"]
        for event in events(network, names=["ProfileAdopted"], addresses=[consortium])
        if event.args["content"]["kind"] == kind
    ]
    for profile in reversed(found):
        if network.consortium.is_profile_of(profile, kind):
            return bytes(profile)
    raise ProfileMissing(kind=kind)
