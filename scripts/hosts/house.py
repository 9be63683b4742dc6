"""One institution on one machine: the node that seals, the node that answers, and their keys."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from chartkey.operator.description import Description, House, Node, Use
from chartkey.operator.enode import Enode
from chartkey.operator.nodekey import new_node_key, new_sealer
from chartkey.operator.settings import Settings

from scripts.hosts.geth import Geth
from scripts.hosts.ground import Ground
from scripts.hosts.kubo import Kubo
from scripts.hosts.process import Process

__all__ = ["Premises", "Tenant"]

_P2P, _HTTP = 30303, 8545
_CACHE_MIB, _SPARE_MIB = 256, 128
"""Nine nodes share this machine's memory and its disk."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who comes: a label, the public name, the account, and which nodes it runs."""

    label: str
    name: str
    account: str | None
    uses: tuple[Use, ...] = (Use.SEALING, Use.ANSWERING)


class Premises:
    """A tenant's folder and nodes; made first, so that the description can name their keys."""

    def __init__(self, tenant: Tenant, folder: Path, ground: Ground) -> None:
        self.tenant, self.folder, self._ground = tenant, folder, ground
        self.nodes: list[Geth] = []
        self.doors: list[Process] = []
        self.kubo: Kubo | None = None
        uses = tenant.uses
        self._p2p = ground.ports(tenant.label, [_P2P + i for i in range(len(uses))])
        self._http = ground.ports(tenant.label, [_HTTP + i for i in range(len(uses))])

    def entry(self) -> House:
        """Make the keys that are missing and return what the description says of this house."""
        tenant, address = self.tenant, self._ground.address(self.tenant.label)
        nodes = tuple(
            Node(use, str(Enode(new_node_key(self.folder / use), address, port)))
            for use, port in zip(tenant.uses, self._p2p, strict=True)
        )
        sealing = Use.SEALING in tenant.uses
        sealer = new_sealer(self.folder / Use.SEALING) if sealing else None
        return House(tenant.label, tenant.name, tenant.account, sealer, nodes)

    def settle(self, network: Description, genesis: Path) -> None:
        """Prepare the nodes of this house as the description has them.

        Raises:
            Refused: Geth is not built, or takes the genesis for none.
        """
        house = network.house(self.tenant.label)
        ports = zip(house.nodes, self._p2p, self._http, strict=True)
        for node, p2p, http in ports:
            door = None
            if node.use is not Use.SEALING:
                log = self.folder / "door.log"
                door, process = self._ground.door(self.tenant.label, http, log)
                self.doors += [process] if process else []
            settings = self._settings(network, house, node, p2p, http)
            rpc = f"http://127.0.0.1:{door}" if door else None
            self.nodes.append(Geth(self.tenant.label, self._ground, settings, rpc))
        for geth in self.nodes:
            geth.prepare(genesis)

    def share(self, swarm_key: Path) -> str:
        """Give this house an IPFS node; return its address for the other members.

        Raises:
            Refused: Kubo is not built.
        """
        self.kubo = Kubo(self.tenant.label, self._ground, self.folder / "ipfs", swarm_key)
        return self.kubo.prepare()

    @property
    def seals(self) -> bool:
        """Whether it is an institution with a node that seals."""
        return Use.SEALING in self.tenant.uses

    @property
    def store(self) -> str | None:
        """Where the house's own programs reach its IPFS node."""
        return self.kubo.api if self.kubo else None

    @property
    def sealing(self) -> Geth:
        """The node that seals."""
        return self._node(Use.SEALING)

    @property
    def answering(self) -> Geth:
        """The node that answers clients; the regulator's is its archive."""
        return self._node(*(use for use in self.tenant.uses if use is not Use.SEALING))

    def _node(self, use: Use) -> Geth:
        return next(node for node in self.nodes if node.settings.node.use is use)

    def _settings(
        self, network: Description, house: House, node: Node, p2p: int, http: int
    ) -> Settings:
        folder = self.folder / node.use
        return Settings(
            network,
            node,
            folder,
            data=folder / "data",
            ipc=_socket(folder),
            listen=f"{self._ground.address(house.label)}:{p2p}",
            http_port=http,
            cache_mib=_CACHE_MIB,
            spare_mib=_SPARE_MIB,
            sealer=house.sealer if node.use is Use.SEALING else None,
        )


def _socket(folder: Path) -> Path:
    """A short path: the system allows a socket about a hundred characters."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / "chartkey" / f"{name}.ipc"
