"""Who is in the network: strangers stay out, hospitals join, sealers are voted in and out (R03)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.errors import NetworkInvalid
from chartkey.operator.description import Description, Use
from chartkey.operator.enode import Enode
from chartkey.operator.peers import peer
from chartkey.operator.socket import NodeSocket

from scripts.hosts.geth import ABSENT, GETH
from scripts.hosts.ground import Loopback
from scripts.hosts.house import Premises, Tenant
from tests.chains import person
from tests.network import LABELS, Net, ask, await_true, start_network

pytestmark = pytest.mark.skipif(not GETH.exists(), reason=ABSENT)

CLOSED = (
    ("admin_peers", ()),
    ("debug_setHead", ("0x1",)),
    ("miner_start", ()),
    ("personal_listAccounts", ()),
    ("personal_unlockAccount", ("0x" + "00" * 20, "password", 0)),
)


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    with start_network() as started:
        yield started


def newcomer(net: Net, label: str, folder: Path) -> Premises:
    """A house that nobody has in a description yet."""
    tenant = Tenant(label, f"{label} 医院", person(label).address)
    return Premises(tenant, folder / label, Loopback())


def peers(net: Net, described: Description) -> None:
    """Every operator takes a description."""
    for node in net.group.nodes:
        peer(described, NodeSocket(node.settings.ipc))


def sealers(net: Net, label: str) -> set[str]:
    """The sealers as a house's node has them."""
    return set(net.ask(label, "clique_getSigners", "latest"))


@pytest.mark.parametrize("label", [*LABELS, "regulator"])
@pytest.mark.parametrize(("method", "params"), CLOSED, ids=[method for method, _ in CLOSED])
def test_nothing_but_reading_and_sending_is_open(
    net: Net, label: str, method: str, params: tuple[object, ...]
) -> None:
    with pytest.raises(RuntimeError, match="does not exist/is not available"):
        net.ask(label, method, *params)


@pytest.mark.parametrize("label", [*LABELS, "regulator"])
def test_a_node_that_answers_holds_no_account(net: Net, label: str) -> None:
    assert net.ask(label, "eth_accounts") == []


@pytest.mark.parametrize("label", LABELS)
def test_a_sealing_node_answers_on_no_port(net: Net, label: str) -> None:
    modules = net.house(label).sealing.settings.sections()["Node"]
    assert (modules["HTTPHost"], modules["WSHost"]) == ("", "")
    with socket.socket() as probe:
        probe.settimeout(2)
        # Its port for clients would be the one that the settings name.
        port = net.house(label).sealing.settings.http_port
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_vote_at_a_node_that_answers_seals_nothing_and_counts_nothing(net: Net) -> None:
    stranger = person("somebody").address
    net.ask("lead", "clique_propose", stranger, True)
    net.group.meet()
    snapshot = net.ask("regulator", "clique_getSnapshot", "latest")
    assert snapshot["votes"] in (None, [])
    net.ask("lead", "clique_discard", stranger)


def test_a_stranger_with_the_genesis_and_every_address_is_nobodys_peer(
    net: Net, tmp_path: Path
) -> None:
    stranger = newcomer(net, "stranger", tmp_path)
    described = net.group.network.with_house(stranger.entry())
    stranger.settle(described, net.group.genesis)
    node = stranger.answering
    try:
        node.start()
        node.wait()
        for url in net.group.network.peers_of(stranger.entry().nodes[1].enode):
            node.ask("admin_addPeer", url)
        net.group.meet()
        assert node.ask("admin_peers") == []
        assert node.ask("eth_blockNumber") == "0x0"
    finally:
        node.stop()


def test_a_hospital_joins_is_voted_in_seals_and_is_voted_out(net: Net, tmp_path: Path) -> None:
    joining = newcomer(net, "newcomer", tmp_path)
    described = net.group.network.with_house(joining.entry())
    sealer = joining.entry().sealer
    assert sealer is not None
    joining.settle(described, net.group.genesis)
    peers(net, described)
    try:
        for node in joining.nodes:
            node.start()
        for node in joining.nodes:
            node.wait()
        height = net.group.meet()
        await_true(lambda: int(joining.answering.ask("eth_blockNumber"), 16) >= height)
        # A majority of the sealers votes; the newcomer then seals like every other.
        for label in LABELS[:3]:
            net.house(label).sealing.ask("clique_propose", sealer, True)
        await_true(lambda: sealer.lower() in sealers(net, "regulator"))
        await_true(lambda: _sealed_by(net, sealer))
        for label in LABELS[:3]:
            net.house(label).sealing.ask("clique_propose", sealer, False)
        await_true(lambda: sealer.lower() not in sealers(net, "regulator"))
        # The vote takes away the seal, the description the connection.
        peers(net, net.group.network)
        await_true(lambda: joining.answering.ask("net_peerCount") in ("0x0", "0x1"))
    finally:
        for node in joining.nodes:
            node.stop()
    assert net.group.meet()


def _sealed_by(net: Net, sealer: str) -> bool:
    status = net.ask("regulator", "clique_status")
    return bool(status["sealerActivity"].get(sealer.lower()))


def test_a_description_survives_the_file_and_refuses_what_cannot_be(
    net: Net, tmp_path: Path
) -> None:
    described = net.group.network
    path = tmp_path / "network.json"
    described.save(path)
    assert Description.load(path) == described
    founder = described.house("lead")
    with pytest.raises(NetworkInvalid, match="genesis"):
        described.with_house(replace(founder, sealer=person("other").address))
    with pytest.raises(NetworkInvalid, match="twice"):
        described.with_house(replace(founder, label="again"))


def test_a_restarted_node_finds_its_peers_and_keeps_its_chain(net: Net) -> None:
    node = net.house("hospital").answering
    before = int(node.ask("eth_blockNumber"), 16)
    node.stop()
    node.start()
    node.wait()
    assert int(node.ask("eth_blockNumber"), 16) >= before - 1
    everybody = len(net.group.nodes) - 1
    await_true(lambda: int(node.ask("net_peerCount"), 16) == everybody)
    assert Enode.parse(node.settings.node.enode).port
    assert node.settings.node.use is Use.ANSWERING
    assert ask(node.rpc or "", "eth_chainId") == hex(net.group.network.chain_id)
