"""A node's chain on disk, from its first block on."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from chartkey.errors import NetworkInvalid

__all__ = ["begin"]

_SECONDS: Final = 120


def begin(geth: str, data: Path, genesis: Path) -> bool:
    """Write the first block into an empty folder; return False when there is a chain already.

    Raises:
        NetworkInvalid: there is no such program, or it takes the genesis for none.
    """
    if (data / "geth" / "chaindata").exists():
        return False
    command = [geth, "init", "--datadir", str(data), str(genesis)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except OSError as err:
        raise NetworkInvalid(source=geth, problem=f"it cannot be run ({err.strerror})") from err
    except subprocess.TimeoutExpired as err:
        raise NetworkInvalid(source=geth, problem="it does not end") from err
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise NetworkInvalid(source=genesis, problem=f"Geth does not take it: {last[0][-200:]}")
    return True
