"""Tells how many small faults put into the contracts the tests find: mutation testing.

`mutation.py [--only CONTRACT] [--jobs 2] [--count 160] [--limit N] [--json]`. A seeded sample over
all contracts, in proportion to their size, is tried on copies of the tree in build/mutation.
Results go to build/mutation/results.jsonl, one a line; what is there is not tried again until its
contract's file changes. scripts/tools/mutants.json explains survivors as {"id": "reason"}. The
score must be 90 % and every survivor explained.
"""

import argparse
import json
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from compiler import COMPILER, ROOT, settings, sources
from coverage import lay_out
from mutants import Mutant, drawn, quotas, test_files

PLACE = ROOT / "build" / "mutation"
RESULTS = PLACE / "results.jsonl"
EXPLAINED = Path(__file__).with_name("mutants.json")
SEED = "chartkey 2026-11"
COUNT = 160
REQUIRED = 0.9
TEST_SECONDS, COMPILE_SECONDS = 600, 300
TIMED_OUT = 124
# A mutant that any working test command must find: anybody may revoke.
KNOWN_BAD = ("contracts/relationship/Grants.sol", "revokeAccess", "onlyOwner")


def without_metadata(code: str) -> str:
    """Returns code without the hashes of its sources that the compiler puts into it."""
    return re.sub(r"a264697066735822[0-9a-f]{68}64736f6c6343[0-9a-f]{6}0033", "", code)


def compiled(changed: dict[str, bytes], root: Path, wanted: list[str]) -> dict[str, str] | None:
    """Returns the code of the contracts in `wanted`, metadata aside; none on an error."""
    texts = sources(root)
    for path, text in changed.items():
        texts[path] = {"content": text.decode()}
    kinds = {path: {"*": ["evm.bytecode.object"]} for path in wanted}
    chosen = {**settings(root), "outputSelection": kinds}
    asked = {"language": "Solidity", "sources": texts, "settings": chosen}
    answer = subprocess.run(
        [COMPILER, "--standard-json"],
        input=json.dumps(asked),
        cwd=root,
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
    )
    output = json.loads(answer.stdout)
    if any(entry["severity"] == "error" for entry in output.get("errors", [])):
        return None
    return {
        f"{path}:{name}": without_metadata(contract["evm"]["bytecode"]["object"])
        for path, contracts in output["contracts"].items()
        for name, contract in contracts.items()
    }


def dependents(path: str, texts: dict[str, dict[str, str]]) -> list[str]:
    """Returns the files that a file's change can change the code of, itself among them."""
    found, fresh = {path}, {path}
    while fresh:
        stems = {f"/{Path(name).name}" for name in fresh}
        users = {
            name
            for name, text in texts.items()
            if any(f'{stem}"' in text["content"] for stem in stems)
        }
        fresh = users - found
        found |= fresh
    return sorted(found)


def failures(output: str) -> list[str]:
    """Returns the tests that pytest's summary names as failed or in error."""
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)


class Bench:
    """One copy of the tree, with what the unchanged contracts compile to."""

    def __init__(self, number: int) -> None:
        """Lays the copy out and compiles it."""
        # Brownie takes the folder's name for the project's: it begins with a letter.
        self.tree = PLACE / "tree" / f"bench{number}"
        lay_out(ROOT, self.tree)
        for name in ("contracts", "interfaces"):
            # Brownie compiles again what does not match the sources.
            if (ROOT / "build" / name).exists():
                shutil.copytree(
                    ROOT / "build" / name, self.tree / "build" / name, dirs_exist_ok=True
                )
        self.base = self.tree.with_name(f"base{number}")
        self.built = self.tree / "build" / "contracts"
        self.command([str(Path(sys.prefix) / "bin" / "brownie"), "compile"])
        self.save()

    def save(self) -> None:
        """Keeps what is compiled now."""
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.copytree(self.built, self.base)

    def restore(self, path: str, text: bytes) -> None:
        """Takes a mutant back without compiling again."""
        (self.tree / path).write_bytes(text)
        shutil.rmtree(self.built, ignore_errors=True)
        shutil.copytree(self.base, self.built)

    def command(self, command: list[str], seconds: float = TEST_SECONDS) -> tuple[int, str]:
        """Runs a command in the tree; returns its exit status and output, 124 after `seconds`."""
        try:
            ran = subprocess.run(
                command, cwd=self.tree, capture_output=True, text=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT, ""
        return ran.returncode, ran.stdout + ran.stderr

    def test(self, files: list[str], *options: str) -> tuple[int, str]:
        """Runs functional tests on a chain of their own."""
        suite = str(self.tree / "scripts" / "tools" / "suite.py")
        timeout = ["--timeout", str(TEST_SECONDS)]
        plain = ["-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", *options]
        command = [sys.executable, suite, *files, *timeout, "--", *plain]
        return self.command(command, TEST_SECONDS + 60)

    def invariants(self) -> tuple[int, str]:
        """Runs forge's invariants, where there are any."""
        settings = Path("tests", "invariants", "foundry.toml")
        if not (self.tree / settings).exists():
            return 0, ""
        forge = str(ROOT / "node_modules" / ".bin" / "forge")
        return self.command(["env", f"FOUNDRY_CONFIG={settings}", forge, "test"])


class Baseline:
    """Which tests fail without any mutant: they can find none."""

    def __init__(self) -> None:
        """Nothing is known before it is asked for."""
        self._known: dict[str, list[str]] = {}
        self._invariants: bool | None = None
        self._lock = threading.Lock()

    def failing(self, bench: Bench, files: list[str]) -> list[str]:
        """Returns the tests of `files` that fail, all files of a folder at once."""
        with self._lock:
            fresh = [file for file in files if file not in self._known]
            if fresh:
                status, output = bench.test(fresh)
                if status not in (0, 1):
                    sys.exit(f"mutation: the tests do not run, status {status}:\n{output[-3000:]}")
                failed = failures(output)
                for file in fresh:
                    self._known[file] = [test for test in failed if test.startswith(file)]
                for test in failed:
                    print(f"mutation: fails without a mutant, left out: {test}", flush=True)
            return [test for file in files for test in self._known[file]]

    def has_invariants(self, bench: Bench) -> bool:
        """Whether forge's invariants hold without a mutant."""
        with self._lock:
            if self._invariants is None:
                self._invariants = bench.invariants()[0] == 0
            return self._invariants


def verdict(status: int, output: str) -> tuple[str, str]:
    """Returns what a run of tests says of a mutant, and by which test.

    Only a test that failed kills: a run that did not begin proves nothing.
    """
    if status == TIMED_OUT:
        return "killed", "time"
    failed = failures(output)
    if status == 1 and failed:
        return "killed", failed[0]
    return ("survived", "") if status == 0 else ("broken", output[-500:])


def attempt(
    mutant: Mutant, bench: Bench, baseline: Baseline, few: int | None = None
) -> tuple[str, str]:
    """Tries a mutant, on the `few` likeliest test files if that is given.

    Returns `killed`, `survived`, `invalid`, `equal` or `broken`, and by what.
    """
    original = (bench.tree / mutant.path).read_bytes()
    changed = mutant.apply(original)
    users = dependents(mutant.path, sources(bench.tree))
    code = compiled({mutant.path: changed}, bench.tree, users)
    if code is None:
        return "invalid", ""
    if code == compiled({}, bench.tree, users):
        return "equal", ""
    files = test_files(mutant, bench.tree)[:few]
    skipped = [f"--deselect={test}" for test in baseline.failing(bench, files)]
    trusted = few is None and baseline.has_invariants(bench)
    try:
        (bench.tree / mutant.path).write_bytes(changed)
        found = verdict(*bench.test(files, "-x", *skipped))
        if found[0] == "survived" and trusted and bench.invariants()[0] == 1:
            found = "killed", "invariants"
        return found
    finally:
        bench.restore(mutant.path, original)


def known_bad(root: Path) -> Mutant:
    """Returns the mutant that proves the test command."""
    path, function, guard = KNOWN_BAD
    text = (root / path).read_bytes()
    found = re.search(rf"function {function}\([^{{]*?\b({guard})\b".encode(), text)
    if found is None:
        sys.exit(f"mutation: {path} has no {function} with {guard}: choose another known mutant")
    start, end = found.span(1)
    line = text[:start].count(b"\n") + 1
    return Mutant(path, start, end, "MP", guard, "", line, function)


def fingerprint(path: str, root: Path) -> str:
    """Returns the hash of a contract's file: a result holds for one only."""
    return sha256((root / path).read_bytes()).hexdigest()[:16]


def candidates(root: Path) -> dict[str, list[Mutant]]:
    """Returns the mutants of each file in the order they are tried, from a cache while it holds."""
    cache = PLACE / "candidates.json"
    paths = sorted(path for path in sources(root) if path.startswith("contracts/"))
    state = {path: fingerprint(path, root) for path in paths}
    known = json.loads(cache.read_text()) if cache.exists() else {}
    if known.get("state") != state:
        print("mutation: asking Slither for the mutants", flush=True)
        program = [sys.executable, str(Path(__file__).with_name("mutants.py"))]
        answer = subprocess.run(program, cwd=root, stdout=subprocess.PIPE, check=True)
        known = {"state": state, "mutants": json.loads(answer.stdout)}
        if not known["mutants"]:
            sys.exit("mutation: Slither offers no mutants")
        cache.write_text(json.dumps(known))
    files: dict[str, list[Mutant]] = defaultdict(list)
    for entry in known["mutants"]:
        mutant = Mutant(**entry)
        files[mutant.path].append(mutant)
    return {path: drawn(found, f"{SEED} {path}") for path, found in sorted(files.items())}


def size(path: str, root: Path) -> int:
    """Returns the lines of a file that hold code."""
    lines = (line.strip() for line in (root / path).read_text().splitlines())
    return sum(1 for line in lines if line and not line.startswith(("//", "/*", "*", "import")))


def load_results(root: Path) -> dict[str, dict[str, Any]]:
    """Returns the results that still hold, by the mutants' ids."""
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    found = [json.loads(line) for line in lines]
    return {
        result["id"]: result
        for result in found
        if (root / result["path"]).exists() and result["file"] == fingerprint(result["path"], root)
    }


class Campaign:
    """The run over the sample: files in parallel, the mutants of a file one after the other."""

    def __init__(self, benches: list[Bench], limit: int) -> None:
        """Begins with the results there are; `limit` bounds the new ones that count."""
        self.results = load_results(benches[0].tree)
        self.baseline, self.left = Baseline(), limit
        self._free: queue.Queue[Bench] = queue.Queue()
        for bench in benches:
            self._free.put(bench)
        self._lock = threading.Lock()

    def file(self, mutants: list[Mutant], quota: int) -> list[dict[str, Any]]:
        """Tries the mutants of a file until `quota` of them counted; returns those."""
        counted: list[dict[str, Any]] = []
        for mutant in mutants:
            if len(counted) == quota:
                break
            result = self.results.get(mutant.id) or self._new(mutant)
            if result is None:
                break
            if result["verdict"] in ("killed", "survived"):
                counted.append(result)
        return counted

    def _new(self, mutant: Mutant) -> dict[str, Any] | None:
        with self._lock:
            if self.left <= 0:
                return None
        bench = self._free.get()
        try:
            # The copy's file counts: the checkout may have changed since it was made.
            file = fingerprint(mutant.path, bench.tree)
            found, by = attempt(mutant, bench, self.baseline)
        finally:
            self._free.put(bench)
        told = {"id": mutant.id, "file": file, "verdict": found, "by": by, **asdict(mutant)}
        with self._lock:
            self.left -= found in ("killed", "survived")
            self.results[mutant.id] = told
            if found != "broken":
                with RESULTS.open("a") as out:
                    out.write(json.dumps(told) + "\n")
            change = f"{mutant.old[:40]!r} -> {mutant.new[:40]!r}"
            where = f"{mutant.path}:{mutant.line}"
            print(f"{found:<9} {where} {mutant.operator} {change} {by[-120:]}", flush=True)
        return told


def report(counted: list[dict[str, Any]], explained: dict[str, str]) -> dict[str, Any]:
    """Returns the score and what became of the mutants that count."""
    survived = [result for result in counted if result["verdict"] == "survived"]
    unexplained = [result for result in survived if result["id"] not in explained]
    killed = len(counted) - len(survived)
    return {
        "seed": SEED,
        "mutants": len(counted),
        "score": round(killed / len(counted), 4) if counted else 0.0,
        "killed": killed,
        "survived_explained": len(survived) - len(unexplained),
        "survived_unexplained": len(unexplained),
        "unexplained": unexplained,
    }


def show(told: dict[str, Any]) -> None:
    """Prints a report."""
    for result in told["unexplained"]:
        where = f"{result['path']}:{result['line']} {result['function']}"
        print(f"\nunexplained {result['id']}  {where}")
        print(f"  - {result['old']}\n  + {result['new']}")
    print("\n" + ", ".join(f"{k} {v}" for k, v in told.items() if k != "unexplained"))


def main() -> int:
    """Runs the campaign, reports, and returns 1 when the score or an explanation is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="CONTRACT", help="the name of one contract's file")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time (2)")
    parser.add_argument("--count", type=int, default=COUNT, help=f"of the sample ({COUNT})")
    parser.add_argument("--limit", type=int, default=10**6, help="of new mutants in this run")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    arguments = parser.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        benches = list(pool.map(Bench, range(arguments.jobs)))
        root = benches[0].tree
        bad = known_bad(root)
        found, by = attempt(bad, benches[0], Baseline(), few=1)
        if found != "killed":
            sys.exit(f"mutation: the known bad mutant is {found}: the tests prove nothing. {by}")
        print(f"mutation: the known bad mutant is killed by {by}", flush=True)
        files = candidates(root)
        shares = quotas({path: size(path, root) for path in files}, arguments.count)
        chosen = [p for p in files if arguments.only in (None, Path(p).stem)]
        campaign = Campaign(benches, arguments.limit)
        done = pool.map(lambda path: campaign.file(files[path], shares[path]), chosen)
        counted = [result for results in done for result in results]
    told = report(counted, json.loads(EXPLAINED.read_text()))
    print(json.dumps(told, indent=2)) if arguments.json else show(told)
    return int(told["score"] < REQUIRED or bool(told["unexplained"]))


if __name__ == "__main__":
    sys.exit(main())
