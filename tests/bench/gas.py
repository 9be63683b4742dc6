"""Gas of everything that writes, against MedRec's contracts and against itself when full (P61).

``python tests/bench/gas.py`` prints the figures; ``make bench`` calls :func:`measure`. Everything
runs on an Anvil of its own with rules of Paris and no base fee. Worst cases are taken: random bytes
hold no zeros, which would be cheaper; the viewer works in a department, whose standing is one slot
more; the revocation is the first after a grant and so writes the epoch flag.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from tests.bench.scene.full import Full  # noqa: E402
from tests.bench.scene.life import Life  # noqa: E402
from tests.bench.scene.ward import HYBRID, Ward  # noqa: E402
from tests.chains import start_chain  # noqa: E402

# MedRec's own contracts, run on this project's Anvil and counted in the same way: the gas used by
# the transactions that register a participant, set up a relationship, add a viewer and remove one.
MEDREC = {
    "register": 1_184_974,
    "relationship": 1_457_057,
    "grant": 212_997,
    "revoke": 72_298,
}
BATCH = 1_000


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``gas.*``: every function direct and relayed, ratios to MedRec's, and flatness."""
    # The figures are those of the sources as they are, not of an older build.
    brownie = str(Path(sys.prefix) / "bin" / "brownie")
    subprocess.run([brownie, "compile"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with start_chain("anvil") as chain:
        day = Ward(chain.rpc).day()
        for name, value in day.items():
            report(f"gas.{name}", value)
            if name in MEDREC:
                report(f"gas.{name}_vs_medrec", round(value / MEDREC[name], 4))
    with start_chain("anvil") as chain:
        # What suite 2 costs more, which is what new keys are of.
        for name, value in Ward(chain.rpc, HYBRID).day().items():
            if name in MEDREC:
                report(f"gas.{name}_hybrid", value)
                report(f"gas.{name}_hybrid_vs_medrec", round(value / MEDREC[name], 4))
    with start_chain("anvil") as chain:
        gas = Life(chain.rpc).whole()
        for name, value in sorted(gas.items()):
            if name not in day:
                report(f"gas.{name}", value)
        report("gas.batch_anchor_per_record", round(gas["anchorBatch"] / BATCH, 2))
    with start_chain("anvil") as chain:
        ratios = Full(chain.rpc).ratios()
        for name, value in ratios.items():
            report(f"gas.flat_10k_{name}", round(value, 4))
        report("gas.flat_10k", round(max(ratios.values(), key=lambda ratio: abs(ratio - 1)), 4))


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:36} {value:>14,}"))
