"""A Ganache that outlives the script that starts it, and is ended as exactly that process."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import Refused
from scripts.hosts.process import Process, spawn
from scripts.tools.suite import free_port

__all__ = ["CHAIN_ID", "Ganache", "launch"]

CHAIN_ID = 1337
_START_SECONDS = 60.0
_PAUSE = 0.05
_RECORD = "chain.json"


@dataclass(frozen=True, slots=True)
class Ganache:
    """A started chain: where it answers, and which process it is.

    ``born`` is the process's start as the operating system tells it. A process number alone could
    by now belong to a process that has nothing to do with this.
    """

    rpc: str
    port: int
    pid: int
    born: str

    @classmethod
    def recorded(cls, folder: Path) -> Ganache | None:
        """Return the chain that was started in a folder, alive or not."""
        try:
            return cls(**json.loads((folder / _RECORD).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def record(self, folder: Path) -> None:
        """Write down where the chain is, so that another process can find and end it."""
        text = json.dumps(asdict(self), indent=2)
        write_durably(folder / _RECORD, text.encode() + b"\n")

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process(self.pid, self.born).alive

    def stop(self) -> bool:
        """End the process, this one and no other; return False if it had ended before.

        Raises:
            Refused: it does not end, not even when it is killed.
        """
        return Process(self.pid, self.born).stop()


def launch(root: Path, folder: Path, port: int | None = None) -> Ganache:
    """Start a chain, detached, with its data and its log in ``folder``, and wait for its answer.

    Raises:
        Refused: Ganache is not installed, or ended or did not answer within a minute.
    """
    program = root / "node_modules" / ".bin" / "ganache"
    if not program.exists():
        raise Refused("Ganache is not installed: run `make setup` first.")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log = folder / "chain.log"
    log.unlink(missing_ok=True)
    process = spawn([str(program), *_options(folder, port)], log)
    chain = Ganache(f"http://127.0.0.1:{port}", port, process.pid, process.born)
    chain.record(folder)
    try:
        _await_answer(chain, log)
    except BaseException:
        chain.stop()
        raise
    return chain


def _options(folder: Path, port: int) -> list[str]:
    options = {
        "server.host": "127.0.0.1",
        "server.port": port,
        "chain.chainId": CHAIN_ID,
        "chain.networkId": CHAIN_ID,
        # paris does not start and merge hangs in Ganache 7.9.2; the contracts need neither.
        "chain.hardfork": "istanbul",
        "miner.blockGasLimit": 60_000_000,
        "miner.defaultGasPrice": 1,
        "wallet.totalAccounts": 1,
        "wallet.defaultBalance": 1_000_000,
        "database.dbPath": folder / "chain",
    }
    named = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    # The same first account each time, so that the contracts have the same addresses each time.
    return [*named, "--wallet.deterministic"]


def _await_answer(chain: Ganache, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not _answers(chain.rpc):
        if not chain.alive or time.monotonic() > until:
            tail = log.read_text("utf-8", "replace")[-400:]
            raise Refused(f"Ganache did not come up on port {chain.port}. Its log ends:\n{tail}")
        time.sleep(_PAUSE)


def _answers(rpc: str) -> bool:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []})
    request = urllib.request.Request(rpc, body.encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            reply: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return reply.get("result") == hex(CHAIN_ID)
