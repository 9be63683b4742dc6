"""Runs the tests on a chain of their own: `suite.py [--network NAME] [PATH…] [-- PYTEST OPTIONS]`.

The chain listens on a free port, because Brownie attaches in silence to whatever listens on its
usual one. Brownie's own folder lies in .toolchain, so that neither old network settings nor the
accounts in the user's home take part. Tests and chain share a process group, which is ended with
the run, however it ends: a Ganache whose Brownie was killed would stay alive.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITES = ("unit", "functional", "stateful", "integration")
# Each worker runs whole files on a chain of its own, on the port after its neighbour's.
WORKERS = 2
TIMED_OUT = 124
GRACE_SECONDS = 10


def free_port() -> int:
    """Returns the first of WORKERS adjoining TCP ports of the loopback interface that are free."""
    while True:
        with contextlib.ExitStack() as held, contextlib.suppress(OSError, OverflowError):
            first = 0
            for following in range(WORKERS):
                probe = held.enter_context(socket.socket())
                probe.bind(("127.0.0.1", first + following if first else 0))
                first = first or int(probe.getsockname()[1])
            return first


def default_paths(root: Path) -> list[str]:
    """Returns the suites under `root`/tests that hold at least one test file."""
    folders = [root / "tests" / suite for suite in SUITES]
    return [str(folder.relative_to(root)) for folder in folders if any(folder.rglob("test_*.py"))]


def workers(paths: list[str], root: Path) -> list[str]:
    """Returns Brownie's option for parallel work, where there is more than one file to run."""
    files = [file for path in paths for file in (root / path).rglob("test_*.py")]
    return ["-n", str(WORKERS)] if len(files) > 1 and (os.cpu_count() or 1) > 1 else []


def environment(root: Path) -> dict[str, str]:
    """Returns the environment of a run: a free port, and a home of the project's own."""
    home = root / ".toolchain" / "home"
    home.mkdir(parents=True, exist_ok=True)
    # Else each request looks through the environment for proxies, which Brownie's threads do while
    # pytest changes it.
    local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    return {**os.environ, **local, "CHAIN_PORT": str(free_port()), "HOME": str(home)}


def end_group(group: int, sent: signal.Signals) -> None:
    """Sends a signal to every process of the group that is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, sent)


def finish(process: subprocess.Popen[bytes], timeout: float) -> int:
    """Waits for the tests and returns their exit status; after `timeout` seconds, 124."""
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        print(f"suite: stopped after {timeout:.0f} seconds", file=sys.stderr)
        return TIMED_OUT


def interrupt(process: subprocess.Popen[bytes]) -> int:
    """Lets the tests print what they know, then returns the status of an interrupted program."""
    end_group(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    return 128 + signal.SIGINT


def run(command: list[str], root: Path, timeout: float) -> int:
    """Runs `command` in a process group of its own and leaves no process of it behind."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    process = subprocess.Popen(
        command, cwd=root, env=environment(root), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return finish(process, timeout)
    except KeyboardInterrupt:
        return interrupt(process)
    finally:
        end_group(process.pid, signal.SIGKILL)
        process.wait()
        # Anvil keeps old states there, and a killed one leaves them: gigabytes after some runs.
        shutil.rmtree(root / ".toolchain" / "home" / ".foundry" / "anvil", ignore_errors=True)


def main() -> int:
    """Reads the command line and returns the exit status of the tests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="test files or folders; all suites by default")
    parser.add_argument("--network", help="Brownie's name of the chain to run on")
    parser.add_argument("--timeout", type=float, default=2700, help="seconds (2700)")
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    arguments = parser.parse_args(given[:end])
    paths = arguments.paths or default_paths(ROOT)
    further = given[end + 1 :] or workers(paths, ROOT)
    network = ["--network", arguments.network] if arguments.network else []
    brownie = str(Path(sys.prefix) / "bin" / "brownie")
    return run([brownie, "test", *paths, *further, *network], ROOT, arguments.timeout)


if __name__ == "__main__":
    sys.exit(main())
