"""A real Geth's pool refuses: each of its wordings becomes an error that says what to do."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain import MemoryJournal, Network, Sender
from chartkey.chain.admission import explained, is_known_already, passes_by_itself
from chartkey.chain.call import Call
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.manifest import Deployed, Manifest
from chartkey.chain.rpc import Rpc
from chartkey.errors import FundsMissing, NodeRefused, NodeUnavailable, PoolRefused

from tests.chains import ROOT, person

GETH = ROOT / "build" / "geth" / "geth"
SEND = "eth_sendRawTransaction"
CHAIN_ID = 5151
GAS_LIMIT = 8_000_000
NONCE = 5
RICH, POOR = person("有钱"), person("没钱")
OTHERS = [person(f"账户 {number}") for number in range(4)]
TARGET = person("收款").address

pytestmark = pytest.mark.skipif(not GETH.exists(), reason="Geth is not built")


def genesis() -> dict[str, Any]:
    forks = ("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople")
    forks += ("petersburg", "istanbul", "berlin")
    rich = {"balance": hex(10**18), "nonce": hex(NONCE)}
    return {
        "config": {"chainId": CHAIN_ID, "clique": {"period": 1, "epoch": 30_000}}
        | {f"{fork}Block": 0 for fork in forks},
        "extraData": "0x" + bytes(32 + 20 + 65).hex(),
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x1",
        "alloc": {account.address[2:]: rich for account in (RICH, *OTHERS)},
    }


@contextmanager
def geth(folder: Path, *options: str) -> Iterator[Rpc]:
    """Run a Geth that makes no blocks: whatever it takes stays in its pool."""
    (folder / "genesis.json").write_text(json.dumps(genesis()))
    data, port = ["--datadir", str(folder / "data")], free_port()
    begin = [GETH, *data, "init", folder / "genesis.json"]
    subprocess.run(begin, check=True, capture_output=True, timeout=60)
    alone = ["--nodiscover", "--maxpeers", "0", "--port", "0", "--ipcdisable", "--nousb"]
    served = ["--http", "--http.port", str(port), "--authrpc.port", "0", "--syncmode", "full"]
    named = ["--networkid", str(CHAIN_ID), "--cache", "64", "--txpool.pricelimit", "2"]
    with (folder / "log").open("wb") as log:
        command = [GETH, *data, *alone, *served, *named, *options]
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield answering(Rpc(f"http://127.0.0.1:{port}"), folder / "log")
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder / "data", ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answering(rpc: Rpc, log: Path) -> Rpc:
    until = time.monotonic() + 60
    while True:
        try:
            assert rpc.call("eth_chainId", []) == hex(CHAIN_ID)
            return rpc
        except NodeUnavailable:
            assert time.monotonic() < until, log.read_text()[-1000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with geth(tmp_path_factory.mktemp("geth")) as rpc:
        yield rpc


def signed(account: Any = RICH, **changed: Any) -> str:
    fields = {"to": TARGET, "value": 0, "gas": 100_000, "gasPrice": 2, "nonce": NONCE}
    made = account.sign_transaction({**fields, "chainId": CHAIN_ID, **changed})
    return f"0x{made.raw_transaction.hex()}"


def refused(node: Rpc, raw: str) -> NodeRefused:
    with pytest.raises(NodeRefused) as caught:
        node.call(SEND, [raw])
    return caught.value


REFUSED = {
    "nonce too low": ({"nonce": 3}, "share one journal"),
    "exceeds block gas limit": ({"gas": GAS_LIMIT + 1}, "make it smaller"),
    "intrinsic gas too low": ({"gas": 20_000}, "another node"),
    "replacement transaction underpriced": ({"value": 1}, "share one journal"),
}


@pytest.mark.parametrize("wording", REFUSED)
def test_geths_wording_is_understood(node: Rpc, wording: str) -> None:
    changed, said = REFUSED[wording]
    with suppress(NodeRefused):
        # For the replacement; it may be there.
        node.call(SEND, [signed()])
    error = refused(node, signed(**changed))
    assert wording in error.values["problem"]
    assert not passes_by_itself(error)
    told = explained(error, RICH.address)
    assert type(told) is PoolRefused
    assert said in str(told)


def test_geth_says_that_it_has_a_transaction(node: Rpc) -> None:
    raw = signed(nonce=NONCE + 1)
    node.call(SEND, [raw])
    assert is_known_already(refused(node, raw))


def test_geth_takes_no_price_under_its_limit_from_others(tmp_path: Path) -> None:
    with geth(tmp_path, "--txpool.nolocals") as node:
        error = refused(node, signed(gasPrice=1))
    assert passes_by_itself(error)
    assert "--txpool.pricelimit" in str(explained(error, RICH.address))


def test_a_full_pool_of_geths_is_told_after_a_few_tries(tmp_path: Path) -> None:
    small = ("--txpool.globalslots", "1", "--txpool.globalqueue", "1", "--txpool.accountslots", "1")
    with geth(tmp_path, *small, "--txpool.nolocals") as node:
        for account in OTHERS[:2]:
            node.call(SEND, [signed(account, gasPrice=10**10)])
        network = Network(node, manifest())
        sender = Sender(network, RICH, MemoryJournal())
        with pytest.raises(PoolRefused, match="Nothing was sent"):
            sender.send(Call("Registrar", TARGET, "nothing", (), b"\x01"), wait=False)
        assert network.raw("eth_getTransactionCount", [RICH.address, "pending"]) == hex(NONCE)


def test_an_account_without_ether_is_told_so_by_geth(node: Rpc) -> None:
    poor = Sender(Network(node, manifest()), POOR, MemoryJournal())
    with pytest.raises(FundsMissing) as caught:
        poor.send(Call("Registrar", TARGET, "nothing", (), b"\x01"), wait=False)
    assert caught.value.values["address"] == POOR.address
    assert "have it funded" in str(caught.value)


def manifest() -> Manifest:
    contracts = {
        name: Deployed(f"0x{place:040x}", bytes(32)) for place, name in enumerate(CONTRACTS, 1)
    }
    return Manifest(CHAIN_ID, 0, contracts, 3, 600)
