"""Geth's settings: who is let in, what answers where, what must be on disk."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from chartkey.errors import KeyfileError, NetworkInvalid
from chartkey.operator.description import Use
from chartkey.operator.enode import Enode
from chartkey.operator.nodekey import new_node_key, new_sealer, node_key, sealer_of
from chartkey.operator.settings import Settings
from eth_account import Account

from tests.unit.operator.cast import enode, founded, key


def settings(folder: Path, node: int = 0, **fields: Any) -> Settings:
    network = founded(4)
    found = network.houses[0].nodes[node]
    sealer = network.houses[0].sealer if found.use is Use.SEALING else None
    ipc = folder / "geth.ipc"
    return Settings(network, found, folder, folder / "data", ipc, sealer=sealer, **fields)


def written(one: Settings) -> dict[str, Any]:
    return tomllib.loads(one.write().read_text())


def test_a_sealing_node_listens_for_peers_alone(tmp_path: Path) -> None:
    node = written(settings(tmp_path))["Node"]
    assert (node["HTTPHost"], node["HTTPModules"], node["WSHost"]) == ("", [], "")


def test_an_answering_node_is_on_loopback_and_offers_no_administration(tmp_path: Path) -> None:
    node = written(settings(tmp_path, 1))["Node"]
    assert (node["HTTPHost"], node["HTTPVirtualHosts"]) == ("127.0.0.1", ["localhost"])
    assert not {"admin", "debug", "miner", "personal", "engine"} & set(node["HTTPModules"])


def test_only_a_sealing_node_unlocks_a_key_and_seals(tmp_path: Path) -> None:
    sealing, answering = settings(tmp_path).command(), settings(tmp_path, 1).command()
    assert {"--mine", "--unlock", "--password"} <= set(sealing)
    assert not {"--mine", "--unlock", "--http", "--allow-insecure-unlock"} & set(answering)
    assert not {"--http", "--allow-insecure-unlock"} & set(sealing)


def test_whoever_is_not_described_gets_no_slot(tmp_path: Path) -> None:
    peers = written(settings(tmp_path))["Node"]["P2P"]
    assert peers["StaticNodes"] == peers["TrustedNodes"]
    assert len(peers["StaticNodes"]) == peers["MaxPeers"] == 7
    assert enode(0, 0) not in peers["StaticNodes"]
    assert (peers["DialRatio"], peers["NoDiscovery"], peers["BootstrapNodes"]) == (1, True, [])


def test_nodes_that_seal_or_archive_write_every_state(tmp_path: Path) -> None:
    assert written(settings(tmp_path, 0))["Eth"]["NoPruning"] is True
    assert written(settings(tmp_path, 1))["Eth"]["NoPruning"] is False


def test_a_price_of_one_wei_is_taken_and_a_gateway_may_send_thousands(tmp_path: Path) -> None:
    pool = written(settings(tmp_path))["Eth"]["TxPool"]
    assert pool["PriceLimit"] == 1
    assert pool["AccountSlots"] >= 4_096
    assert pool["Journal"]
    assert written(settings(tmp_path))["Eth"]["Miner"]["GasPrice"] == 1


def test_geth_is_told_that_this_is_not_mainnet(tmp_path: Path) -> None:
    command = settings(tmp_path, cache_mib=300, spare_mib=77).command()
    for flag, value in (
        ("--networkid", "20261"),
        ("--cache", "300"),
        ("--datadir.minfreedisk", "77"),
        ("--nat", "none"),
    ):
        assert command[command.index(flag) + 1] == value


def test_the_script_starts_what_the_command_says(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    one = settings(folder)
    one.write()
    assert os.access(one.script, os.X_OK)
    assert one.script.stat().st_mode & 0o077 == 0
    (tmp_path / "geth").write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    (tmp_path / "geth").chmod(0o755)
    environment = {**os.environ, "GETH": str(tmp_path / "geth")}
    printed = subprocess.check_output([str(one.script)], env=environment, text=True)
    assert printed.splitlines() == one.command()[1:]


def test_a_node_key_is_made_once_and_is_geths_own_form(tmp_path: Path) -> None:
    first = new_node_key(tmp_path)
    assert new_node_key(tmp_path) == first == node_key(tmp_path / "nodekey")
    assert len(bytes.fromhex((tmp_path / "nodekey").read_text())) == 32
    assert (tmp_path / "nodekey").stat().st_mode & 0o777 == 0o600
    (tmp_path / "nodekey").write_text(key(0, 0).to_hex())
    assert str(Enode(node_key(tmp_path / "nodekey"), "10.0.0.1")) == enode(0, 0)


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 32, "ff" * 32])
def test_what_is_no_node_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "nodekey"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(NetworkInvalid):
        node_key(path)


def test_a_node_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    new_node_key(tmp_path)
    (tmp_path / "nodekey").chmod(0o644)
    with pytest.raises(KeyfileError):
        new_node_key(tmp_path)


def test_a_sealing_key_is_a_keystore_that_its_password_opens(tmp_path: Path) -> None:
    sealer = new_sealer(tmp_path)
    assert new_sealer(tmp_path) == sealer == sealer_of(tmp_path)
    keystore = (tmp_path / "keystore" / "sealer.json").read_text()
    password = (tmp_path / "sealer.password").read_text().strip()
    assert Account.from_key(Account.decrypt(keystore, password)).address == sealer
    assert password not in keystore
    for path in (tmp_path / "keystore" / "sealer.json", tmp_path / "sealer.password"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url",
    [
        "",
        "enode://",
        "http://" + "0" * 128 + "@1.2.3.4:1",
        "enode://" + "0" * 127 + "@1.2.3.4:1",
        "enode://" + "G" * 128 + "@1.2.3.4:1",
        "enode://" + "0" * 128 + "@:1",
        "enode://" + "0" * 128 + "@1.2.3.4",
        "enode://" + "0" * 128 + "@1.2.3.4:99999",
        "enode://" + "0" * 128 + "@[::1:1",
    ],
)
def test_what_is_no_enode_is_refused(url: str) -> None:
    with pytest.raises(NetworkInvalid):
        Enode.parse(url)


def test_an_enode_is_written_as_it_was_read() -> None:
    for host in ("10.0.0.1", "node.hospital.example", "[2001:db8::1]"):
        url = f"enode://{'ab' * 64}@{host}:30303"
        assert str(Enode.parse(url)) == url
