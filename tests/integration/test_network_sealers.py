"""The consortium's decision about sealers, and Clique's, on a real chain."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.clique import LABELS, Clique, Ended, clique, command, needs_geth, typed, wait

pytestmark = needs_geth
EPOCH = 10


@pytest.fixture(scope="module")
def net() -> Iterator[Clique]:
    """With an epoch of ten blocks, so that votes are wiped every ten seconds."""
    with clique(epoch=EPOCH) as network:
        # Founded and confirmed.
        _ = network.ward
        network.group.meet()
        yield network


def decide(net: Clique, label: str, admit: bool) -> None:
    """Let the consortium decide about a house's sealer, and the decision be confirmed."""
    functions, sealer = net.ward.consortium.functions, net.sealer(label)
    house = net.ward.houses[LABELS.index(label)].address
    if admit:
        net.ward.carry(functions.proposeSealer, sealer, house, types=["address"] * 2)
    else:
        net.ward.carry(functions.proposeSealerRemoval, sealer, types=["address"])
    net.group.meet()


def told(net: Clique, *words: object) -> Ended:
    return typed("--json", "network", "sealers", *words, rpc=net.rpc("lead"), manifest=net.alliance)


def standing(net: Clique, label: str) -> tuple[int, Any]:
    ended = told(net)
    rows = {row["address"]: row for row in ended.json["sealers"]}
    return ended.status, rows[net.sealer(label)]["standing"]


def apply(net: Clique, label: str) -> Any:
    return told(net, "--apply", "--ipc", net.ipc(label)).json


def test_a_decision_is_carried_out_there_and_back(net: Clique) -> None:
    """Admitted, removed, voted out by two of three, admitted again, voted in by both."""
    sealer = net.sealer("hospital")
    assert standing(net, "hospital") == (0, "founding")
    decide(net, "hospital", True)
    assert standing(net, "hospital") == (0, "agreed")
    decide(net, "hospital", False)
    assert standing(net, "hospital") == (1, "removed")
    assert apply(net, "lead")["proposed"] == {sealer: False}
    assert apply(net, "clinic")["proposed"] == {sealer: False}
    wait(lambda: sealer.lower() not in net.signers())
    seen = typed("--json", "network", "status", rpc=net.rpc("lead")).json
    assert len(seen["sealers"]["sealers"]) == 2
    for label in ("lead", "clinic"):
        wait(lambda label=label: not net.house_votes(label) or apply(net, label)["discarded"])
    decide(net, "hospital", True)
    assert standing(net, "hospital") == (1, "admitted")
    for label in ("lead", "clinic"):
        assert apply(net, label)["proposed"] == {sealer: True}
    wait(lambda: sealer.lower() in net.signers())
    assert standing(net, "hospital") == (0, "agreed")


def test_one_institution_is_not_named_where_nobody_decided(net: Clique) -> None:
    text = typed("network", "sealers", rpc=net.rpc("lead"), manifest=net.alliance)
    assert "seals since the genesis" in text.out
    named = typed(
        "network",
        "sealers",
        "--network",
        net.group.description,
        rpc=net.rpc("lead"),
        manifest=net.alliance,
    )
    assert net.group.network.house("lead").name in named.out


def test_votes_are_cast_again_after_an_epoch_and_after_a_restart(net: Clique) -> None:
    """P60: a checkpoint wipes the votes, and a restarted node forgets its own."""
    sealer = net.sealer("clinic")
    decide(net, "clinic", True)
    decide(net, "clinic", False)
    words = command(
        *("network", "sealers", "--apply", "--follow", "--ipc", net.ipc("lead")),
        rpc=net.rpc("lead"),
        manifest=net.alliance,
    )
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as following:
        try:
            wait(lambda: net.voted(sealer))
            wiped = (net.height("lead") // EPOCH + 1) * EPOCH
            net.group.await_height(wiped)
            wait(lambda: net.voted(sealer, since=wiped))
            node = net.group.house("lead").sealing
            node.stop()
            net.group.run()
            assert node.ask("clique_proposals") in ({}, {sealer.lower(): False})
            wait(lambda: node.ask("clique_proposals") == {sealer.lower(): False})
            assert sealer.lower() in net.signers(), "one of three is no majority"
        finally:
            following.kill()


def test_the_doctor_finds_head_peers_clock_and_sealers_in_order(net: Clique) -> None:
    ended = typed("--json", "doctor", rpc=net.rpc("lead"), manifest=net.alliance)
    states = {row["name"]: row["state"] for row in ended.json["checks"]}
    for name in ("contracts", "head", "peers", "node's clock"):
        assert states[name] == "ok", ended.out
    # The test before left a sealer that is removed and still seals.
    assert states["sealers"] == "warning"


def test_apply_and_ipc_belong_together(net: Clique) -> None:
    assert told(net, "--apply").status == 2
    assert told(net, "--ipc", net.ipc("lead")).status == 2


def test_a_node_of_another_chain_is_not_voted_at(net: Clique) -> None:
    other = net.alliance.with_name("other.json")
    other.write_text(net.alliance.read_text().replace('"chainId": 20261', '"chainId": 4711'))
    words = ("--json", "network", "sealers", "--apply", "--ipc", net.ipc("lead"))
    ended = typed(*words, rpc=net.rpc("lead"), manifest=other)
    assert (ended.status, ended.json["error"]) == (1, "chain-mismatch")
