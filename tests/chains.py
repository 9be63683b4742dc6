"""Real chains for tests: a node of their own on a free port, and a deployment on it.

::

    with start_chain("anvil") as chain:
        manifest = deploy(chain.rpc, founders=(person("协和医院"), person("城北社区医院")))
        network = connect(chain.rpc, manifest)
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartkey.chain.manifest import Deployed, Manifest
from chartkey.crypto.digest import keccak256

from scripts.alliance.artifacts import NAMES, ORDER

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.chain.sender import Sender

ROOT = Path(__file__).resolve().parents[1]
CHAIN_ID = 1337
AGREEMENT = keccak256("联盟协议 第一版".encode())
_START_SECONDS = 30.0


def engines() -> list[str]:
    """Return which of Anvil and Ganache are installed, the quicker one first."""
    return [name for name in ("anvil", "ganache") if _binary(name).exists()]


def person(name: str) -> Any:
    """Return an account whose key follows from a name, the same in every run."""
    from eth_account import Account

    return Account.from_key(keccak256(b"a test's key", name.encode()))


class Chain:
    """A node that a test started, and may kill and start again."""

    def __init__(self, engine: str, folder: Path, options: Sequence[str]) -> None:
        self.engine, self.port = engine, _free_port()
        self.rpc = f"http://127.0.0.1:{self.port}"
        self._command = _command(engine, self.port, folder) + list(options)
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the node and wait until it answers; its state is the one it stopped with."""
        assert self._process is None, "it runs already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """End the node; SIGKILL leaves it no time to write its state."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(sent)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def request(self, method: str, *params: Any) -> Any:
        """Return a JSON-RPC method's result, by other means than the code under test."""
        from urllib.request import Request, urlopen

        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        headers = {"content-type": "application/json"}
        with urlopen(Request(self.rpc, json.dumps(body).encode(), headers), timeout=30) as reply:
            answer = json.load(reply)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def fund(self, address: str, ether: int = 10) -> None:
        """Give an account ether from the node's own, and wait until it is mined."""
        bank = self.request("eth_accounts")[0]
        sent = {"from": bank, "to": address, "value": hex(ether * 10**18)}
        self.receipt(self.request("eth_sendTransaction", sent))

    def receipt(self, transaction: str) -> dict[str, Any]:
        """Wait for a receipt."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            found: dict[str, Any] | None = self.request("eth_getTransactionReceipt", transaction)
            if found:
                return found
            time.sleep(0.01)
        raise TimeoutError(transaction)

    def _wait(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                self.request("eth_chainId")
                return
            except OSError:
                if self._process is None or self._process.poll() is not None:
                    break
                time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise RuntimeError(f"{self.engine} did not start:\n{self._log.read_text()[-2000:]}")


@contextmanager
def start_chain(engine: str | None = None, *options: str) -> Iterator[Chain]:
    """Run a chain of Anvil or Ganache; by default of whichever is installed."""
    folder = Path(tempfile.mkdtemp(prefix="chartkey-chain-"))
    chain = Chain(engine or engines()[0], folder, options)
    try:
        chain.start()
        yield chain
    finally:
        chain.stop()
        shutil.rmtree(folder, ignore_errors=True)


def artifact(name: str) -> dict[str, Any]:
    """Return what ``brownie compile`` left of a contract."""
    path = ROOT / "build" / "contracts" / f"{name}.json"
    if not path.exists():
        raise RuntimeError(f"{path} is missing: run brownie compile")
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def deploy(rpc: str, founders: Sequence[Any] = ()) -> Manifest:
    """Deploy the contracts from the node's own account; founders are yet to sign.

    ``founders`` are accounts, by default three; each is funded.
    """
    from web3 import HTTPProvider, Web3

    web3: Any = Web3(HTTPProvider(rpc))
    founders = founders or [person(name) for name in HOUSES]
    creator = web3.eth.accounts[0]
    for founder in founders:
        paid = {"from": creator, "to": founder.address, "value": web3.to_wei(10, "ether")}
        web3.eth.wait_for_transaction_receipt(web3.eth.send_transaction(paid), poll_latency=0.01)

    def send(transaction: dict[str, Any]) -> Any:
        return web3.eth.send_transaction({"from": creator, **transaction})

    manifest = create_all(web3, creator, send, founders)
    return replace(
        manifest, confirmations=1, max_head_age=None, development_chains=(manifest.chain_id,)
    )


def create_all(
    web3: Any,
    creator: str,
    send: Callable[[dict[str, Any]], Any],
    founders: Sequence[Any],
    pause: float = 0.01,
) -> Manifest:
    """Send every contract's creation at once, and wait for all of them.

    ``pause`` is in seconds between two looks.
    """
    nonce = web3.eth.get_transaction_count(creator)
    places = {name: _created(creator, nonce + i) for i, name in enumerate(ORDER)}
    data = [_creation(web3, name, places, founders) for name in ORDER]
    sent = [send({"data": d, "nonce": nonce + i, "gas": 9_000_000}) for i, d in enumerate(data)]
    receipts = [web3.eth.wait_for_transaction_receipt(one, 240, pause) for one in sent]
    assert all(receipt["status"] == 1 for receipt in receipts)
    return Manifest(
        chain_id=web3.eth.chain_id,
        deployment_block=min(receipt["blockNumber"] for receipt in receipts),
        contracts={
            name: Deployed(places[name], keccak256(bytes(web3.eth.get_code(places[name]))))
            for name in ORDER
        },
        confirmations=2,
        max_head_age=60,
    )


HOUSES = ("协和医院", "城北社区医院", "人民医院")
"""The founders that ``deploy`` takes by default; the first is the lead."""


def _arguments(name: str, places: dict[str, Any], founders: Sequence[Any]) -> tuple[Any, ...]:
    accounts = [founder.address for founder in founders]
    details = [(f"机构{i}", f"{i:018d}", f"{i:04d}", "三级甲等", 3) for i in range(len(accounts))]
    extra = (accounts, details, AGREEMENT) if name == "Consortium" else ()
    return (*(places[other] for other in NAMES[name]), *extra)


def _creation(web3: Any, name: str, places: dict[str, Any], founders: Sequence[Any]) -> str:
    built = artifact(name)
    factory = web3.eth.contract(abi=built["abi"], bytecode=built["bytecode"])
    data: str = factory.constructor(*_arguments(name, places, founders)).data_in_transaction
    return data


def _created(creator: str, nonce: int) -> str:
    import rlp  # type: ignore[import-untyped]
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(keccak256(rlp.encode([bytes.fromhex(creator[2:]), nonce]))[12:]))


def found(network: Network, founders: Sequence[Any] = ()) -> list[Sender]:
    """Let every founder sign the agreement, and return a sender for each."""
    from chartkey.chain.journal import MemoryJournal
    from chartkey.chain.sender import Sender

    accounts = founders or [person(name) for name in HOUSES]
    senders = [Sender(network, account, MemoryJournal()) for account in accounts]
    for sender in senders:
        sender.send(network.consortium.sign_agreement(AGREEMENT))
    return senders


def _binary(engine: str) -> Path:
    return ROOT / "node_modules" / ".bin" / engine


def _command(engine: str, port: int, folder: Path) -> list[str]:
    binary, listen = str(_binary(engine)), str(port)
    if engine == "anvil":
        fees = ["--hardfork", "paris", "--block-base-fee-per-gas", "0", "--gas-price", "1"]
        limits = ["--gas-limit", "60000000", "--state", str(folder / "state.json")]
        return [binary, "--port", listen, "--chain-id", str(CHAIN_ID), "--silent", *fees, *limits]
    # Ganache 7 does not start with paris; its chain is kept in a folder.
    fork = ["--chain.hardfork", "istanbul", "--chain.chainId", str(CHAIN_ID)]
    kept = ["--database.dbPath", str(folder / "chain"), "--logging.quiet"]
    rich = ["--wallet.deterministic", "--wallet.defaultBalance", "1000000"]
    fees = ["--miner.defaultGasPrice", "1", "--miner.blockGasLimit", "60000000"]
    return [binary, "--server.port", listen, *fork, *kept, *rich, *fees]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
