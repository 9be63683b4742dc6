"""One Geth node of one house: its folder, its process, its socket."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from chartkey.errors import NodeRefused, NodeUnavailable
from chartkey.operator.chaindata import begin
from chartkey.operator.description import Use
from chartkey.operator.settings import Settings
from chartkey.operator.socket import NodeSocket

from scripts.alliance.parameters import ROOT
from scripts.alliance.refusal import Refused
from scripts.hosts.ground import Ground
from scripts.hosts.process import Process, spawn

__all__ = ["ABSENT", "GETH", "Geth"]

GETH = ROOT / "build" / "geth" / "geth"
ABSENT = "no Geth here; `make geth` builds it where Go is installed"
_START_SECONDS = 60.0
_PAUSE = 0.1


class Geth:
    """A node; ``rpc`` is where this machine reaches it, None for one that answers nobody."""

    def __init__(
        self, label: str, ground: Ground, settings: Settings, rpc: str | None = None
    ) -> None:
        self.label, self.settings, self.rpc = label, settings, rpc
        self._ground = ground
        self.process: Process | None = None

    def __repr__(self) -> str:
        return f"Geth({self.label}, {self.settings.node.use})"

    @property
    def seals(self) -> bool:
        """Whether it is the one that seals."""
        return self.settings.node.use is Use.SEALING

    @property
    def log(self) -> Path:
        """What the node says."""
        return self.settings.folder / "geth.log"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.alive

    def prepare(self, genesis: Path) -> None:
        """Write the settings, and the first block if there is no chain yet.

        Raises:
            Refused: Geth is not built.
            NetworkInvalid: it takes the genesis for none.
        """
        if not GETH.exists():
            raise Refused(ABSENT)
        self.settings.write()
        self.settings.ipc.parent.mkdir(parents=True, exist_ok=True)
        begin(str(GETH), self.settings.data, genesis)

    def start(self, *options: str) -> None:
        """Start the node, without waiting for it.

        Raises:
            Refused: it cannot be started.
        """
        command = [*self.settings.command(str(GETH)), *options]
        self.process = spawn(self._ground.command(self.label, command), self.log)

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            Refused: it ended, or did not answer within a minute.
        """
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.alive or time.monotonic() > until:
                tail = self.log.read_text("utf-8", "replace")[-600:]
                raise Refused(f"{self} did not come up. Its log ends:\n{tail}")
            time.sleep(_PAUSE)

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """End the node; SIGKILL leaves it no time to write anything.

        Raises:
            Refused: it does not end.
        """
        if self.process is not None:
            self.process.stop(sent)

    def lose_data(self) -> None:
        """Remove its chain, as a lost disk does; its keys and settings stay."""
        shutil.rmtree(self.settings.data)

    def reach(self, peers: Sequence[str]) -> None:
        """Reach the others by these addresses from the next start on."""
        self.settings = replace(self.settings, peers=tuple(peers))
        self.settings.write()

    def ask(self, method: str, *params: Any) -> Any:
        """Return a JSON-RPC method's result through the node's own socket, admin's too.

        Raises:
            NodeUnavailable, NodeRefused: it does not answer, or with an error.
        """
        return self._socket.ask(method, *params)

    @cached_property
    def _socket(self) -> NodeSocket:
        return NodeSocket(self.settings.ipc)

    def _answers(self) -> bool:
        try:
            return int(self.ask("eth_chainId"), 16) == self.settings.network.chain_id
        except (NodeUnavailable, NodeRefused):
            return False
