"""What every operator has the same copy of: it says one thing, or is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.errors import NetworkInvalid
from chartkey.operator.description import Description, House, load_house, save_house

from tests.unit.operator.cast import enode, founded, house


def test_a_description_is_read_as_it_was_written(tmp_path: Path) -> None:
    network = founded(4)
    network.save(tmp_path / "network.json")
    assert Description.load(tmp_path / "network.json") == network


def test_more_than_half_of_the_sealers_make_a_fact() -> None:
    assert [founded(n).confirmations for n in (1, 2, 3, 4, 5)] == [1, 2, 2, 3, 3]


def test_sealers_are_in_ascending_order_whatever_the_houses() -> None:
    network = founded(4)
    turned = replace(network, houses=network.houses[::-1])
    assert network.sealers == turned.sealers == tuple(sorted(network.sealers, key=str.lower))


def test_peers_are_all_present_nodes_but_oneself() -> None:
    network = founded(3)
    own = network.houses[0].nodes[0].enode
    others = [node.enode for h in network.houses for node in h.nodes if node.enode != own]
    assert list(network.peers_of(own)) == others


def test_a_house_that_joins_is_a_peer_and_not_in_the_genesis() -> None:
    network = founded(3)
    grown = network.with_house(house(7))
    assert grown.sealers == network.sealers
    assert grown.founders == network.founders
    assert set(grown.peers_of(network.houses[0].nodes[0].enode)) >= {enode(7, 0), enode(7, 1)}


def test_a_founder_that_leaves_is_no_peer_and_stays_in_the_genesis() -> None:
    network = founded(3)
    left = network.without("house-1")
    assert left.sealers == network.sealers
    assert enode(1, 0) not in set(left.peers_of(enode(0, 0)))
    assert "house-1" not in {one.label for one in left.present}


def test_a_house_that_joined_and_leaves_is_forgotten() -> None:
    network = founded(3)
    assert network.with_house(house(7)).without("house-7") == network


def test_a_founder_can_move_but_not_change_its_account_or_sealer() -> None:
    network = founded(3)
    moved = replace(house(1), nodes=house(9).nodes)
    assert network.with_house(moved).house("house-1").nodes == house(9).nodes
    with pytest.raises(NetworkInvalid, match="genesis"):
        network.with_house(replace(house(1), account=house(9).account))
    with pytest.raises(NetworkInvalid, match="genesis"):
        network.with_house(replace(house(1), sealer=house(9).sealer))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"period": 0}, "above zero"),
        ({"chain_id": True}, "above zero"),
        ({"gas_limit": 1_000}, "largest contract"),
        ({"houses": ()}, "nobody would make blocks"),
        ({"houses": (house(0), replace(house(1), label="house-0"))}, "label is there twice"),
        ({"houses": (house(0), replace(house(1), sealer=house(0).sealer))}, "sealer is there"),
        ({"houses": (house(0), replace(house(1), nodes=house(0).nodes))}, "node key is there"),
        ({"houses": (replace(house(0), account=None),)}, "nobody could pay"),
    ],
)
def test_what_cannot_be_a_network_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(NetworkInvalid, match=problem):
        replace(founded(2), **change)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"periodd": 3},
        {"houses": None},
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(founded(2).document() | change))
    with pytest.raises(NetworkInvalid, match=r"network\.json"):
        Description.load(path)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_a_file_that_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "network.json"
    path.write_text(text)
    with pytest.raises(NetworkInvalid):
        Description.load(path)
    with pytest.raises(NetworkInvalid):
        Description.load(tmp_path / "missing.json")


def test_a_house_travels_in_a_file_of_its_own(tmp_path: Path) -> None:
    one = house(3)
    save_house(one, tmp_path / "house.json")
    assert load_house(tmp_path / "house.json") == one
    light = House("light", "小诊所")
    save_house(light, tmp_path / "light.json")
    assert load_house(tmp_path / "light.json") == light
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(NetworkInvalid):
        load_house(tmp_path / "bad.json")


@pytest.mark.parametrize(
    "change",
    [
        {"label": "a b"},
        {"label": "医院"},
        {"label": ""},
        {"name": "x\u001b[2J"},
        {"name": ""},
        {"account": "0x12"},
        {"sealer": 5},
        {"nodes": [{"use": "mine", "enode": enode(1, 0)}]},
        {"nodes": [{"use": "sealing", "enode": "http:"}]},
        {"nodes": [{"use": "sealing"}]},
        {"password": "x"},
    ],
)
def test_a_house_with_one_thing_wrong_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "house.json"
    save_house(house(1), path)
    assert load_house(path) == house(1)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(NetworkInvalid):
        load_house(path)
