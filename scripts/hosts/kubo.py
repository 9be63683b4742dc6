"""One Kubo node of one house, in the group's private swarm."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from chartkey.operator.swarm import SwarmNode
from chartkey.storage.kubo import Kubo as Store

from scripts.alliance.parameters import ROOT
from scripts.alliance.refusal import Refused
from scripts.hosts.ground import Ground
from scripts.hosts.process import Process, spawn

__all__ = ["ABSENT", "IPFS", "Kubo"]

IPFS = ROOT / "build" / "kubo" / "ipfs"
ABSENT = "no Kubo here; `make kubo` builds it where Go is installed"
_START_SECONDS = 60.0
_SWARM, _API, _GATEWAY = 4001, 5001, 8080


class Kubo:
    """A node; ``api`` is where this machine reaches it."""

    def __init__(self, label: str, ground: Ground, folder: Path, swarm_key: Path) -> None:
        self.label, self.folder, self._ground = label, folder, ground
        self.process: Process | None = None
        self.door: Process | None = None
        swarm, api, gateway = ground.ports(label, [_SWARM, _API, _GATEWAY])
        self._api = api
        self._node = SwarmNode(
            folder,
            swarm_key,
            [f"/ip4/{ground.address(label)}/tcp/{swarm}"],
            f"/ip4/127.0.0.1/tcp/{api}",
            f"/ip4/127.0.0.1/tcp/{gateway}",
            str(IPFS),
        )
        self.api = ""

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.alive

    @property
    def log(self) -> Path:
        """What the node says."""
        return self.folder.with_suffix(".log")

    def prepare(self, peers: Sequence[str] = ()) -> str:
        """Make or set up the repository; return the address for the other members.

        Raises:
            Refused: Kubo is not built.
        """
        if not IPFS.exists():
            raise Refused(ABSENT)
        name = self._node.prepare(peers)
        return f"{self._node.listen[0]}/p2p/{name}"

    def start(self) -> None:
        """Start the node, without waiting for it.

        Raises:
            Refused: it cannot be started.
        """
        if not self.api:
            log = self.folder.with_suffix(".door.log")
            port, self.door = self._ground.door(self.label, self._api, log)
            self.api = f"http://127.0.0.1:{port}"
        command = self._ground.command(self.label, self._node.command)
        environment = {**os.environ, **self._node.environment}
        self.process = spawn(command, self.log, environment)

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            Refused: it ended, or did not answer within a minute.
        """
        until = time.monotonic() + _START_SECONDS
        while not Store.answers(self.api):
            if not self.alive or time.monotonic() > until:
                tail = self.log.read_text("utf-8", "replace")[-600:]
                raise Refused(f"{self.label}'s Kubo did not come up. Its log ends:\n{tail}")
            time.sleep(0.2)

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """End the node.

        Raises:
            Refused: it does not end.
        """
        if self.process is not None:
            self.process.stop(sent)

    def lose_data(self) -> None:
        """Remove its repository, as a lost disk does."""
        shutil.rmtree(self.folder)
