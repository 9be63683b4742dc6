"""Looking at a real Clique network: what is away, forked, replaced or idle (P60)."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.clique import LABELS, Clique, clique, command, needs_geth, typed, wait

pytestmark = needs_geth


@pytest.fixture(scope="module")
def net() -> Iterator[Clique]:
    with clique() as network:
        yield network


@pytest.fixture(autouse=True)
def whole(net: Clique) -> Iterator[None]:
    """Every test gets and leaves a network that works."""
    yield
    net.links.heal()
    net.group.run()
    net.group.meet()
    wait(lambda: looked(net)["ok"])


def looked(net: Clique, *words: object) -> Any:
    return typed("--json", "network", "status", *words, rpc=",".join(net.rpcs)).json


def kinds(seen: Any) -> set[tuple[str, bool]]:
    return {(one["kind"], one["grave"]) for one in seen["troubles"]}


def test_a_network_that_is_well_is_shown_without_contracts(net: Clique, tmp_path: Path) -> None:
    wait(lambda: looked(net)["ok"])
    seen = looked(net, "--data", net.group.house("lead").folder)
    assert [one["peers"] for one in seen["nodes"]] == [5, 5, 5]
    assert all(abs(one["clock"]) < 3 for one in seen["nodes"])
    assert {one["version"].split("/")[0] for one in seen["nodes"]} == {"Geth"}
    assert {s["address"] for s in seen["sealers"]["sealers"]} == {net.sealer(n) for n in LABELS}
    assert (seen["sealers"]["needed"], seen["sealers"]["working"]) == (2, 3)
    assert seen["fork"] is None
    assert seen["folders"][0]["size"] > 0


def test_people_read_problems_first_and_then_tables(net: Clique) -> None:
    ended = typed("network", "status", rpc=f"http://127.0.0.1:1,{net.rpc('lead')}")
    assert ended.status == 1
    assert ended.out.startswith("PROBLEM  http://127.0.0.1:1: No node answers")
    for word in ("node", "height", "sealer", "last block", "in turn", net.sealer("clinic")):
        assert word in ended.out


def test_a_killed_node_is_away_and_the_others_are_still_shown(net: Clique) -> None:
    net.group.house("clinic").answering.stop(signal.SIGKILL)
    seen = looked(net)
    assert not seen["ok"]
    assert [one["answers"] for one in seen["nodes"]] == [True, False, True]
    assert ("away", True) in kinds(seen)


def test_a_sealer_that_stopped_is_named_with_the_margin(net: Clique) -> None:
    net.group.house("clinic").sealing.stop(signal.SIGKILL)
    wait(lambda: ("idle-sealer", True) in kinds(looked(net)))
    seen = looked(net)
    idle = [one["subject"] for one in seen["troubles"] if one["kind"] == "idle-sealer"]
    assert idle == [net.sealer("clinic")]
    assert ("margin", True) in kinds(seen)


def test_a_chain_that_stands_still_says_how_many_sealers_it_takes(net: Clique) -> None:
    for label in ("clinic", "hospital"):
        net.group.house(label).sealing.stop(signal.SIGKILL)
    wait(lambda: ("standstill", True) in kinds(looked(net)))
    texts = [one["text"] for one in looked(net)["troubles"] if one["kind"] == "standstill"]
    assert "2 of 3 sealers" in texts[0]


def test_a_fork_is_seen_and_then_the_reorganisation_that_ends_it(
    net: Clique, tmp_path: Path
) -> None:
    """P60: one house cut off seals a block alone, and takes it back when it is let in again."""
    top = net.fork("clinic")
    state = tmp_path / "state.json"
    wait(lambda: ("fork", True) in kinds(looked(net, "--state", state)))
    seen = looked(net, "--state", state)
    assert seen["fork"]["common"] == top - 1
    assert sorted(len(side) for side in seen["fork"]["sides"]) == [1, 2]
    assert ("old-head", True) in kinds(seen)
    net.links.heal()
    wait(lambda: net.hash("clinic", top) == net.hash("lead", top))
    again = looked(net, "--state", state)
    assert again["replaced"] == {net.rpc("clinic"): 1}
    assert ("reorganisation", False) in kinds(again)
    assert looked(net, "--state", state)["replaced"] == {}


def test_growth_is_told_from_the_last_look_on(net: Clique, tmp_path: Path) -> None:
    state, folder = tmp_path / "state.json", tmp_path / "data"
    folder.mkdir()
    looked(net, "--state", state, "--data", folder)
    document = json.loads(state.read_text())
    [samples] = document["sizes"].values()
    samples[0] = [samples[0][0] - 86_400, 0]
    state.write_text(json.dumps(document))
    (folder / "blocks").write_bytes(b"x" * (1 << 20))
    [space] = looked(net, "--state", state, "--data", folder)["folders"]
    assert space["measured"]
    assert space["growth"] == pytest.approx(space["size"], rel=0.01)


def test_watching_tells_what_begins_and_what_is_over(net: Clique) -> None:
    words = command("--json", "network", "status", "--watch", 0.5, rpc=",".join(net.rpcs))
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout
            told = (json.loads(line) for line in watching.stdout)
            assert next(told)["kind"] == "well"
            net.group.house("hospital").answering.stop(signal.SIGKILL)
            assert any(one["kind"] == "away" and one["level"] == "problem" for one in told)
            net.group.run()
            assert any(one["kind"] == "away" and one["level"] == "over" for one in told)
            watching.send_signal(signal.SIGINT)
            assert watching.wait(30) == 0
        finally:
            watching.kill()
