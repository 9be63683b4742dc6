"""A network of four institutions whose machines and links fail: nothing accepted is lost (P60).

Each test says what a user saw meanwhile. All share one network, whole again before each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from chartkey import connect
from chartkey.chain.network import Network
from chartkey.errors import HeadStale, NodeUnavailable, TransactionUnknown
from chartkey.operator.past import Past
from chartkey.operator.survey import Survey, survey

from scripts.hosts.geth import ABSENT, GETH, Geth
from scripts.hosts.links import Impairment
from tests.network import LABELS, REGULATOR, Net, await_true, killed, start_network

pytestmark = pytest.mark.skipif(not GETH.exists(), reason=ABSENT)

LOAD = 200
STALE = 5
"""Seconds after which the clients of these tests do not believe a head."""
WAIT = 8
"""Seconds in which a chain of a block a second would have grown for certain."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Net]:
    with start_network(links=True) as net:
        # Deployed and founded before anything is broken.
        assert net.anchors
        yield net


@pytest.fixture
def net(shared: Net) -> Iterator[Net]:
    """The network, whole, with every block everywhere."""
    assert shared.links is not None
    shared.links.heal()
    shared.group.run()
    reunite(shared, LABELS[2:])
    yield shared
    shared.links.heal()


def user(net: Net, *labels: str) -> Network:
    """A client of a house and those after it, which believes no head older than some seconds."""
    manifest = replace(net.manifest, max_head_age=STALE)
    return connect([net.rpc(label) for label in labels], manifest, timeout=3)


def machine(net: Net, label: str) -> list[Geth]:
    """Everything of a house's that a power failure ends."""
    return list(net.house(label).nodes)


def grows(net: Net, label: str, blocks: int = 2) -> bool:
    """Whether a house's node sees new blocks within some seconds."""
    before = int(net.ask(label, "eth_blockNumber"), 16)
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if int(net.ask(label, "eth_blockNumber"), 16) >= before + blocks:
            return True
        time.sleep(0.2)
    return False


def settle(net: Net, *labels: str) -> None:
    """Wait until houses see no new block: what was under way has arrived."""
    await_true(lambda: not any(grows(net, label, 1) for label in labels))


def test_one_sealer_of_four_killed_under_load_loses_nothing(net: Net) -> None:
    signed = net.sign(LOAD)
    accepted = net.hand_in(signed[: LOAD // 2])
    killed(machine(net, "hospital"))
    # The other houses' users see nothing of it.
    accepted += net.hand_in(signed[LOAD // 2 :])
    await_true(lambda: grows(net, "lead"))
    # The dead house's own users are told that its node is away; who named another one reads on.
    with pytest.raises(NodeUnavailable):
        user(net, "hospital")
    await_true(lambda: serves(net, "hospital", "lead"))
    net.group.run()
    dead = [raw for label, raw in signed[LOAD // 2 :] if label == "hospital"]
    accepted += net.hand_in([("hospital", raw) for raw in dead])
    assert len(accepted) == LOAD
    net.assert_mined(accepted)
    net.assert_agreed()


def test_with_two_of_four_killed_the_chain_waits_and_goes_on_when_they_return(net: Net) -> None:
    killed([*machine(net, "hospital"), *machine(net, "county")])
    settle(net, "lead", "clinic")
    # Nodes answer and take transactions; nothing is confirmed, and nobody is told that it is.
    accepted = net.load(LOAD, ("lead", "clinic"))
    assert len(accepted) == LOAD
    assert not any(net.ask("lead", "eth_getTransactionReceipt", one) for one in accepted[:5])
    await_true(lambda: _refuses_stale_head(net, "lead"))
    net.group.run()
    net.assert_mined(accepted)
    net.assert_agreed()


def test_in_a_partition_of_two_and_two_both_sides_halt(net: Net) -> None:
    assert net.links is not None
    net.links.partition(("lead", "clinic"), ("hospital", "county", REGULATOR))
    settle(net, "lead", "county")
    accepted = net.load(LOAD)
    assert len(accepted) == LOAD
    assert not any(net.ask(label, "eth_getTransactionReceipt", accepted[0]) for label in LABELS)
    # Both sides' users are told that what they would read is old (T24).
    await_true(lambda: _refuses_stale_head(net, "lead") and _refuses_stale_head(net, "county"))
    reunite(net, ("hospital", "county"))
    net.assert_mined(accepted)
    net.assert_agreed()


def test_a_partition_of_one_and_three_heals_without_loss(net: Net) -> None:
    assert net.links is not None
    net.links.partition(("county",), ("lead", "clinic", "hospital", REGULATOR))
    settle(net, "county")
    accepted = net.load(LOAD)
    assert len(accepted) == LOAD
    # Three go on; the fourth's users wait, and are told so.
    mine = accepted[LABELS.index("lead") :: len(LABELS)]
    await_true(lambda: all(net.ask("lead", "eth_getTransactionReceipt", one) for one in mine))
    await_true(lambda: _refuses_stale_head(net, "county"))
    # Who named a node of the other side too is served from there.
    await_true(lambda: serves(net, "county", "lead"))
    net.links.heal()
    net.assert_mined(accepted)
    net.assert_agreed()


def test_a_sealer_is_voted_out_and_in_again_mid_load(net: Net) -> None:
    sealer = net.house("county").entry().sealer
    assert sealer is not None
    accepted = net.load(LOAD)
    for out in (True, False):
        for label in LABELS[:3]:
            net.house(label).sealing.ask("clique_propose", sealer, not out)
        accepted += net.load(LOAD)
        await_true(lambda out=out: out is (sealer.lower() not in sealers(net)))  # type: ignore[misc]
        for label in LABELS[:3]:
            net.house(label).sealing.ask("clique_discard", sealer)
        # Its house follows the chain and hands in as before.
        accepted += net.load(LOAD // 4, ("county",))
    assert len(accepted) == 3 * LOAD + LOAD // 2
    net.assert_mined(accepted)
    net.assert_agreed()


def test_nodes_are_upgraded_house_by_house_and_users_notice_nothing(net: Net) -> None:
    accepted: list[str] = []
    for label in LABELS:
        # As the manual says: first the node that answers, then the one that seals.
        for node in (net.house(label).answering, net.house(label).sealing):
            node.stop()
            others = [other for other in LABELS if other != label]
            accepted += net.load(LOAD // 10, others)
            await_true(partial(serves, net, *others))
            node.start()
            node.wait()
            net.group.record()
            net.group.meet()
    assert len(accepted) == 2 * len(LABELS) * (LOAD // 10 // 3 * 3)
    net.assert_mined(accepted)
    net.assert_agreed()


def test_slow_and_lossy_links_lose_nothing(net: Net) -> None:
    assert net.links is not None
    net.links.impair(Impairment(delay=0.1, jitter=0.2, loss=0.05, breaks=0.002))
    accepted = net.load(LOAD)
    assert len(accepted) == LOAD
    # Users see blocks later, and reorganisations below the confirmations.
    await_true(lambda: grows(net, "lead"))
    net.assert_mined(accepted)
    net.links.heal()
    net.assert_agreed()


def test_power_lost_everywhere_at_once_loses_nothing(net: Net) -> None:
    accepted = net.load(LOAD)
    await_true(lambda: net.ask("lead", "eth_getTransactionReceipt", accepted[0]))
    net.group.meet()
    confirmed = net.group.meet() - net.manifest.confirmations
    fact = net.ask("lead", "eth_getBlockByNumber", hex(confirmed), False)["hash"]
    killed(net.group.nodes)
    with pytest.raises(NodeUnavailable):
        user(net, "lead")
    net.group.run()
    net.assert_mined(accepted)
    net.assert_agreed()
    # Not only mined again: what was confirmed is the same block as before, because sealing nodes
    # write every block's state. Nodes that prune come back many blocks earlier.
    for label in (*LABELS, REGULATOR):
        assert net.ask(label, "eth_getBlockByNumber", hex(confirmed), False)["hash"] == fact


def test_a_node_that_lost_its_chain_takes_it_from_the_others(net: Net) -> None:
    accepted = net.load(LOAD)
    lost = net.house("clinic").answering
    killed([lost])
    lost.lose_data()
    lost.prepare(net.group.genesis)
    net.group.run()
    net.assert_mined(accepted)
    net.assert_agreed()


def test_three_houses_that_lost_every_chain_get_it_back_from_the_fourth(net: Net) -> None:
    accepted = net.load(LOAD)
    net.assert_mined(accepted)
    confirmed = net.group.meet() - net.manifest.confirmations
    fact = net.ask("county", "eth_getBlockByNumber", hex(confirmed), False)["hash"]
    lost = [node for label in LABELS[:3] for node in net.house(label).nodes]
    killed(lost)
    for node in lost:
        node.lose_data()
        node.prepare(net.group.genesis)
    # With empty disks they are a majority of the sealers, and could begin another chain: the
    # longer one wins, and it is the one with everybody's records.
    net.group.run()
    net.assert_mined(accepted)
    net.assert_agreed()
    assert net.ask("lead", "eth_getBlockByNumber", hex(confirmed), False)["hash"] == fact


def test_a_sender_whose_node_is_cut_off_is_told_that_it_is_not_known(net: Net) -> None:
    from chartkey.chain.journal import FileJournal
    from chartkey.chain.sender import Sender

    from tests.bench.scene.ward import HOUSES
    from tests.chains import person

    assert net.links is not None
    _ = net.anchors
    house = person(HOUSES[LABELS.index("county")])
    journal = FileJournal(net.group.folder / "county.journal")
    network = connect(net.rpc("county"), net.manifest)
    sender = Sender(network, house, journal)
    call = network.batches.anchor(3, b"\x01" * 32, b"\x02" * 32)
    net.links.partition(("county",), ("lead", "clinic", "hospital", REGULATOR))
    settle(net, "county")
    with pytest.raises(TransactionUnknown):
        sender.send(call, key="a batch", timeout=2)
    net.links.heal()
    net.group.meet()
    # The same intent again: the same bytes, mined once.
    receipt = sender.send(call, key="a batch")
    assert receipt.succeeded
    assert sender.send(call, key="a batch").hash == receipt.hash
    net._nonces.pop("county", None)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_ends_one_node_and_not_the_chain(net: Net) -> None:
    node = net.house("county").sealing
    node.stop()
    with small_disk(node.settings.data) as disk:
        node.start()
        node.wait()
        ballast = disk / "ballast"
        free = shutil.disk_usage(disk).free
        # Far less is left than what Geth wants to keep, and enough for what it writes meanwhile.
        subprocess.run(["fallocate", "-l", str(free - (48 << 20)), str(ballast)], check=True)
        accepted = net.load(LOAD)
        # Geth looks every half minute, and ends before its database is damaged.
        await_true(lambda: not node.alive)
        assert len(accepted) == LOAD
        await_true(lambda: grows(net, "lead"))
        ballast.unlink()
        net.group.run()
        net.assert_mined(accepted)
        net.assert_agreed()
        node.stop()
    net.group.run()


def reunite(net: Net, side: Sequence[str]) -> bool:
    """Heal the links, and do what the manual says where equal forks stand against one another:
    roll one side back to where they part. Return whether that was needed.
    """
    assert net.links is not None
    before, ended = max(net.group.heights()), False
    net.links.heal()
    until = time.monotonic() + 240
    while min(net.group.heights()) < before + 3:
        assert time.monotonic() < until, "the chain does not go on"
        if "deadlock" in {trouble.kind for trouble in look(net).troubles}:
            # Below the confirmations: nothing that counts as a fact is given up.
            parted = before - _parted(net, before)
            assert parted < net.manifest.confirmations
            for node in (node for label in (*side, REGULATOR) for node in net.house(label).nodes):
                node.ask("debug_setHead", hex(before - parted))
            ended = True
        time.sleep(1)
    return ended


def look(net: Net) -> Survey:
    """What `chartkey network status` shows."""
    return survey([net.rpc(label) for label in (*LABELS, REGULATOR)], (), Past())


def _parted(net: Net, height: int) -> int:
    """The newest block that all have."""
    while len({_hash(net, label, height) for label in LABELS}) > 1:
        height -= 1
    return height


def _hash(net: Net, label: str, height: int) -> str | None:
    block = net.ask(label, "eth_getBlockByNumber", hex(height), False)
    return block and str(block["hash"])


def sealers(net: Net) -> set[str]:
    """Who may seal, in lower case."""
    return set(net.ask(REGULATOR, "clique_getSigners", "latest"))


def serves(net: Net, *labels: str) -> bool:
    """Whether a client that names these houses' nodes is given a head that it believes."""
    try:
        return user(net, *labels).fresh_head().number > 0
    except HeadStale:
        return False


def _refuses_stale_head(net: Net, label: str) -> bool:
    try:
        user(net, label).fresh_head()
    except HeadStale:
        return True
    return False


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Put a folder on a disk of its own, in memory, and bring it back afterwards."""
    aside = folder.with_name(folder.name + "-aside")
    folder.rename(aside)
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        aside.rename(folder)
        pytest.skip("this machine does not allow mounting")
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(aside)
        shutil.copytree(folder, aside)
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()
        aside.rename(folder)
