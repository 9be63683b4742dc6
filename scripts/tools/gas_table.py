"""Writes the gas table of contracts/README.md from build/bench.json; run it after `make bench`.

A row for each function that writes: what it costs its caller, and what it costs a relay (P22).
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "contracts" / "README.md"
RESULTS = ROOT / "build" / "bench.json"
BEGIN, END = "<!-- gas -->", "<!-- /gas -->"
COLUMNS = 2


def functions(figures: dict[str, float]) -> list[tuple[str, float, float]]:
    """Returns each function that was counted directly and relayed, in alphabetical order."""
    found = []
    for key, relayed in figures.items():
        name = key.removeprefix("gas.").removesuffix("_relayed")
        # The enactments of single actions stand in the file; the table has the dearest.
        if key == f"gas.{name}_relayed" and "_" not in name:
            found.append((name, figures[f"gas.{name}"], relayed))
    return sorted(found)


def table(rows: list[tuple[str, float, float]]) -> str:
    """Returns a Markdown table with two functions a line."""
    head = "| function | gas | relayed " * COLUMNS + "|\n" + "|---|---|---" * COLUMNS + "|"
    half = -(-len(rows) // COLUMNS)
    lines = [head]
    for n in range(half):
        cells = [
            f"| `{name}` | {own:,.0f} | {relayed:,.0f} " for name, own, relayed in rows[n::half]
        ]
        lines.append("".join(cells).ljust(1) + "| | | " * (COLUMNS - len(cells)) + "|")
    return "\n".join(lines)


def replaced(text: str, content: str) -> str:
    """Returns a text with what stands between the markers replaced.

    Raises:
        ValueError: the markers are not there.
    """
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{content}\n{END}{after}"


def main() -> int:
    """Writes the table; returns the exit status."""
    if not RESULTS.is_file():
        print("build/bench.json is missing: run make bench first", file=sys.stderr)
        return 1
    figures = json.loads(RESULTS.read_text())
    README.write_text(replaced(README.read_text(), table(functions(figures))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
