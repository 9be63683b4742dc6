"""Brownie as an operator runs it, in a home of its own: networks are kept there, not the user's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.alliance.parameters import ROOT
from scripts.alliance.refusal import Refused

__all__ = ["Brownie"]

NETWORKS = ROOT / "scripts" / "networks.yaml"
_NETWORK = "chartkey"
_NOISE = re.compile(r"Brownie v|Running 'scripts|\w+Project is the active|SUCCESS")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Brownie:
    """Runs the project's scripts against one node."""

    def __init__(self, home: Path, rpc: str, say: Callable[[str], None]) -> None:
        self._home, self._say = home, say
        self._environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "HOME": str(home),
            "CHARTKEY_NODE": rpc,
        }

    def import_networks(self) -> None:
        """Tell Brownie of the chain, once.

        Raises:
            Refused: Brownie refused the file.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        self._run(["networks", "import", str(NETWORKS), "True"], {})

    def run(self, script: str, environment: Mapping[str, str]) -> None:
        """Run one of the project's scripts and tell what it says.

        Raises:
            Refused: it ended with an error.
        """
        self._run(["run", script, "--network", _NETWORK], environment)

    def _run(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        program = Path(sys.executable).parent / "brownie"
        process = subprocess.Popen(
            [str(program), *arguments],
            cwd=ROOT,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = []
        with process:
            assert process.stdout is not None
            for printed in process.stdout:
                line = _COLOUR.sub("", printed).strip()
                lines.append(line)
                if line and not _NOISE.match(line):
                    self._say(line)
        if process.returncode:
            raise Refused(f"brownie {' '.join(arguments)} failed:\n" + "\n".join(lines[-15:]))
