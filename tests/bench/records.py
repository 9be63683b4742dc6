"""How fast FHIR comes in: read, checked against R4, split into elements, and packed for sealing.

``python tests/bench/records.py`` prints the figures; ``make bench`` calls :func:`measure`. It is
compared with what one would use instead, ``fhir.resources`` parsing the same bundles and nothing
else: each bundle is read by both in turn, and the ratio is of their times together.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from chartkey.records import open_container, read_document  # noqa: E402
from fhir.resources.R4B.bundle import Bundle  # noqa: E402

ROUNDS = 3
MOST_BYTES = 12 << 20
SHARED = ROOT.parent / "shared" / "fhir" / "synthea"
SAMPLES = ROOT / "build" / "samples"


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``fhir.*``: MB (10**6 bytes) of bundles a second, and the ratio to parsing alone."""
    bundles = chosen()
    size = sum(map(len, bundles)) / 1e6
    report("fhir.bundles_mb", round(size, 1))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        pairs = [paired(bundle) for bundle in bundles]
        ours.append(sum(pair[0] for pair in pairs))
        theirs.append(sum(pair[1] for pair in pairs))
    ratios = [their / our for our, their in zip(ours, theirs, strict=True)]
    report("fhir.ingest_mb_s", round(size / statistics.median(ours), 2))
    report("fhir.ingest_vs_parse", round(statistics.median(ratios), 3))


def chosen() -> list[bytes]:
    """Return whole patients from the shared folder, or this project's samples without it."""
    found: list[bytes] = []
    for path in sorted((SHARED if SHARED.is_dir() else SAMPLES).glob("*.json")):
        data = path.read_bytes()
        is_bundle = json.loads(data).get("resourceType") == "Bundle"
        if is_bundle and sum(map(len, found)) + len(data) <= MOST_BYTES:
            found.append(data)
    if not found:
        raise SystemExit("there is no bundle to read: run make setup first")
    return found


def paired(bundle: bytes) -> tuple[float, float]:
    """Return the seconds that this library takes for a bundle, and those of parsing alone."""
    return timed(ingest, bundle), timed(Bundle.model_validate_json, bundle)


def ingest(bundle: bytes) -> None:
    """Do all that happens before encryption: the container is read to its end."""
    with open_container(read_document(bundle), bytes(32)) as stream:
        while stream.read(1 << 18):
            pass


def timed(act: Callable[[bytes], object], bundle: bytes) -> float:
    """Return seconds; what the one before left behind is collected first."""
    gc.collect()
    start = time.perf_counter()
    act(bundle)
    return time.perf_counter() - start


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:24} {value:8.3f}"))
