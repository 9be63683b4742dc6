"""What a program waits for: the library's import, its first call, and a record's whole journey.

``python tests/bench/flow.py`` prints the figures; ``make bench`` calls :func:`measure`. Each start
is a fresh interpreter; a bare one, started in turn with it, is taken off.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from chartkey import Clinician, Kind, Patient, connect  # noqa: E402

from scripts.alliance.keyset import Keyset  # noqa: E402
from scripts.alliance.stage import build  # noqa: E402
from tests.chains import start_chain  # noqa: E402

STARTS = 9
JOURNEYS = 3
RECORD = ROOT / "build" / "samples" / "summary.json"
NAMES = "from chartkey import Auditor, Clinician, Institution, Kind, Patient, Purpose, connect"
FIRST_CALL = """
import sys
from chartkey import connect
assert connect(sys.argv[1], sys.argv[2]).consortium.census().member_count == 3
"""


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``flow.*``, in milliseconds: medians of several starts, the quickest journey."""
    report("flow.import_library_ms", beyond_bare("import chartkey"))
    report("flow.import_names_ms", beyond_bare(NAMES))
    with tempfile.TemporaryDirectory() as name, start_chain() as chain:
        folder = Path(name)
        keyset = Keyset(folder / "keys", scrypt_n=2)
        keyset.create()
        alliance = build(chain.rpc, folder / "alliance", keyset)
        report("flow.first_call_ms", beyond_bare(FIRST_CALL, chain.rpc, str(alliance.manifest)))
        report("flow.journey_ms", min(journey(chain.rpc, alliance.folder) for _ in range(JOURNEYS)))


def beyond_bare(program: str, *arguments: str) -> float:
    """Return the milliseconds that a program takes longer than one that does nothing."""
    bare, whole = [], []
    for _ in range(STARTS):
        bare.append(seconds("pass"))
        whole.append(seconds(program, *arguments))
    return round(1000 * (statistics.median(whole) - statistics.median(bare)), 1)


def seconds(program: str, *arguments: str) -> float:
    """Return how long a fresh interpreter takes to run a program and end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, check=True)
    return time.perf_counter() - begun


def journey(rpc: str, folder: Path) -> float:
    """Return the milliseconds from a draft to the ward's reading of it, keys already open."""
    net = connect(rpc, folder / "alliance.json")
    doctor = Clinician.open(net, folder / "keys" / "dr-wang.json")
    patient = Patient.open(net, folder / "keys" / "patient-zhang.json")
    ward = Clinician.open(net, folder / "keys" / "dr-li.json")
    begun = time.perf_counter()
    record = patient.confirm(doctor.draft(patient.address, RECORD))
    request = ward.request(patient.address, kind=Kind.PATIENT_SUMMARY)
    patient.approve(request)
    with ward.read(record) as opened:
        assert opened.bundle["resourceType"] == "Bundle"
    return round(1000 * (time.perf_counter() - begun), 1)


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:24} {value:8.1f}"))
