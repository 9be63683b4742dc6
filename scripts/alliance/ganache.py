"""A Ganache that outlives the script that starts it, and is ended as exactly that process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import Refused
from scripts.tools.suite import free_port

__all__ = ["CHAIN_ID", "Ganache", "launch"]

CHAIN_ID = 1337
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
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
        return _born(self.pid) == self.born

    def stop(self) -> bool:
        """End the process, this one and no other; return False if it had ended before.

        Raises:
            Refused: it does not end, not even when it is killed.
        """
        if not self.alive:
            return False
        for asked in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, asked)
            until = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < until:
                if not self.alive:
                    return True
                time.sleep(_PAUSE)
        raise Refused(f"process {self.pid}, the chain, does not end.")


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
    pid = _spawn([str(program), *_options(folder, port)], folder / "chain.log")
    chain = Ganache(f"http://127.0.0.1:{port}", port, pid, _born(pid) or "")
    chain.record(folder)
    try:
        _await_answer(chain, folder / "chain.log")
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


def _spawn(command: list[str], log: Path) -> int:
    """Start a program in a session of its own, with no terminal, and return its number."""
    create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), create, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(command[0], command, os.environ, file_actions=files, setsid=True)


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


def _born(pid: int) -> str | None:
    """Return when a process started; None when there is no such process, or it is a zombie."""
    state, started = _linux_status(pid) if Path("/proc/self/stat").exists() else _ps_status(pid)
    return None if state in ("", "Z", "X") else started


def _linux_status(pid: int) -> tuple[str, str]:
    try:
        # The name in brackets may hold spaces; state and start are the 3rd and 22nd field.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]


def _ps_status(pid: int) -> tuple[str, str]:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C"}
    listed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    state, _, started = listed.stdout.strip().partition(" ")
    return state[:1], started.strip()
