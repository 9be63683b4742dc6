"""Storing and reading, against Kubo's daemon on the same machine, disk and CIDs, in the same minute.

``python tests/bench/store.py`` prints the figures; ``make bench`` calls :func:`measure`. Rounds are
paired: a ratio compares two runs that follow one another, and the median ratio is reported. Each
round adds a file that neither store has seen, and both have it on disk when they return: Kubo with
its own settings (``flatfs``, synchronous), ours by fsync before rename. Kubo is driven by its
command line through a running daemon, as it is used; the time that its command line takes to start
is taken off. Reading: ours compares every block with its CID, ``ipfs cat`` does not;
``store.read_vs_kubo_offline`` is against a Kubo that opens its files itself, without a daemon.
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

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from chartkey.storage import EmbeddedStore  # noqa: E402

from tests.kubo import ABSENT, IPFS, Node, daemon  # noqa: E402

SIZE_MIB = 512
ROUNDS = 5
SMALL_FILES = 10_000
SMALL_BYTES = 4096
SMALL_ROUNDS = 3

Report = Callable[[str, float], None]


class Scene:
    """A file and a folder whose content is new in every round, and the two stores."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.small = folder, folder / "study", folder / "small"
        self.small.mkdir()
        block = os.urandom(1 << 20)
        with self.file.open("wb") as file:
            for _ in range(SIZE_MIB):
                file.write(block)

    @property
    def own(self) -> EmbeddedStore:
        """The embedded store, empty at first."""
        return EmbeddedStore(self.folder / "own")

    def renew(self, number: int) -> None:
        """Give every block of the file a content of its own."""
        with self.file.open("r+b") as file:
            for index in range(SIZE_MIB):
                file.seek(index << 20)
                file.write(b"%8d%8d" % (number, index))

    def renew_small(self, number: int) -> None:
        """Give every small file a content of its own."""
        for index in range(SMALL_FILES):
            data = (b"%8d%8d" % (number, index)) * (SMALL_BYTES // 16)
            (self.small / f"{index:05d}").write_bytes(data)


def measure(report: Report) -> None:
    """Report ``store.*``: ratios (above 1: faster than Kubo), seconds, objects a second.

    Raises:
        RuntimeError: there is no Kubo, or a store gave another CID.
    """
    if not IPFS.exists():
        raise RuntimeError(ABSENT)
    (ROOT / "build").mkdir(exist_ok=True)
    # On disk: what memory holds is not durable, and the work of making it so is what is compared.
    folder = Path(tempfile.mkdtemp(prefix="chartkey-bench-", dir=ROOT / "build"))
    try:
        scene = Scene(folder)
        with daemon(folder / "kubo") as node:
            start = statistics.median(_timed(lambda: node.ipfs("version")) for _ in range(ROUNDS))
            cid = _adds(scene, node, start, report)
            _reads("", scene, node, cid, start, report)
            _smalls(scene, node, start, report)
        _reads("_offline", scene, node, cid, start, report)
    finally:
        shutil.rmtree(folder)


def _adds(scene: Scene, node: Node, start: float, report: Report) -> str:
    theirs, ours = [], []
    for number in range(ROUNDS):
        scene.renew(number)
        made: list[str] = []
        steps = [
            (theirs, lambda made=made: made.append(node.add(scene.file)), start),
            (ours, lambda made=made: made.append(_add(scene)), 0.0),
        ]
        for times, step, off in steps if number % 2 else reversed(steps):
            os.sync()
            times.append(_timed(step) - off)
        if len(set(made)) != 1:
            raise RuntimeError(f"the stores disagree: {made}")
    _pair("add", theirs, ours, report)
    return made[0]


def _reads(suffix: str, scene: Scene, node: Node, cid: str, start: float, report: Report) -> None:
    theirs, ours = [], []
    store = scene.own
    with open(os.devnull, "wb", buffering=0) as nowhere:
        cat = [str(IPFS), "cat", cid]
        for _ in range(2 * ROUNDS):
            run = lambda: subprocess.run(cat, env=node.environment, stdout=nowhere, check=True)  # noqa: E731
            theirs.append(_timed(run) - start)
            ours.append(_timed(lambda: store.read(cid, nowhere)))
    name = "read_vs_kubo_offline" if suffix else "read_verified_vs_kubo"
    report(f"store.{name}", _ratio(theirs, ours))
    report(f"store.read{suffix}_s", statistics.median(ours))
    report(f"store.kubo_cat{suffix}_s", statistics.median(theirs))


def _smalls(scene: Scene, node: Node, start: float, report: Report) -> None:
    theirs, ours = [], []
    for number in range(SMALL_ROUNDS):
        scene.renew_small(number)
        os.sync()
        made = []
        theirs.append(_timed(lambda: made.append(node.add(scene.small, "--recursive"))) - start)
        os.sync()
        ours.append(_timed(lambda: made.append(scene.own.add_folder(scene.small).cid)))
        if len(set(made)) != 1:
            raise RuntimeError(f"the stores disagree: {made}")
    report("store.small_objects_per_s", SMALL_FILES / statistics.median(ours))
    report("store.kubo_small_objects_per_s", SMALL_FILES / statistics.median(theirs))


def _pair(name: str, theirs: list[float], ours: list[float], report: Report) -> None:
    report(f"store.{name}_vs_kubo", _ratio(theirs, ours))
    report(f"store.{name}_s", statistics.median(ours))
    report(f"store.kubo_{name}_s", statistics.median(theirs))


def _add(scene: Scene) -> str:
    with scene.file.open("rb", buffering=0) as source:
        return scene.own.add(source).cid


def _ratio(theirs: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def _timed(step: Callable[[], object]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:32} {value:10.3f}", flush=True))
