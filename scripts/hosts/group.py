"""A group of institutions on one machine: every house's nodes, started, watched over, ended."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any

from chartkey.operator.description import Description
from chartkey.operator.enode import Enode
from chartkey.operator.genesis import clique
from chartkey.operator.swarm import new_swarm_key

from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import Refused
from scripts.hosts.geth import Geth
from scripts.hosts.ground import Ground
from scripts.hosts.house import Premises, Tenant
from scripts.hosts.links import Links
from scripts.hosts.process import Process

__all__ = ["CHAIN_ID", "Group"]

CHAIN_ID = 20261
_RECORD = "processes.json"
_MEET_SECONDS = 150.0
"""Geth dials again half a minute after a first attempt that came too early."""

_STILL_SECONDS = 45.0
_TRIES = 3

Say = Callable[[str], None]


class Group:
    """The houses of one network; every file of theirs is below ``folder``.

    With ``links``, houses reach one another through them alone.
    """

    def __init__(
        self,
        folder: Path,
        tenants: Sequence[Tenant],
        ground: Ground,
        *,
        period: int = 2,
        epoch: int = 30_000,
        gas_limit: int = 60_000_000,
        links: Links | None = None,
        ipfs: bool = False,
        say: Say = lambda line: None,
    ) -> None:
        self.folder, self.ground, self._say = folder, ground, say
        self.premises = [Premises(tenant, folder / tenant.label, ground) for tenant in tenants]
        houses = tuple(house.entry() for house in self.premises)
        self.network = Description(CHAIN_ID, houses, period, epoch, gas_limit)
        self._links, self._ipfs = links, ipfs

    @property
    def description(self) -> Path:
        """The file that every operator has the same copy of."""
        return self.folder / "network.json"

    @property
    def genesis(self) -> Path:
        """The first block."""
        return self.folder / "genesis.json"

    @property
    def nodes(self) -> list[Geth]:
        """Every Geth node of every house."""
        return [node for house in self.premises for node in house.nodes]

    def house(self, label: str) -> Premises:
        """Return a house's premises."""
        return next(house for house in self.premises if house.tenant.label == label)

    def start(self) -> None:
        """Prepare and start every node, and wait until they made blocks together.

        Raises:
            Refused: a program is missing, or a node does not come up.
        """
        self.ground.build()
        self.network.save(self.description)
        write_durably(self.genesis, json.dumps(clique(self.network), indent=2).encode())
        try:
            for house in self.premises:
                house.settle(self.network, self.genesis)
            if self._links is not None:
                self._lay(self._links)
            self._begin()
            if self._ipfs:
                self.share()
        except BaseException:
            self.stop()
            raise

    def share(self) -> None:
        """Give every sealing house an IPFS node in a private swarm, and start them.

        Raises:
            Refused: Kubo is not built, or one does not come up.
        """
        key = self.folder / "swarm.key"
        if not key.exists():
            new_swarm_key(key)
        members = [house for house in self.premises if house.seals]
        addresses = {house.tenant.label: house.share(key) for house in members}
        for house in members:
            others = [one for label, one in addresses.items() if label != house.tenant.label]
            if house.kubo is not None:
                house.kubo.prepare(others)
                house.kubo.start()
        self.record()
        for house in members:
            if house.kubo is not None:
                house.kubo.wait()

    def _begin(self) -> None:
        """Make the first blocks together, from the start again if that fails: sealers that do not
        know one another yet each make their own, and equal forks then stand still (P60).
        """
        for left in reversed(range(_TRIES)):
            self.run()
            try:
                self.meet()
                self.meet(_STILL_SECONDS)
                return
            except Refused:
                if not left:
                    raise
            _end([node.process for node in self.nodes if node.process])
            for node in self.nodes:
                node.lose_data()
                node.prepare(self.genesis)

    def run(self) -> None:
        """Start every node that does not run, and wait until it answers.

        Raises:
            Refused: one does not come up.
        """
        idle = [node for node in self.nodes if not node.alive]
        for node in idle:
            node.start()
        self.record()
        for node in idle:
            node.wait()

    def meet(self, seconds: float = _MEET_SECONDS) -> int:
        """Wait until every running node has seen two further blocks; return the height.

        Raises:
            Refused: the chain does not grow.
        """
        target = max(self.heights()) + 2
        self.await_height(target, seconds)
        return target

    def await_height(self, target: int, seconds: float = _MEET_SECONDS) -> None:
        """Wait until every running node is that high.

        Raises:
            Refused: one is not.
        """
        until = time.monotonic() + seconds
        while min(self.heights()) < target:
            if time.monotonic() > until:
                raise Refused(f"block {target} did not reach every node: {self.heights()}.")
            time.sleep(0.2)

    def heights(self) -> list[int]:
        """Return the height of every running node."""
        return [int(node.ask("eth_blockNumber"), 16) for node in self.nodes if node.alive]

    def stop(self) -> None:
        """End every process, all at once, and remove the places.

        Raises:
            Refused: a process does not end.
        """
        _end(self._processes())
        self.ground.raze()

    def record(self) -> None:
        """Write down which processes run, so that another process can end them."""
        rows = [asdict(process) for process in self._processes()]
        write_durably(self.folder / _RECORD, json.dumps(rows).encode())

    @staticmethod
    def end_recorded(folder: Path) -> int:
        """End what another run left in a folder; return how many processes that were.

        Raises:
            Refused: a process does not end.
        """
        try:
            rows: list[dict[str, Any]] = json.loads((folder / _RECORD).read_text("utf-8"))
            left = [Process(**row) for row in rows]
        except (OSError, ValueError, TypeError):
            return 0
        running = [process for process in left if process.alive]
        _end(running)
        return len(running)

    def _processes(self) -> list[Process]:
        kubos = [house.kubo for house in self.premises if house.kubo]
        doors = chain.from_iterable(house.doors for house in self.premises)
        started = [node.process for node in (*self.nodes, *kubos)]
        started += [*doors, *(kubo.door for kubo in kubos)]
        return [process for process in started if process]

    def _lay(self, links: Links) -> None:
        """Give every node the addresses at which the links lead to the others."""
        for house in self.premises:
            for node in house.nodes:
                node.reach(list(self._routes(links, house, node)))

    def _routes(self, links: Links, house: Premises, node: Geth) -> Iterator[str]:
        for other in self.premises:
            for peer in other.nodes:
                if peer is node:
                    continue
                enode = Enode.parse(peer.settings.node.enode)
                if other is not house:
                    port = links.add(house.tenant.label, other.tenant.label, enode.port)
                    enode = replace(enode, port=port)
                yield str(enode)


def _end(processes: Sequence[Process]) -> None:
    """Ask all first: a node takes seconds to write what it keeps in memory."""
    for process in processes:
        if process.alive:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
    for process in processes:
        process.stop()
