"""A small real network for the commands that look at one: three houses, each with two nodes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

from scripts.hosts.ground import Loopback
from scripts.hosts.group import Group
from scripts.hosts.house import Tenant
from scripts.hosts.links import Links
from tests.chains import person
from tests.network import ask

LABELS = ("lead", "clinic", "hospital")
NAMES = ("市人民医院", "城北社区医院", "县医院")
_SECONDS = 120.0


class Clique:
    """Sealers seal and answer nobody; the houses' answering nodes are asked."""

    def __init__(self, group: Group, links: Links) -> None:
        self.group, self.links = group, links

    @property
    def rpcs(self) -> list[str]:
        """The answering nodes' addresses, in the order of ``LABELS``."""
        return [self.rpc(label) for label in LABELS]

    def rpc(self, label: str) -> str:
        return self.group.house(label).answering.rpc or ""

    def ipc(self, label: str) -> Path:
        """The sealing node's socket."""
        return self.group.house(label).sealing.settings.ipc

    def sealer(self, label: str) -> str:
        sealer = self.group.network.house(label).sealer
        assert sealer
        return sealer

    def ask(self, label: str, method: str, *params: Any) -> Any:
        return ask(self.rpc(label), method, *params)

    def vote(self, label: str, address: str, admit: bool) -> None:
        """Have one house's sealing node vote, as an operator does by hand."""
        self.group.house(label).sealing.ask("clique_propose", address, admit)

    def signers(self, label: str = "lead") -> set[str]:
        return {address.lower() for address in self.ask(label, "clique_getSigners")}

    def hash(self, label: str, number: int) -> str | None:
        block = self.ask(label, "eth_getBlockByNumber", hex(number), False)
        return block and str(block["hash"])

    def height(self, label: str) -> int:
        return int(self.ask(label, "eth_blockNumber"), 16)

    def fork(self, apart: str) -> int:
        """Cut one house off until it has another newest block; return that block's number.

        It seals one block alone if it did not seal the last one: a cut at another moment is tried.
        """
        others = [label for label in LABELS if label != apart]
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            self.links.partition([apart], others)
            start = self.height(others[0])
            wait(lambda start=start: self.height(others[0]) >= start + 6)
            top = self.height(apart)
            if self.hash(apart, top) != self.hash(others[0], top):
                return top
            self.links.heal()
            self.group.meet()
        raise AssertionError("no fork came about")


def wait(what: Callable[[], bool], seconds: float = _SECONDS) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)


@contextmanager
def clique(epoch: int = 30_000) -> Iterator[Clique]:
    """Start the network, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="chartkey-clique-"))
    houses = zip(LABELS, NAMES, strict=True)
    tenants = [Tenant(label, name, person(name).address) for label, name in houses]
    links = Links()
    group = Group(folder, tenants, Loopback(), period=1, epoch=epoch, links=links)
    try:
        group.start()
        yield Clique(group, links)
    finally:
        group.stop()
        links.close()
        rmtree(folder, ignore_errors=True)
