"""Runs the checks, all or those named: `check.py [NAME…]`. A line each, and what was found."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import abi
from checks import docstrings, layers, natspec, reraises, text
from compiler import COMPILER, ROOT, compile_project, settings, sources

Check = Callable[[], list[str]]
CLIENT = Path("client/chartkey")
TOOLS = Path("scripts/tools")
BIN = Path(sys.prefix) / "bin"
SOLIDITY = ("contracts/**/*.sol", "interfaces/**/*.sol")
SECONDS = 300
# Two checks read the compiler's output: the first makes it, the second waits.
COMPILING = Lock()


def command(*words: str | Path) -> list[str]:
    """Returns what a program prints if it fails, and nothing if it succeeds."""
    try:
        answer = subprocess.run(
            [str(word) for word in words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as err:
        return [str(err)]
    if answer.returncode == 0:
        return []
    return answer.stdout.splitlines() or [f"{words[0]} ended with status {answer.returncode}"]


def project_files(suffix: str = "") -> list[Path]:
    """Returns the project's files with that ending, those that git ignores left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(name for name in listed.stdout.split("\0") if name.endswith(suffix))
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


@cache
def compiled() -> dict[str, Any]:
    """Returns the compiler's output for the project; ask for it under COMPILING."""
    return compile_project()


def undocumented() -> list[str]:
    """Returns what the interfaces' NatSpec lacks."""
    with COMPILING:
        return list(natspec.findings(compiled()))


def stale_abis() -> list[str]:
    """Returns the ABI files of the client that are not what the contracts compile to."""
    with COMPILING:
        names = abi.stale(abi.render(compiled()), abi.FOLDER)
    return [f"{name}: not what the contracts compile to; run make abi" for name in names]


def solhint() -> list[str]:
    """Returns what solhint finds in the contracts; a warning counts."""
    program = ROOT / "node_modules" / ".bin" / "solhint"
    config = ["--noPoster", "--disc", "--max-warnings", "0", "--config", TOOLS / "solhint.json"]
    return command(program, *config, *SOLIDITY)


def slither() -> list[str]:
    """Returns slither's findings of high and medium impact that no comment in the code explains.

    Brownie's artifacts leave out the interfaces that slither must see, so it compiles for itself.
    """
    given = {key: value for key, value in settings(ROOT).items() if key != "outputSelection"}
    request = {"language": "Solidity", "sources": sources(ROOT), "settings": given}
    file = ROOT / "build" / "slither-input.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(request))
    compile_by = ["--compile-force-framework", "solc-json", "--solc", COMPILER]
    report = ["--exclude-low", "--exclude-informational", "--exclude-optimization"]
    dependencies = ["--filter-paths", "node_modules"]
    return command(BIN / "slither", file, *compile_by, *report, *dependencies, "--fail-medium")


CHECKS: dict[str, Check] = {
    "format": partial(command, BIN / "ruff", "format", "--check", "."),
    "lint": partial(command, BIN / "ruff", "check", "--output-format", "concise", "."),
    "types": partial(command, BIN / "mypy", "--config-file", "client/pyproject.toml", CLIENT),
    "imports": lambda: list(layers.findings(CLIENT)),
    "docstrings": lambda: list(docstrings.findings(CLIENT)),
    "re-raises": lambda: list(reraises.findings(project_files(".py"))),
    "text": lambda: list(text.findings(project_files())),
    "natspec": undocumented,
    "abi": stale_abis,
    "solhint": solhint,
    "slither": slither,
}


def timed(check: Check) -> tuple[list[str], float]:
    """Returns the findings of a check and the seconds it took."""
    started = time.monotonic()
    return check(), time.monotonic() - started


def results(names: list[str]) -> Iterator[tuple[str, list[str], float]]:
    """Yields each check's name, findings and seconds, in the order asked for; two run at a time."""
    with ThreadPoolExecutor(2) as pool:
        running = [(name, pool.submit(timed, CHECKS[name])) for name in names]
        for name, future in running:
            yield name, *future.result()


def main(names: list[str]) -> int:
    """Runs the named checks, or all; returns 1 if one of them found something."""
    unknown = sorted(set(names) - set(CHECKS))
    if unknown:
        sys.exit(f"no check is called {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    failed = []
    for name, findings, seconds in results(names or list(CHECKS)):
        print(f"check: {name:<10} {'FAILED' if findings else 'ok':<6} {seconds:5.1f} s", flush=True)
        for line in findings:
            print(f"    {line}")
        failed += [name] if findings else []
    print(f"check: {len(failed)} failed: {', '.join(failed)}" if failed else "check: ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
