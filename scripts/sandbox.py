"""A small alliance to try things on: `make sandbox`, `make sandbox-stop`.

    python scripts/sandbox.py start    a chain that stays, three institutions, everybody's keys
    python scripts/sandbox.py status   where it is and who is in it
    python scripts/sandbox.py stop     end that chain; its files stay until the next start
    python scripts/sandbox.py keys     make the key files alone, which set-up does

With --json each prints one JSON document. SANDBOX in the environment names another folder for it.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.alliance.ganache import CHAIN_ID, Ganache, launch
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import ROOT, SANDBOX_KEYS
from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import plainly
from scripts.alliance.table import table

# Written last: a folder that holds it was built to the end.
_ENVIRONMENT = "env"
FOLDER = Path(os.environ.get("SANDBOX") or ROOT / "build" / "sandbox")


class Sandbox:
    """The sandbox in one folder, whether or not it runs."""

    def __init__(self, folder: Path, keyset: Keyset, *, quiet: bool = False) -> None:
        # Ganache works in its own folder, where a relative path would mean another.
        self.folder, self.keyset, self._quiet = folder.absolute(), keyset, quiet
        self._begun = time.monotonic()

    @property
    def chain(self) -> Ganache | None:
        """The running chain, once everything on it was built."""
        chain = Ganache.recorded(self.folder)
        built = (self.folder / _ENVIRONMENT).exists()
        return chain if chain is not None and chain.alive and built else None

    def start(self) -> bool:
        """Start and build the sandbox; False if it runs already.

        Raises:
            Refused: Ganache is not installed or did not come up.
            ChartkeyError: a step on the chain failed; the chain is ended again.
        """
        with self._alone():
            if self.chain is not None:
                return False
            port = self._clear()
            self.keys()
            self._say("starting Ganache")
            chain = launch(ROOT, self.folder, port)
            try:
                self._build(chain)
                self._write_environment(chain)
            except BaseException:
                chain.stop()
                raise
        return True

    def stop(self) -> Ganache | None:
        """End the chain; return it, or None if none was running."""
        with self._alone():
            chain = Ganache.recorded(self.folder)
            return chain if chain is not None and chain.stop() else None

    def keys(self) -> tuple[str, ...]:
        """Make the key files that are missing; return their labels."""
        self._say("looking for the key files; each new one takes a second")
        return self.keyset.create()

    def describe(self) -> dict[str, Any]:
        """Return where the sandbox is and who is in it, as --json prints it."""
        if (chain := self.chain) is None:
            return {"running": False, "folder": _shown(self.folder)}
        people = json.loads((self.folder / "people.json").read_text("utf-8"))
        for person in people:
            person["keyfile"] = _shown(self.folder / person["keyfile"])
        return {
            "running": True,
            "rpc": chain.rpc,
            "chainId": CHAIN_ID,
            "process": chain.pid,
            "folder": _shown(self.folder),
            "manifest": _shown(self.folder / "alliance.json"),
            "environment": _shown(self.folder / _ENVIRONMENT),
            "people": people,
        }

    def _build(self, chain: Ganache) -> None:
        # Only now: the client takes a second to import, and status has no need of it.
        from scripts.alliance.stage import build

        build(chain.rpc, self.folder, self.keyset, say=self._say)

    def _write_environment(self, chain: Ganache) -> None:
        """Write the file that a shell reads to find this chain, and `chartkey` itself."""
        values = {
            "CHARTKEY_RPC": chain.rpc,
            "CHARTKEY_MANIFEST": str(self.folder / "alliance.json"),
            "SANDBOX_PORT": str(chain.port),
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
        lines.append(f'export PATH={shlex.quote(str(Path(sys.prefix) / "bin"))}:"$PATH"')
        write_durably(self.folder / _ENVIRONMENT, "".join(f"{line}\n" for line in lines).encode())

    def _clear(self) -> int | None:
        """Remove what a sandbox that ended left; return its port if that is free to be reused."""
        left = Ganache.recorded(self.folder)
        if left is not None and left.stop():
            self._say(f"ended process {left.pid}, a sandbox that was never finished")
        if self.folder.exists():
            self._say("removing the files of a sandbox that has ended")
            shutil.rmtree(self.folder)
        return left.port if left is not None and _is_free(left.port) else None

    def _say(self, line: str) -> None:
        if not self._quiet:
            print(f"{time.monotonic() - self._begun:6.1f} s  {line}", flush=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold off a second start or stop of the same sandbox."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _shown(path: Path) -> str:
    """Return a path as it is typed from the project's folder."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _described(sandbox: dict[str, Any]) -> str:
    if not sandbox["running"]:
        return "The sandbox does not run. Start it with `make sandbox`."
    rows = [("who", "name", "account", "key file")]
    rows += [(p["label"], p["name"], p["account"], p["keyfile"]) for p in sandbox["people"]]
    return "\n".join(
        (
            table(rows),
            "",
            f"Chain {sandbox['chainId']} at {sandbox['rpc']} (process {sandbox['process']}); "
            "`make sandbox-stop` ends it.",
            f"Next: . {sandbox['environment']} and, for example, chartkey status",
        )
    )


def _run(arguments: argparse.Namespace) -> None:
    sandbox = Sandbox(arguments.folder, Keyset(arguments.keys), quiet=arguments.json)
    report: dict[str, Any]
    if arguments.command == "keys":
        made = sandbox.keys()
        report, text = {"made": made}, f"{len(made)} key files made in {_shown(arguments.keys)}"
    elif arguments.command == "stop":
        ended = sandbox.stop()
        report = {"stopped": ended.pid if ended else None}
        text = (
            f"Ended process {ended.pid}, the sandbox's chain." if ended else "Nothing was running."
        )
    else:
        fresh = sandbox.start() if arguments.command == "start" else None
        report = sandbox.describe()
        text = ("Already running.\n" if fresh is False else "") + _described(report)
    print(json.dumps(report, ensure_ascii=False, indent=2) if arguments.json else text)


def main() -> None:
    """Read the command line and do what it says."""
    assert __doc__
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("start", "stop", "status", "keys"))
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the sandbox lives")
    parser.add_argument("--keys", type=Path, default=SANDBOX_KEYS, help="where the key files are")
    with plainly():
        _run(parser.parse_args())


if __name__ == "__main__":
    main()
