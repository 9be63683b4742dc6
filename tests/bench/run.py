"""Runs the benchmarks: `run.py [MODULE…]`, by default every module of this folder.

A module has `measure(report)`, which calls `report(name, value)` for each figure. The figures go to
build/bench.json, one flat object; a run of named modules keeps what the others measured before. The
status is 1 when a bound is missed or a figure that has one is missing, and when a module fails.
"""

from __future__ import annotations

import argparse
import importlib
import json
import operator
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
RESULTS = ROOT / "build" / "bench.json"
sys.path[:0] = [str(FOLDER), str(ROOT)]


class Bound(NamedTuple):
    """What a figure must be: at most or at least a limit, or within one of 1."""

    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Returns whether a value is within the bound."""
        if self.sign == "±":
            return 1 - self.limit <= value <= 1 + self.limit
        return bool({"≤": operator.le, "≥": operator.ge}[self.sign](value, self.limit))

    def __str__(self) -> str:
        return f"{'1 ' * (self.sign == '±')}{self.sign} {self.limit:g}"


BOUNDS = {
    "gas.register_vs_medrec": Bound("≤", 0.25),
    "gas.relationship_vs_medrec": Bound("≤", 0.2),
    "gas.grant_vs_medrec": Bound("≤", 0.5),
    "gas.revoke_vs_medrec": Bound("≤", 0.5),
    "gas.batch_anchor_per_record": Bound("≤", 100),
    "gas.flat_10k": Bound("±", 0.05),
    "envelope.seal_vs_raw": Bound("≥", 0.8),
    "envelope.open_vs_raw": Bound("≥", 0.8),
    "envelope.seal_vs_age": Bound("≥", 2),
    "envelope.open_vs_age": Bound("≥", 2),
    "envelope.peak_mib": Bound("≤", 64),
    "envelope.add_recipient_per_s": Bound("≥", 2000),
    "envelope.add_recipient_vs_rsa": Bound("≥", 0.25),
    "envelope.random_read_ms": Bound("≤", 25),
    "envelope.random_read_vs_open": Bound("≤", 0.2),
    "client.sign_per_s": Bound("≥", 800),
    "chain.block_fill": Bound("≥", 0.9),
    "flow.import_library_ms": Bound("≤", 300),
    "fhir.ingest_vs_parse": Bound("≥", 0.5),
    "store.add_vs_kubo": Bound("≥", 1.5),
    "store.read_verified_vs_kubo": Bound("≥", 1.5),
}
BESIDE = {
    "envelope.add_recipient": "wraps",
    "envelope.random_read": "wraps",
    # A module called fhir would hide the package.
    "fhir": "records",
}
"""Beginnings of figures that another module measures than the one they are named after."""


def owner(name: str) -> str:
    """Returns the name of the module that measures a figure."""
    beside = (module for start, module in BESIDE.items() if name.startswith(start))
    return next(beside, name.partition(".")[0])


def modules() -> list[str]:
    """Returns the names of the modules that measure something."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != Path(__file__).stem)


def run(module: str, report: Callable[[str, float], None]) -> bool:
    """Runs one module and returns whether it came to its end."""
    print(f"{module}:", flush=True)
    try:
        importlib.import_module(module).measure(report)
    except Exception:
        # One module's failure must not hide what the others measure.
        traceback.print_exc()
        return False
    return True


def line(name: str, value: float | None) -> str:
    """Returns a figure's line of the table: value, bound, and whether it holds."""
    shown = "missing" if value is None else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"
    bound = BOUNDS.get(name)
    if bound is None:
        return f"  {name:32} {shown:>14}"
    verdict = "ok" if value is not None and bound.holds(value) else "MISSED"
    return f"  {name:32} {shown:>14}   {bound!s:8} {verdict}"


def missed(names: Iterable[str], figures: dict[str, float]) -> list[str]:
    """Returns the bounds of these modules that are missed or have no figure."""
    return [
        name
        for name, bound in BOUNDS.items()
        if owner(name) in names and (name not in figures or not bound.holds(figures[name]))
    ]


def save(names: Iterable[str], figures: dict[str, float], path: Path = RESULTS) -> None:
    """Replaces these modules' figures in the file, in one step: a reader never sees half of it."""
    before = json.loads(path.read_text()) if path.exists() else {}
    kept = {k: v for k, v in before.items() if owner(k) not in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(kept | figures, indent=1, sort_keys=True) + "\n")
    temporary.replace(path)


def main(arguments: list[str]) -> int:
    """Runs the modules, prints the table, writes the file; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(modules()))
    named = parser.parse_args(arguments).modules
    names = named or modules()
    if unknown := set(names) - set(modules()):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(modules())}")
    figures: dict[str, float] = {}

    def report(name: str, value: float) -> None:
        figures[name] = value
        print(line(name, value), flush=True)

    ended = [run(name, report) for name in names]
    save(names, figures)
    # A whole run misses the bounds of a module that is not there, too.
    owners = {owner(name) for name in BOUNDS}
    failures = missed(named or owners, figures)
    for name in failures:
        print(f"bench: missed{line(name, figures.get(name))}", file=sys.stderr)
    print(f"{len(figures)} figures in {RESULTS.relative_to(ROOT)}")
    return 0 if all(ended) and not failures else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
