"""Who a running node's peers are, brought in line with the description without a restart.

Geth adds and drops one node at a time; that all listed ones are trusted and nobody else gets a
slot is the settings' doing (see ``settings``).
"""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.operator.description import Description
from chartkey.operator.enode import Enode
from chartkey.operator.socket import NodeSocket

__all__ = ["Peering", "peer"]


@dataclass(frozen=True, slots=True)
class Peering:
    """What was done: ``enode://`` addresses that were added and dropped."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]


def peer(network: Description, socket: NodeSocket) -> Peering:
    """Add the described peers that a node lacks, and drop those that are not described.

    Raises:
        NodeUnavailable, NodeRefused: the node does not answer, or with an error.
        NetworkInvalid: the node is not in the description.
    """
    own = str(socket.ask("admin_nodeInfo")["enode"])
    wanted = {Enode.parse(url).key: url for url in network.peers_of(own)}
    connected = [str(info["enode"]) for info in socket.ask("admin_peers")]
    present = {Enode.parse(url).key: url for url in connected}
    added = [url for key, url in wanted.items() if key not in present]
    dropped = [url for key, url in present.items() if key not in wanted]
    for url in wanted.values():
        # All of them: one that is away now must be dialled and let in when it comes.
        socket.ask("admin_addTrustedPeer", url)
        socket.ask("admin_addPeer", url)
    for url in dropped:
        socket.ask("admin_removeTrustedPeer", url)
        socket.ask("admin_removePeer", url)
    return Peering(tuple(added), tuple(dropped))
