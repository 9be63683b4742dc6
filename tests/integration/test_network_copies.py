"""A private swarm of four institutions: strangers get nothing, and a lost node loses no file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.errors import BlockMissing, StorageError
from chartkey.operator.pins import replenish, survey
from chartkey.operator.swarm import SwarmNode, fingerprint, new_swarm_key
from chartkey.storage import open_store
from chartkey.storage.kubo import Kubo as Store
from chartkey.storage.store import BlockStore

from scripts.hosts.ground import Loopback, free_ports
from scripts.hosts.kubo import ABSENT, IPFS, Kubo
from scripts.hosts.process import Process, spawn
from tests.chains import ROOT

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


def test_a_block_damaged_in_a_folder_is_found_and_put_right(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b", "c")}
    cids = added(stores["a"], files)
    added(stores["b"], files)
    victim = max((tmp_path / "a" / "blocks").rglob("*"), key=lambda p: p.stat().st_size)
    victim.chmod(0o600)
    victim.write_bytes(b"x" * victim.stat().st_size)
    assert survey(stores).short() == ()
    found = survey(stores, verify=True)
    (short,) = found.short()
    assert (short.cid, short.houses, short.damaged) == (cids[1], ("b",), ("a",))
    (done,) = replenish(found, stores)
    assert (done.house, done.error) == ("a", None)
    assert survey(stores, verify=True).short() == ()


def test_only_the_named_house_is_written_to(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b", "c")}
    cids = added(stores["a"], files)
    found = survey(stores)
    done = [one for name in "bc" for one in replenish(found, stores, into=frozenset(name))]
    assert sorted(one.cid for one in done) == sorted(cids)
    assert survey(stores).short() == ()


def test_what_cannot_be_copied_is_reported_and_the_rest_is_done(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    cids = added(stores["a"], files)
    for path in (tmp_path / "a" / "blocks").rglob("*"):
        if path.is_file() and path.stat().st_size > 1_000:
            path.unlink()
    outcome = {one.cid: one.error for one in replenish(survey(stores), stores)}
    assert outcome[cids[0]] is None
    assert isinstance(outcome[cids[1]], StorageError)


def test_the_command_shows_and_repairs(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    added(stores["a"], files)
    places = [f"--store={name}={tmp_path / name}" for name in stores]
    shown = _run("pins", "show", *places)
    assert shown.returncode == 1
    assert "2 of 2 files have fewer than 2 copies" in shown.stdout
    repaired = _run("pins", "repair", *places)
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert _run("pins", "show", *places).returncode == 0


def test_holdings_that_a_house_told_count_where_its_store_cannot_be_asked(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    added(stores["a"], files)
    added(stores["b"], files)
    told = _run("pins", "show", f"--store={tmp_path / 'a'}", "--json")
    (tmp_path / "a.json").write_text(told.stdout)
    both = _run("pins", "show", f"--store={tmp_path / 'b'}", f"--list={tmp_path / 'a.json'}")
    assert both.returncode == 0, both.stdout
    (tmp_path / "bad.json").write_text("{}")
    bad = _run("pins", "show", f"--store={tmp_path / 'b'}", f"--list={tmp_path / 'bad.json'}")
    assert bad.returncode == 1
    assert "chartkey pins show --json" in bad.stderr


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from chartkey.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_swarm_key_is_made_once_and_shown_by_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "swarm.key"
    first = _run("network", "swarm-key", str(path))
    again = _run("network", "swarm-key", str(path))
    secret = path.read_text().split()[-1]
    assert fingerprint(path) in first.stdout
    assert fingerprint(path) in again.stdout
    assert secret not in first.stdout + again.stdout
    path.chmod(0o644)
    assert _run("network", "swarm-key", str(path)).returncode == 1
