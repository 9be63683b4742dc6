"""A real Kubo: a private daemon, offline, on free loopback ports, and its command line."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chartkey.storage.kubo import Kubo

IPFS = Path(__file__).resolve().parents[1] / "build" / "kubo" / "ipfs"
ABSENT = "no Kubo here; `make kubo` builds it where Go is installed"
PROFILE = "unixfs-v1-2025"


@dataclass(frozen=True)
class Node:
    """A daemon's repository; commands run against the daemon while it lives."""

    repository: Path

    def ipfs(self, *arguments: str) -> bytes:
        """Run the command line; its standard output."""
        done = subprocess.run(
            [str(IPFS), *arguments],
            env=self.environment,
            capture_output=True,
            timeout=120,
            check=True,
        )
        return done.stdout

    def add(self, file: Path, *options: str) -> str:
        return self.ipfs("add", "-Q", *options, str(file)).decode().strip()

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the machine's own configuration, and no calls home."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.repository),
            "IPFS_PATH": str(self.repository),
            "IPFS_TELEMETRY": "off",
        }

    @property
    def address(self) -> str:
        return (self.repository / "api").read_text().strip()

    @property
    def gateway(self) -> str:
        return "gateway+" + (self.repository / "gateway").read_text().strip()


def repository(folder: Path, profile: str = PROFILE) -> Node:
    """Make a repository without a daemon."""
    node = Node(folder)
    node.ipfs("init", "--empty-repo", f"--profile={profile},autoconf-off")
    for key, value in {
        "Addresses.API": '"/ip4/127.0.0.1/tcp/0"',
        "Addresses.Gateway": '"/ip4/127.0.0.1/tcp/0"',
        "Addresses.Swarm": "[]",
        "Bootstrap": "[]",
    }.items():
        node.ipfs("config", "--json", key, value)
    return node


@contextmanager
def daemon(folder: Path) -> Iterator[Node]:
    """Start a daemon that neither listens for peers nor looks for any, and end it."""
    node = repository(folder)
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [str(IPFS), "daemon", "--offline"], env=node.environment, stdout=log, stderr=log
        )
        try:
            wait_for(node, process)
            yield node
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(node: Node, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        names = ("api", "gateway")
        if all((node.repository / name).exists() for name in names) and Kubo.answers(node.address):
            return
        time.sleep(0.1)
    raise RuntimeError("Kubo did not start: " + (node.repository / "daemon.log").read_text()[-500:])
