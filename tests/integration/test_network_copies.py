"""A private swarm of four institutions: strangers get nothing, and a lost node loses no file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.errors import BlockMissing
from chartkey.operator.pins import replenish, survey
from chartkey.operator.swarm import SwarmNode, new_swarm_key
from chartkey.storage import open_store
from chartkey.storage.kubo import Kubo as Store
from chartkey.storage.store import BlockStore

from scripts.hosts.ground import Loopback, free_ports
from scripts.hosts.kubo import ABSENT, IPFS, Kubo
from scripts.hosts.process import Process, spawn

pytestmark = pytest.mark.skipif(not IPFS.exists(), reason=ABSENT)

HOUSES = ("lead", "clinic", "hospital", "county")


class Swarm:
    """Four Kubo nodes with one swarm key."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "swarm.key"
        new_swarm_key(self.key)
        ground = Loopback()
        self.nodes = {h: Kubo(h, ground, folder / h / "ipfs", self.key) for h in HOUSES}
        self.addresses = {label: node.prepare() for label, node in self.nodes.items()}
        for label in self.nodes:
            self.start(label)

    def start(self, label: str) -> None:
        node = self.nodes[label]
        self.addresses[label] = node.prepare(
            [address for other, address in self.addresses.items() if other != label]
        )
        node.start()
        node.wait()

    def stores(self) -> dict[str, BlockStore]:
        return {label: open_store(node.api) for label, node in self.nodes.items()}

    def stop(self) -> None:
        for node in self.nodes.values():
            node.stop()


@pytest.fixture
def swarm(tmp_path: Path) -> Iterator[Swarm]:
    made = Swarm(tmp_path)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A small file, and one of several blocks."""
    made = []
    for number, size in enumerate((100, 3_000_000)):
        path = tmp_path / f"file{number}"
        path.write_bytes(os.urandom(size))
        made.append(path)
    return made


def added(store: BlockStore, files: list[Path]) -> list[str]:
    cids = []
    for path in files:
        with path.open("rb") as source:
            cids.append(store.add(source).cid)
    return cids


def closed(stores: dict[str, BlockStore]) -> None:
    for store in stores.values():
        store.close()


def test_a_file_of_one_house_is_read_by_another_through_the_swarm(
    swarm: Swarm, files: list[Path], tmp_path: Path
) -> None:
    stores = swarm.stores()
    cids = added(stores["lead"], files)
    target = tmp_path / "read"
    stores["county"].save(cids[1], target)
    assert target.read_bytes() == files[1].read_bytes()
    closed(stores)


@pytest.mark.parametrize("key", ["none", "another"])
def test_a_stranger_gets_nothing(swarm: Swarm, files: list[Path], tmp_path: Path, key: str) -> None:
    stores = swarm.stores()
    cids = added(stores["lead"], files)
    process, store = _stranger(tmp_path / "stranger", swarm, key)
    try:
        with pytest.raises(BlockMissing):
            list(store.blocks(cids[0]))
    finally:
        process.stop()
        store.close()
        closed(stores)


def _stranger(folder: Path, swarm: Swarm, key: str) -> tuple[Process, Store]:
    """A Kubo that knows every member's address, and has no swarm key or another one."""
    other = folder / "other.key"
    new_swarm_key(other)
    ports = free_ports(3)
    listen, api, gateway = (f"/ip4/127.0.0.1/tcp/{port}" for port in ports)
    node = SwarmNode(folder / "repository", other, [listen], api, gateway, str(IPFS))
    node.prepare(list(swarm.addresses.values()))
    environment = node.environment
    if key == "none":
        (node.repository / "swarm.key").unlink()
        environment.pop("LIBP2P_FORCE_PNET")
    process = spawn(node.command, folder / "log", environment)
    store = Store(f"http://127.0.0.1:{ports[1]}", timeout=5)
    for _ in range(300):
        if Store.answers(f"http://127.0.0.1:{ports[1]}", 0.2):
            break
    return process, store


def test_a_node_without_the_swarm_key_does_not_start(swarm: Swarm) -> None:
    node = swarm.nodes["clinic"]
    node.stop()
    (node.folder / "swarm.key").unlink()
    node.start()
    with pytest.raises(Exception, match="did not come up"):
        node.wait()


def test_a_house_that_loses_its_node_with_its_data_loses_no_file(
    swarm: Swarm, files: list[Path]
) -> None:
    stores = swarm.stores()
    for path in files:
        cids = added(stores["lead"], [path])
        added(stores["hospital"], [path])
        assert cids
    lost = swarm.nodes["lead"]
    lost.stop(signal.SIGKILL)
    found = survey(stores)
    # A reader is not stopped, and the operator is told which files have one copy left.
    assert set(found.away) == {"lead"}
    assert {one.houses for one in found.short()} == {("hospital",)}
    done = list(replenish(found, stores))
    assert [one.error for one in done] == [None, None]
    assert "lead" not in {one.house for one in done}
    assert survey(stores, verify=True).short() == ()
    lost.lose_data()
    swarm.start("lead")
    closed(stores)
    stores = swarm.stores()
    again = survey(stores, verify=True)
    assert again.away == {}
    assert again.short() == ()
    # Three copies, if the alliance wants three: the empty node takes its share.
    assert all(one.error is None for one in replenish(again, stores, copies=4))
    assert all(len(one.houses) == 4 for one in survey(stores, verify=True).placements)
    closed(stores)
