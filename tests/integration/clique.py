"""A small real network for the commands that look at one: three houses, each with two nodes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import pytest
from chartkey.chain.manifest import Manifest
from chartkey.operator.description import Use

from scripts.alliance.refusal import Refused
from scripts.hosts.geth import ABSENT, GETH
from scripts.hosts.ground import Loopback
from scripts.hosts.group import Group
from scripts.hosts.house import Tenant
from scripts.hosts.links import Links
from tests.bench.scene.ward import HOUSES, Ward
from tests.chains import person
from tests.network import Net

LABELS = ("lead", "clinic", "hospital")
"""The houses with nodes; the fourth of ``HOUSES`` is a light member."""
_LIGHT = "county"
_SECONDS = 120.0
_TRIES = 2

needs_geth = pytest.mark.skipif(not GETH.exists(), reason=ABSENT)


class Clique:
    """Sealers seal and answer nobody; the houses' answering nodes are asked."""

    def __init__(self, group: Group, links: Links) -> None:
        self.group, self.links, self._net = group, links, Net(group, links)

    @property
    def manifest(self) -> Manifest:
        """The contracts, deployed when they are first needed."""
        return self._net.manifest

    @property
    def alliance(self) -> Path:
        """The manifest's file."""
        assert self.manifest.path
        return self.manifest.path

    @property
    def ward(self) -> Ward:
        """The founded consortium, which votes."""
        return self._net.anchors.ward

    def load(self, count: int) -> None:
        """Anchor records, at the light member's cost, and wait until they are mined."""
        payer, anchors = person(HOUSES[-1]), self._net.anchors
        nonce = int(self.ask("lead", "eth_getTransactionCount", payer.address, "pending"), 16)
        for raw in anchors.single(payer, nonce, count):
            last = self.ask("lead", "eth_sendRawTransaction", "0x" + raw.hex())
        wait(lambda: self.ask("lead", "eth_getTransactionReceipt", last) is not None)

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
        return self._net.ask(label, method, *params)

    def vote(self, label: str, address: str, admit: bool) -> None:
        """Have one house's sealing node vote, as an operator does by hand."""
        self.group.house(label).sealing.ask("clique_propose", address, admit)

    def signers(self, label: str = "lead") -> set[str]:
        return {address.lower() for address in self.ask(label, "clique_getSigners")}

    def house_votes(self, label: str) -> bool:
        """Whether a house's sealing node votes for anything."""
        return bool(self.group.house(label).sealing.ask("clique_proposals"))

    def voted(self, address: str, since: int = 0) -> bool:
        """Whether a vote on a sealer is counted at present, cast from that block on."""
        votes = self.ask("lead", "clique_getSnapshot")["votes"] or ()
        return any(v["address"] == address.lower() and v["block"] >= since for v in votes)

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
    links = Links()
    try:
        group = _started(folder, links, epoch)
        try:
            yield Clique(group, links)
        finally:
            group.stop()
    finally:
        # Connections that wait behind a cut end only when it does.
        links.heal()
        links.close()
        rmtree(folder, ignore_errors=True)


def _started(folder: Path, links: Links, epoch: int) -> Group:
    uses = dict.fromkeys(LABELS, (Use.SEALING, Use.ANSWERING)) | {_LIGHT: ()}
    rows = zip(uses.items(), HOUSES, strict=True)
    tenants = [Tenant(label, name, person(name).address, its) for (label, its), name in rows]
    for left in reversed(range(_TRIES)):
        place = folder / str(left)
        group = Group(place, tenants, Loopback(), period=1, epoch=epoch, links=links)
        try:
            group.start()
            return group
        except Refused:
            # Nodes that dial one another before the other listens try again half a minute later.
            if not left:
                raise
    raise AssertionError


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def typed(*words: object, rpc: str, manifest: Path | None = None) -> Ended:
    """Run a command line as a process of its own."""
    done = subprocess.run(
        command(*words, rpc=rpc, manifest=manifest), capture_output=True, text=True, timeout=120
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def command(*words: object, rpc: str, manifest: Path | None = None) -> list[str]:
    """Return a command line; without a manifest there is none where it looks."""
    program = Path(sys.executable).parent / "chartkey"
    place = manifest or Path("no-such-manifest.json")
    return [str(program), "--rpc", rpc, "--manifest", str(place), *map(str, words)]
