"""Giving a recipient a wrap of suite 2, and reading a few bytes of a large stored payload.

``python tests/bench/wraps.py`` prints the figures; ``make bench`` calls :func:`measure`. Each is
paired with what it is compared to, round by round: a wrap of suite 1, and opening the whole.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chartkey.crypto.payload import copy_range, new_dek, open_payload, seal
from chartkey.crypto.wrap import generate, public_der, wrap
from chartkey.models import RecordContext, Suite
from chartkey.storage import EmbeddedStore

SIZE_MIB = 128
RANGE = 4096
ROUNDS = 7
WRAPS = 200
READS = 20
PLACE = RecordContext(Suite.RSA_OAEP_AES_GCM, 1337, bytes(20), bytes(32), bytes(32), bytes(20))


def measure(report: Callable[[str, float], None]) -> None:
    """Report ``envelope.add_recipient_*`` and ``envelope.random_read_*``.

    Recipients a second and milliseconds a reading; ``_vs_rsa`` is the rate over that of suite 1,
    ``_vs_open`` the time over that of opening the whole payload.
    """
    hybrid, rsa = (public_der(generate(suite)) for suite in (2, 1))
    pairs = [(_rate(hybrid), _rate(rsa)) for _ in range(ROUNDS)]
    report("envelope.add_recipient_per_s", statistics.median(ours for ours, _ in pairs))
    report("envelope.add_recipient_vs_rsa", statistics.median(a / b for a, b in pairs))
    folder = Path(tempfile.mkdtemp(prefix="chartkey-bench-", dir=_memory_backed()))
    try:
        _measure_reads(folder, report)
    finally:
        shutil.rmtree(folder)


def _measure_reads(folder: Path, report: Callable[[str, float], None]) -> None:
    store, dek, size = EmbeddedStore(folder), new_dek(), SIZE_MIB << 20
    plain, sealed = os.urandom(1 << 20) * SIZE_MIB, io.BytesIO()
    seal(io.BytesIO(plain), sealed, dek, PLACE)
    sealed.seek(0)
    cid = store.add(sealed).cid
    places = random.Random(20_240_229)
    pairs = []
    for _ in range(ROUNDS):
        starts = [places.randrange(size - RANGE) for _ in range(READS)]
        part = statistics.median(_read(store, cid, dek, plain, start) for start in starts)
        pairs.append((part, _open(store, cid, dek)))
    report("envelope.random_read_ms", 1000 * statistics.median(part for part, _ in pairs))
    report("envelope.random_read_vs_open", statistics.median(a / b for a, b in pairs))


def _rate(public: bytes) -> float:
    start = time.perf_counter()
    for number in range(WRAPS):
        wrap(public, bytes(32), number.to_bytes(8, "big"))
    return WRAPS / (time.perf_counter() - start)


def _read(store: EmbeddedStore, cid: str, dek: bytes, plain: bytes, place: int) -> float:
    start, target = time.perf_counter(), io.BytesIO()
    with store.open(cid) as stream:
        copy_range(stream, target, place, place + RANGE, dek, PLACE)
    taken = time.perf_counter() - start
    if target.getvalue() != plain[place : place + RANGE]:
        raise SystemExit("a range of a payload came out as something else")
    return taken


def _open(store: EmbeddedStore, cid: str, dek: bytes) -> float:
    start = time.perf_counter()
    with store.open(cid) as stream, open(os.devnull, "wb") as target:
        open_payload(stream, target, dek, PLACE)
    return time.perf_counter() - start


def _memory_backed() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name} {value:.3f}"))
