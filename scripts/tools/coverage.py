"""Measures which statements and branches of contracts/ the functional tests execute.

`coverage.py [--json] [--keep | --add] [TEST PATH…]`, in build/coverage. The contracts are
compiled without the optimizer, on a copy of the tree: it merges equal ends of code, so that one
refusal would be credited with another's run. Anvil therefore takes code of any size here. Brownie's
own coverage does not see what a test tries by eth_call. Required are 100 %;
scripts/tools/coverage.json lists each exception as {"file:line kind": "reason"}, and one that is
reached is an error too.
"""

import argparse
import json
import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import suite
import yaml
from coverage_sites import Project, Site, load

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "coverage"
EXCEPTIONS = Path(__file__).with_suffix(".json")
COPIED = ("contracts", "interfaces", "scripts", "tests", "pytest.ini", "brownie-config.yaml")
LINKED = ("node_modules", ".venv", "client")
TIMEOUT_SECONDS = 7200
ANVIL = '#!/bin/sh\nexec "{}" --disable-code-size-limit "$@"\n'


def lay_out(root: Path, tree: Path) -> None:
    """Copies into `tree` what the tests need of `root`; compiled artifacts of before stay."""
    tree.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        target = tree / name
        if target.is_dir():
            shutil.rmtree(target)
        source = root / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy2(source, target)
    for name in LINKED:
        if not (tree / name).is_symlink():
            (tree / name).symlink_to(root / name)


def unoptimized(configuration: str) -> str:
    """Returns a brownie-config.yaml without the optimizer."""
    parsed = yaml.safe_load(configuration)
    parsed["compiler"]["solc"]["optimizer"] = {"enabled": False, "runs": 0}
    return str(yaml.safe_dump(parsed))


def changed(root: Path, tree: Path) -> set[str]:
    """Returns the contracts' files in `tree` that are others in `root`."""
    files = (file.relative_to(tree) for file in (tree / "contracts").rglob("*.sol"))
    return {
        str(file)
        for file in files
        if not (root / file).exists() or (root / file).read_bytes() != (tree / file).read_bytes()
    }


def forget(hits: Path, paths: set[str]) -> None:
    """Takes what was reached in files that have changed out of the last measurement."""
    for file in hits.glob("*.json"):
        told = json.loads(file.read_text())
        told["reached"] = [site for site in told["reached"] if site[0] not in paths]
        file.write_text(json.dumps(told))


def measure(paths: list[str], place: Path, add: bool) -> int:
    """Compiles the copy and runs the tests on it; returns their exit status."""
    tree, programs, hits = place / "tree", place / "bin", place / "hits"
    if add:
        forget(hits, changed(ROOT, tree))
    else:
        shutil.rmtree(hits, ignore_errors=True)
    lay_out(ROOT, tree)
    config = tree / "brownie-config.yaml"
    config.write_text(unoptimized(config.read_text()))
    programs.mkdir(exist_ok=True)
    anvil = programs / "anvil"
    anvil.write_text(ANVIL.format(ROOT / "node_modules" / ".bin" / "anvil"))
    anvil.chmod(0o755)
    os.environ["PATH"] = f"{programs}:{ROOT / 'node_modules' / '.bin'}:{os.environ['PATH']}"
    brownie = str(Path(sys.prefix) / "bin" / "brownie")
    compiled = suite.run([brownie, "compile"], tree, TIMEOUT_SECONDS)
    if compiled:
        return compiled
    os.environ |= {
        "COVERAGE_BUILD": str(tree / "build" / "contracts"),
        "COVERAGE_HITS": str(hits),
        "PYTEST_PLUGINS": "coverage_probe",
        # Workers must agree on the ids of tests that a set gives their names.
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(tree / "scripts" / "tools"),
    }
    command = [brownie, "test", *paths, *suite.workers(paths, tree)]
    return suite.run(command, tree, TIMEOUT_SECONDS)


def merged(folder: Path) -> tuple[set[Site], dict[str, float]]:
    """Returns the sites that any worker reached, and the sums of what they counted."""
    reached: set[Site] = set()
    sums: dict[str, float] = defaultdict(float)
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text())
        reached |= {Site(*site) for site in told.pop("reached")}
        for name, value in told.items():
            sums[name] += value
    return reached, dict(sums)


def names(project: Project, sites: set[Site]) -> dict[str, str]:
    """Returns `file:line kind` of each site, in order, with the source it begins with.

    The sites of a line that are of one kind share a name.
    """
    found = {}
    for site in sorted(sites):
        text = project.texts[site.path].encode()[site.start : site.start + site.length].decode()
        found[f"{site.path}:{project.line(site)} {site.kind}"] = " ".join(text.split())[:70]
    return found


def table(project: Project, reached: set[Site]) -> list[dict[str, Any]]:
    """Returns the counts of every source file, in order of their paths."""
    rows = []
    for path in sorted(project.texts):
        row: dict[str, Any] = {"path": path}
        for kind in ("statement", "branch"):
            ours = {s for s in project.sites if s.path == path}
            sites = {s for s in ours if (s.kind == "statement") == (kind == "statement")}
            row[kind] = (len(sites & reached), len(sites))
        if row["statement"][1] or row["branch"][1]:
            rows.append(row)
    return rows


def faults(missed: dict[str, str], exceptions: dict[str, str]) -> list[str]:
    """Returns what stands against 100 %: sites nobody reached, and exceptions without need."""
    unreached = [f"{name}  {text}" for name, text in missed.items() if name not in exceptions]
    needless = [f"{name}  is listed in {EXCEPTIONS.name}, but reached" for name in exceptions]
    return unreached + [line for line in needless if line.split("  ")[0] not in missed]


def show(rows: list[dict[str, Any]]) -> None:
    """Prints the counts as a table."""
    for row in rows:
        counts = (f"{hit:>5}/{of:<5}" for hit, of in (row["statement"], row["branch"]))
        print(f"{row['path']:<44}", *counts)


def main() -> int:
    """Measures, prints and returns 1 below 100 %."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=["tests/functional"])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--keep", action="store_true", help="only report the last measurement")
    parser.add_argument("--add", action="store_true", help="keep what was reached before")
    arguments = parser.parse_args()
    status = 0 if arguments.keep else measure(arguments.paths, PLACE, arguments.add)
    project = load(PLACE / "tree" / "build" / "contracts")
    reached, sums = merged(PLACE / "hits")
    reached &= project.sites
    rows = table(project, reached)
    missed = names(project, project.sites - reached)
    wrong = faults(missed, json.loads(EXCEPTIONS.read_text()))
    if arguments.json:
        print(json.dumps({"files": rows, "missed": missed, "faults": wrong, **sums}, indent=2))
    else:
        print(f"{'file':<44} statements  branches")
        show(rows)
        print("\n".join(["", *wrong]))
        print(f"coverage: {len(reached)} of {len(project.sites)} sites,", sums)
    if status:
        said = "some tests failed; what they would reach is missing"
        print(f"coverage: the tests ended with status {status}: {said}", file=sys.stderr)
    return int(bool(wrong or status))


if __name__ == "__main__":
    sys.exit(main())
