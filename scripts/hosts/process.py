"""A program that outlives the script that starts it, and is ended as exactly that process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.alliance.refusal import Refused

__all__ = ["Process", "spawn"]

_STOP_SECONDS = 30.0
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """Which process it is.

    ``born`` is the process's start as the operating system tells it. A process number alone could
    by now belong to a process that has nothing to do with this.
    """

    pid: int
    born: str

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return _born(self.pid) == self.born

    def stop(self, first: signal.Signals = signal.SIGTERM, seconds: float = _STOP_SECONDS) -> bool:
        """End the process, this one and no other; return False if it had ended before.

        Raises:
            Refused: it does not end, not even when it is killed.
        """
        if not self.alive:
            return False
        for asked in (first, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, asked)
            if self._ended(seconds):
                return True
        raise Refused(f"process {self.pid} does not end.")

    def kill(self) -> None:
        """End the process without a chance to write anything.

        Raises:
            Refused: it does not end.
        """
        self.stop(signal.SIGKILL)

    def _ended(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(ChildProcessError):
                os.waitpid(self.pid, os.WNOHANG)
            if not self.alive:
                return True
            time.sleep(_PAUSE)
        return False


def spawn(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Process:
    """Start a program in a session of its own, with no terminal; what it prints goes to ``log``.

    Raises:
        Refused: there is no such program.
    """
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    try:
        pid = os.posix_spawnp(
            command[0], command, environment or os.environ, file_actions=files, setsid=True
        )
    except OSError as err:
        raise Refused(f"{command[0]} cannot be started ({err.strerror}).") from err
    return Process(pid, _born(pid) or "")


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
