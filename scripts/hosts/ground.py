"""Where the houses of one machine stand: network namespaces where it allows them, else loopback.

In a namespace a house has an address of its own, and what it binds to loopback nobody else
reaches. A door leads from a port of the machine's loopback to one of the namespace's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from scripts.alliance.refusal import Refused
from scripts.hosts.process import Process, spawn

__all__ = ["Ground", "Loopback", "Namespaces", "free_ports"]

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = Path("/run/netns")
_LOWEST, _SHARE, _SHARES = 20_000, 1_500, 8
_given: set[int] = set()


class Ground(Protocol):
    """Gives each house a place, by label."""

    def build(self) -> None:
        """Make the places.

        Raises:
            Refused: the machine does not allow it.
        """

    def raze(self) -> None:
        """Remove the places; nothing happens to one that is gone."""

    def address(self, label: str) -> str:
        """The IPv4 address at which others reach a house."""

    def command(self, label: str, command: Sequence[str]) -> list[str]:
        """Return a command that runs in a house's place."""

    def ports(self, label: str, wanted: Sequence[int]) -> list[int]:
        """Return a port to bind in the place for each that is wanted."""

    def door(self, label: str, port: int, log: Path) -> tuple[int, Process | None]:
        """Return a port of this machine's loopback that leads to one of the place's loopback,
        and the process that keeps it open.
        """


class Loopback:
    """All houses on 127.0.0.1, each on free ports."""

    def build(self) -> None:
        """Nothing has to be made."""

    def raze(self) -> None:
        """Nothing has to be removed."""

    def address(self, label: str) -> str:
        """Loopback, for every house."""
        return "127.0.0.1"

    def command(self, label: str, command: Sequence[str]) -> list[str]:
        """Return the command as it is."""
        return list(command)

    def ports(self, label: str, wanted: Sequence[int]) -> list[int]:
        """Return free ports, whatever is wanted."""
        return free_ports(len(wanted))

    def door(self, label: str, port: int, log: Path) -> tuple[int, Process | None]:
        """The place's loopback is the machine's."""
        return port, None


class Namespaces:
    """A network namespace for each house, on a veth pair to a bridge in one more namespace.

    Namespaces have names of the whole machine: ``tag`` keeps two networks apart.
    """

    def __init__(self, folder: Path, labels: Iterable[str]) -> None:
        self._labels = list(labels)
        self._tag = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:6]

    @staticmethod
    def available() -> bool:
        """Whether this machine lets this user make them."""
        if shutil.which("ip") is None or os.geteuid() != 0:
            return False
        name = f"ck{os.getpid()}"
        steps = [
            ["netns", "add", name],
            ["-n", name, "link", "add", "b0", "type", "bridge"],
            ["-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1"],
            ["netns", "exec", name, "true"],
        ]
        made = all(_ip(step) for step in steps)
        _ip(["netns", "del", name])
        return made

    def build(self) -> None:
        """Make the bridge's namespace and one for each house.

        Raises:
            Refused: the machine does not allow it.
        """
        self.raze()
        bridge = self._bridge
        steps = [["netns", "add", bridge], ["-n", bridge, "link", "set", "lo", "up"]]
        for number in range(2):
            steps += [["-n", bridge, "link", "add", f"b{number}", "type", "bridge"]]
            steps += [["-n", bridge, "link", "set", f"b{number}", "up"]]
        for label in self._labels:
            steps += self._join(label)
        for step in steps:
            _require(step)

    def raze(self) -> None:
        """Remove the namespaces, and with them their links."""
        for name in (*map(self._name, self._labels), self._bridge):
            if (_NAMES / name).exists():
                _ip(["netns", "del", name])

    def address(self, label: str) -> str:
        """The house's address on the bridge."""
        return f"10.77.0.{self._labels.index(label) + 1}"

    def command(self, label: str, command: Sequence[str]) -> list[str]:
        """Return a command that runs in the house's namespace."""
        return ["ip", "netns", "exec", self._name(label), *command]

    def ports(self, label: str, wanted: Sequence[int]) -> list[int]:
        """Every port of a namespace is free."""
        return list(wanted)

    def door(self, label: str, port: int, log: Path) -> tuple[int, Process | None]:
        """Open a way from a free port of the machine's loopback into the namespace's."""
        (outer,) = free_ports(1)
        program = [sys.executable, str(_ROOT / "scripts" / "hosts" / "door.py")]
        return outer, spawn([*program, str(outer), self._name(label), str(port)], log)

    def partition(self, apart: Iterable[str]) -> None:
        """Move some houses to a bridge of their own: between them and the rest nothing passes."""
        for label in apart:
            _require(["-n", self._bridge, "link", "set", self._port(label), "master", "b1"])

    def heal(self) -> None:
        """Bring every house back to one bridge."""
        for label in self._labels:
            _require(["-n", self._bridge, "link", "set", self._port(label), "master", "b0"])

    @property
    def _bridge(self) -> str:
        return f"ck{self._tag}"

    def _name(self, label: str) -> str:
        return f"ck{self._tag}-{label}"

    def _port(self, label: str) -> str:
        return f"v{self._labels.index(label)}"

    def _join(self, label: str) -> list[list[str]]:
        name, port, bridge = self._name(label), self._port(label), self._bridge
        inside = ["-n", name]
        return [
            ["netns", "add", name],
            ["-n", bridge, "link", "add", port, "type", "veth", "peer", "e0", "netns", name],
            ["-n", bridge, "link", "set", port, "master", "b0"],
            ["-n", bridge, "link", "set", port, "up"],
            [*inside, "link", "set", "lo", "up"],
            [*inside, "address", "add", f"{self.address(label)}/24", "dev", "e0"],
            [*inside, "link", "set", "e0", "up"],
        ]


def free_ports(count: int) -> list[int]:
    """Return different free ports of loopback, none of which this process was given before.

    Below those that the system gives to whoever connects: one of those could be taken between now
    and the start of the node that it is for, or while that node is down. Each process looks in a
    part of its own, so that two that look at the same time find different ones.
    """
    first = _LOWEST + _SHARE * (os.getpid() % _SHARES)
    candidates = (port for port in range(first, first + _SHARE) if port not in _given)
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            port = next(candidates, None)
            if port is None:
                raise Refused(f"of ports {first} to {first + _SHARE - 1} too few are free.")
            probe = held.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
    _given.update(found)
    return found


def _ip(arguments: Sequence[str]) -> bool:
    done = subprocess.run(["ip", *arguments], capture_output=True, check=False)
    return done.returncode == 0


def _require(arguments: Sequence[str]) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"ip {' '.join(arguments)} failed: {done.stderr.strip()}")
