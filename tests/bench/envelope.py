"""Sealing and opening one large file, against age (pyrage) and against the bare cipher.

The bare loop reads 1 MiB, runs the same AES-256-GCM over it and writes: it commits to no key, binds
nothing and can be cut short. Nobody stores it; it shows what the envelope costs.

``python tests/bench/envelope.py`` prints the figures; ``make bench`` calls :func:`measure`. Rounds
are paired: a ratio compares two runs that follow one another, and the median ratio is reported.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyrage
from chartkey.crypto.payload import new_dek, open_payload, seal
from chartkey.models import RecordContext, Suite
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIZE_MIB = 512
PEAK_MIB = 4096
ROUNDS = 5
STEP = 1 << 20
TAG = 16
PLACE = RecordContext(Suite.RSA_OAEP_AES_GCM, 1337, bytes(20), bytes(32), bytes(32), bytes(20))


class Files:
    """The plain file, and what the two programs make of it."""

    def __init__(self, folder: Path, size_mib: int) -> None:
        names = ("plain", "sealed", "age", "raw", "opened")
        self.plain, self.sealed, self.age, self.raw, self.opened = (folder / n for n in names)
        block = os.urandom(1 << 20)
        with self.plain.open("wb") as file:
            for _ in range(size_mib):
                file.write(block)


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``envelope.*``: ratios (above 1: faster than age), seconds, memory, size in MiB."""
    folder = Path(tempfile.mkdtemp(prefix="chartkey-bench-", dir=_memory_backed()))
    try:
        size = _affordable(folder)
        files = Files(folder, size)
        report("envelope.size_mib", size)
        for name, value in _compared(files).items():
            report(f"envelope.{name}", value)
    finally:
        shutil.rmtree(folder)
    _measure_memory(report)


def _measure_memory(report: Callable[[str, float], None]) -> None:
    """Report what sealing and opening a file of 4 GiB adds to a process, smaller where need be."""
    folder = Path(tempfile.mkdtemp(prefix="chartkey-bench-", dir=_memory_backed()))
    try:
        size = _affordable(folder, PEAK_MIB)
        report("envelope.peak_size_mib", size)
        report("envelope.peak_mib", _peak_mib(Files(folder, size)))
    finally:
        shutil.rmtree(folder)


def _compared(files: Files) -> dict[str, float]:
    dek, identity = new_dek(), pyrage.x25519.Identity.generate()
    public, plain, age = identity.to_public(), str(files.plain), str(files.age)
    cipher, sealed = AESGCM(dek), STEP + TAG
    runs: dict[str, list[float]] = {}
    steps: list[tuple[str, Path, Callable[[], object]]] = [
        ("age_seal", files.age, lambda: pyrage.encrypt_file(plain, age, [public])),
        ("seal", files.sealed, lambda: _seal(files.plain, files.sealed, dek)),
        ("raw_seal", files.raw, lambda: _bare(cipher.encrypt, files.plain, files.raw, STEP)),
        ("age_open", files.opened, lambda: pyrage.decrypt_file(age, str(files.opened), [identity])),
        (
            "raw_open",
            files.opened,
            lambda: _bare(cipher.decrypt, files.raw, files.opened, sealed),
        ),
        ("open", files.opened, lambda: _open(files.sealed, files.opened, dek)),
    ]
    for _ in range(ROUNDS):
        for name, target, step in steps:
            runs.setdefault(name, []).append(_timed(step, target))
    if files.opened.stat().st_size != files.plain.stat().st_size:
        raise SystemExit("the opened file has another size than the plain one")
    seconds = {f"{name}_s": statistics.median(times) for name, times in runs.items()}
    return {
        "seal_vs_age": _ratio(runs["age_seal"], runs["seal"]),
        "open_vs_age": _ratio(runs["age_open"], runs["open"]),
        "seal_vs_raw": _ratio(runs["raw_seal"], runs["seal"]),
        "open_vs_raw": _ratio(runs["raw_open"], runs["open"]),
        **seconds,
    }


def _timed(step: Callable[[], object], target: Path) -> float:
    # Overwriting pages that are there already would flatter whoever comes second.
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _ratio(theirs: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def _seal(plain: Path, sealed: Path, dek: bytes) -> None:
    with plain.open("rb") as source, sealed.open("wb") as target:
        seal(source, target, dek, PLACE)


def _open(sealed: Path, opened: Path, dek: bytes) -> None:
    with sealed.open("rb") as source, opened.open("wb") as target:
        open_payload(source, target, dek, PLACE)


def _bare(step: Callable[..., bytes], source: Path, target: Path, unit: int) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        count = 0
        while data := read.read(unit):
            written.write(step(count.to_bytes(12, "big"), data, None))
            count += 1


def _peak_mib(files: Files) -> float:
    """Seal and open in a fresh process; return what its memory grew by after the import."""
    script = (sys.executable, __file__, "--peak", str(files.plain.parent))
    return float(subprocess.run(script, capture_output=True, text=True, check=True).stdout)


def _print_peak(folder: Path) -> None:
    # Not ru_maxrss: a child starts with its parent's.
    before = _kib("/proc/self/status", "VmRSS:")
    _seal(folder / "plain", folder / "sealed", bytes(32))
    _open(folder / "sealed", folder / "opened", bytes(32))
    print((_kib("/proc/self/status", "VmHWM:") - before) / 1024)


def _memory_backed() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _affordable(folder: Path, wanted: int = SIZE_MIB) -> int:
    """Return the largest size in MiB, halved from the wanted one, of which five copies fit."""
    available = _kib("/proc/meminfo", "MemAvailable:") >> 10
    free = min(shutil.disk_usage(folder).free >> 20, available)
    size = wanted
    while size > 1 and 5 * size > free:
        size //= 2
    return size


def _kib(file: str, field: str) -> int:
    lines = Path(file).read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        _print_peak(Path(sys.argv[2]))
    else:
        measure(lambda name, value: print(f"{name} {value:.3f}"))
