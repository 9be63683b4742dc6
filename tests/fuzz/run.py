"""Runs the fuzzer's targets, one process each: `run.py [TARGET…]`; `run.py TARGET FILE` again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "fuzz"
TARGETS = ("payload", "attached", "slip", "cid", "node")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "240"))


def child(target: str, arguments: list[str]) -> int:
    """Runs a target in this process; the fuzzer does not return."""
    import atheris

    with atheris.instrument_imports(include=["chartkey.crypto", "chartkey.storage"]):
        from tests.fuzz.targets import TESTS

    atheris.Setup([target, *arguments], TESTS[target])
    atheris.Fuzz()
    return 0


def fuzz(target: str, seconds: int) -> bool:
    """Fuzzes one target; returns whether nothing was found."""
    corpus, found = PLACE / target, PLACE / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=1024", "-timeout=30"]
    saved = f"-artifact_prefix={found}/{target}-"
    program = [sys.executable, __file__, "--child", target]
    log = PLACE / f"{target}.log"
    with log.open("w") as out:
        ended = subprocess.run([*program, str(corpus), *limits, saved], stdout=out, stderr=out)
    text = log.read_text(errors="replace")
    runs = [line for line in text.splitlines() if line.startswith("Done ")]
    if ended.returncode == 0:
        print(f"fuzz: {target}: {runs[-1] if runs else 'done'}", flush=True)
        return True
    print(text[-3000:])
    print(
        f"fuzz: {target}: FOUND something; again: scripts/tools/fuzz.sh {target} FILE", flush=True
    )
    return False


def main(arguments: list[str]) -> int:
    """Returns 1 when something was found."""
    if arguments[:1] == ["--child"]:
        return child(arguments[1], arguments[2:])
    if len(arguments) == 2 and arguments[0] in TARGETS and Path(arguments[1]).is_file():
        return child(arguments[0], arguments[1:])
    if unknown := set(arguments) - set(TARGETS):
        names = ", ".join(TARGETS)
        print(f"fuzz: there is no target {', '.join(sorted(unknown))}; there are {names}")
        return 2
    targets = arguments or list(TARGETS)
    seconds = max(1, SECONDS // len(targets))
    # Every target has its turn, whatever an earlier one found.
    clean = [fuzz(target, seconds) for target in targets]
    return int(not all(clean))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
