"""A permissioned network for tests and measurements: real Geth nodes, houses, deployed contracts.

::

    with start_network(links=True) as net:
        accepted = net.load(200)
        net.group.house("clinic").sealing.stop(SIGKILL)
        ...
        net.assert_mined(accepted)
        net.assert_agreed()
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from chartkey.chain.manifest import Manifest
from chartkey.operator.description import Use

from scripts.hosts.geth import Geth
from scripts.hosts.ground import Ground, Loopback
from scripts.hosts.group import Group
from scripts.hosts.house import Premises, Tenant
from scripts.hosts.links import Links
from tests.bench.scene.anchors import Anchors
from tests.bench.scene.ward import HOUSES, Ward
from tests.chains import create_all, person

LABELS = ("lead", "clinic", "hospital", "county")
"""The sealing houses, whose accounts are those of ``HOUSES`` in that order."""
REGULATOR = "regulator"
_SECONDS = 120.0


def tenants(uses: tuple[Use, ...] = (Use.SEALING, Use.ANSWERING)) -> list[Tenant]:
    """Return four institutions, and a regulator with an archive."""
    houses = zip(LABELS, HOUSES, strict=True)
    rows = [Tenant(label, name, person(name).address, uses) for label, name in houses]
    return [*rows, Tenant(REGULATOR, "卫生健康委员会", None, (Use.ARCHIVE,))]


class Net:
    """A running network with the contracts on it."""

    def __init__(self, group: Group, links: Links | None) -> None:
        self.group, self.links = group, links
        self._nonces: dict[str, int] = {}

    @cached_property
    def manifest(self) -> Manifest:
        """The deployment; made when it is first needed."""
        from web3 import HTTPProvider, Web3

        web3: Any = Web3(HTTPProvider(self.rpc("lead")))
        founders = [person(name) for name in HOUSES]
        lead, chain = founders[0], web3.eth.chain_id

        def send(transaction: dict[str, Any]) -> Any:
            fields = {"chainId": chain, "gasPrice": 1, "value": 0, **transaction}
            return web3.eth.send_raw_transaction(lead.sign_transaction(fields).raw_transaction)

        made = create_all(web3, lead.address, send, founders, pause=0.2)
        made = replace(made, confirmations=self.group.network.confirmations)
        return made.save(self.group.folder / "alliance.json")

    @cached_property
    def anchors(self) -> Anchors:
        """A founded consortium, a relationship, and transactions to anchor in it."""
        return Anchors(Ward(self.rpc("lead"), manifest=self.manifest, price=1))

    def house(self, label: str) -> Premises:
        """Return a house's premises."""
        return self.group.house(label)

    def rpc(self, label: str) -> str:
        """Where a house's clients reach its node."""
        return self.house(label).answering.rpc or ""

    def ask(self, label: str, method: str, *params: Any) -> Any:
        """Return a method's result from a house's node, by other means than the client's.

        Raises:
            OSError: it does not answer.
        """
        return ask(self.rpc(label), method, *params)

    def load(self, count: int, labels: Sequence[str] = LABELS) -> list[str]:
        """Hand in records to be anchored, evenly and at once at several houses; return the hashes
        that a node accepted. A house whose node does not answer takes none.
        """
        return self.hand_in(self.sign(count, labels))

    def sign(self, count: int, labels: Sequence[str] = LABELS) -> list[tuple[str, bytes]]:
        """Return signed transactions by the house that hands them in, in turns."""
        signed: list[list[tuple[str, bytes]]] = []
        for label in labels:
            payer, share = person(HOUSES[LABELS.index(label)]), count // len(labels)
            nonce = self._nonce(label, payer)
            raws = self.anchors.single(payer, nonce, share)
            signed.append([(label, raw) for raw in raws])
            self._nonces[label] += share
        return [one for turn in zip(*signed, strict=True) for one in turn]

    def hand_in(self, signed: Sequence[tuple[str, bytes]]) -> list[str]:
        """Send what was signed, each at its house; return the hashes that were accepted."""
        accepted: list[str] = []
        for label, raw in signed:
            with suppress(OSError):
                accepted.append(self.ask(label, "eth_sendRawTransaction", "0x" + raw.hex()))
        return accepted

    def assert_mined(self, accepted: Sequence[str], seconds: float = _SECONDS) -> None:
        """Every accepted transaction is mined, succeeded, and stays, at the regulator's node."""
        until = time.monotonic() + seconds
        missing = list(accepted)
        while missing:
            missing = [one for one in missing if not self._is_done(one)]
            if missing and time.monotonic() > until:
                raise AssertionError(f"{len(missing)} of {len(accepted)} were not mined")
            time.sleep(0.2)
        self.group.meet()
        assert all(self._is_done(one) for one in accepted), "a reorganisation lost one"

    def assert_agreed(self) -> int:
        """All nodes have one chain, and each house's replay gives one state; return its height."""
        from chartkey import Auditor, connect

        height = self.group.meet() - 2
        blocks = [n.ask("eth_getBlockByNumber", hex(height), False) for n in self.group.nodes]
        assert len({block["hash"] for block in blocks}) == 1
        told = set()
        for label in (*LABELS, REGULATOR):
            report = Auditor.open(connect(self.rpc(label), self.manifest)).verify()
            told.add((report.events, report.answers, report.contracts, report.slots))
        assert len(told) == 1
        return height

    def _nonce(self, label: str, payer: Any) -> int:
        if label not in self._nonces:
            # The scene was set up by the same accounts.
            _ = self.anchors
            counted = self.ask("lead", "eth_getTransactionCount", payer.address, "latest")
            self._nonces[label] = int(counted, 16)
        return self._nonces[label]

    def _is_done(self, transaction: str) -> bool:
        receipt = self.ask(REGULATOR, "eth_getTransactionReceipt", transaction)
        return bool(receipt) and receipt["status"] == "0x1"


def ask(rpc: str, method: str, *params: Any) -> Any:
    """Return a JSON-RPC method's result.

    Raises:
        OSError: nothing answers there.
        RuntimeError: an error was answered.
    """
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    with urlopen(Request(rpc, body, {"content-type": "application/json"}), timeout=30) as reply:
        answer = json.load(reply)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


def await_true(what: Any, seconds: float = _SECONDS) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)


@contextmanager
def start_network(
    *,
    ground: Ground | None = None,
    links: bool = False,
    ipfs: bool = False,
    period: int = 1,
    epoch: int = 30_000,
    gas_limit: int = 60_000_000,
    uses: tuple[Use, ...] = (Use.SEALING, Use.ANSWERING),
    folder: Path | None = None,
) -> Iterator[Net]:
    """Start a network, with links between the houses that tests can cut, and end it."""
    place = folder or Path(tempfile.mkdtemp(prefix="chartkey-network-"))
    made = Links() if links else None
    group = Group(
        place,
        tenants(uses),
        ground or Loopback(),
        period=period,
        epoch=epoch,
        gas_limit=gas_limit,
        links=made,
        ipfs=ipfs,
    )
    try:
        group.start()
        yield Net(group, made)
    finally:
        group.stop()
        if made is not None:
            made.close()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def killed(nodes: Sequence[Geth]) -> None:
    """End nodes as a power failure does."""
    for node in nodes:
        if node.process is not None:
            node.process.kill()
