"""Geth's settings for one node, as its ``--config`` file, and the command that starts it.

What P60 and the design decide stands here once: who may be a peer, what answers where, what a
transaction pays, and what must be on disk when a block is.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chartkey.operator.description import Description, Node, Use
from chartkey.operator.nodekey import KEYSTORE, NODE_KEY, PASSWORD
from chartkey.storage.newfile import new_file

__all__ = ["Settings"]

MODULES: Final = ("eth", "net", "web3", "txpool", "clique")
"""Open to clients: reading, and sending what is signed. ``clique`` for who seals; a vote cast at a
node that does not seal is never put into a block. admin, debug, miner and personal stay closed."""
_LOOPBACK: Final = "127.0.0.1"
_SECOND: Final = 10**9
_POOL: Final = {
    # What a client handed in is written down, and goes out again after a restart.
    "Journal": "transactions.rlp",
    "Rejournal": 600 * _SECOND,
    "Lifetime": 24 * 3600 * _SECOND,
    "PriceLimit": 1,
    "PriceBump": 10,
    # A gateway sends for all its patients from one account: Geth's own 16 would be a queue.
    "AccountSlots": 8_192,
    "GlobalSlots": 65_536,
    "AccountQueue": 8_192,
    "GlobalQueue": 65_536,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One node of a network.

    ``folder`` holds its keys and this file, ``data`` its chain. ``http_port`` is ignored for a
    sealing node, which answers through the socket ``ipc`` alone. Of memory it takes ``cache_mib``
    for caches; with less than ``spare_mib`` of disk left it ends. ``peers`` replaces those of the
    description, where a node reaches others by other addresses.
    """

    network: Description
    node: Node
    folder: Path
    data: Path
    ipc: Path
    listen: str = ":30303"
    http_port: int = 8545
    cache_mib: int = 1024
    spare_mib: int = 2048
    peers: tuple[str, ...] | None = None
    sealer: str | None = None

    @property
    def config(self) -> Path:
        """The file that :meth:`write` writes."""
        return self.folder / "geth.toml"

    @property
    def script(self) -> Path:
        """The program that :meth:`write` writes."""
        return self.folder / "start.sh"

    def write(self) -> Path:
        """Write the ``--config`` file, and ``start.sh`` for a service manager, which runs the
        program named by GETH; return the file's path.

        Raises:
            OSError: it cannot be written.
        """
        words = ['"${GETH:-geth}"', *map(shlex.quote, self.command()[1:])]
        script = f"#!/bin/sh\nexec {' '.join(words)}\n"
        for path, text in ((self.config, _toml(self.sections())), (self.script, script)):
            with new_file(path, overwrite=True) as file:
                file.write(text.encode())
        self.script.chmod(0o700)
        return self.config

    def command(self, geth: str = "geth") -> list[str]:
        """Return the command that runs the node in the foreground, as a service manager does."""
        command = [geth, "--config", str(self.config), "--nodekey", str(self.folder / NODE_KEY)]
        # By flag: without them Geth takes a chain that it does not know for mainnet, and as much
        # memory as that needs.
        command += ["--networkid", str(self.network.chain_id), "--cache", str(self.cache_mib)]
        # Before the disk is full it ends by itself, while its database is whole.
        command += ["--datadir.minfreedisk", str(self.spare_mib), "--nat", "none"]
        if self.node.use is Use.SEALING and self.sealer:
            password = str(self.folder / PASSWORD)
            # Without HTTP beside it nothing but this process can reach the unlocked key.
            command += ["--mine", "--unlock", self.sealer, "--password", password]
        return command

    def sections(self) -> dict[str, dict[str, Any]]:
        """Return the file's sections and their values."""
        return {
            "Eth": self._eth(),
            "Eth.TxPool": _POOL,
            "Eth.Miner": self._miner(),
            "Node": self._node(),
            "Node.P2P": self._p2p(),
        }

    def _eth(self) -> dict[str, Any]:
        return {
            "NetworkId": self.network.chain_id,
            "SyncMode": "full",
            # Geth keeps the newest states in memory. Were every node to lose power at once, the
            # chain would go back to what some node has on disk: a sealing node writes each block's.
            "NoPruning": self.node.use is not Use.ANSWERING,
            # No limit of the fee in ether: the gas limit bounds it, and the price is 1 wei.
            "RPCTxFeeCap": 0.0,
        }

    def _miner(self) -> dict[str, Any]:
        # A section that is there replaces Geth's own as a whole.
        times = {"Recommit": _SECOND, "NewPayloadTimeout": 2 * _SECOND}
        owner = {"Etherbase": self.sealer} if self.sealer else {}
        return {"GasCeil": self.network.gas_limit, "GasPrice": 1} | times | owner

    def _node(self) -> dict[str, Any]:
        answers = self.node.use is not Use.SEALING
        return {
            "DataDir": str(self.data),
            "IPCPath": str(self.ipc),
            "KeyStoreDir": str(self.folder / KEYSTORE),
            "HTTPHost": _LOOPBACK if answers else "",
            "HTTPPort": self.http_port if answers else 0,
            "HTTPModules": list(MODULES) if answers else [],
            # A page in a browser of this machine must not reach it by another name (DNS rebinding).
            "HTTPVirtualHosts": ["localhost"],
            "WSHost": "",
            "AuthAddr": _LOOPBACK,
            "AuthPort": 0,
        }

    def _p2p(self) -> dict[str, Any]:
        peers = list(self.peers if self.peers is not None else self._described())
        return {
            "ListenAddr": self.listen,
            "NoDiscovery": True,
            "DiscoveryV4": False,
            "BootstrapNodes": [],
            "BootstrapNodesV5": [],
            "StaticNodes": peers,
            # All connections to be dialled, none to be taken: who is not trusted gets no slot.
            "TrustedNodes": peers,
            "MaxPeers": max(1, len(peers)),
            "DialRatio": 1,
        }

    def _described(self) -> Iterable[str]:
        return self.network.peers_of(self.node.enode)


def _toml(sections: dict[str, dict[str, Any]]) -> str:
    """Strings, numbers, booleans and lists of strings are written in TOML as in JSON."""
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in values.items())
        for name, values in sections.items()
    )


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
