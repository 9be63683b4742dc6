"""Storing and reading, against Kubo's daemon on the same machine and disk, with the same CIDs.

``python tests/bench/store.py`` prints the figures; ``make bench`` calls :func:`measure`. Rounds are
paired: a ratio compares two runs that follow one another, and the median ratio is reported. Each
round adds a file that neither store has seen, and both have it on disk when they return: Kubo with
its own settings (``flatfs``, synchronous), ours by fsync before rename. Kubo is driven by its
command line through a running daemon, as it is used; the time that its command line takes to
start is taken off. Reading: ours compares every block with its CID, ``ipfs cat`` does not;
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
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from chartkey.storage import EmbeddedStore  # noqa: E402

from tests.kubo import ABSENT, IPFS, Node, daemon  # noqa: E402

SIZE_MIB = 512
ROUNDS = 5
SMALL_FILES = 10_000
SMALL_BYTES = 4096
SMALL_ROUNDS = 3

READ = "read_verified_vs_kubo read_s kubo_cat_s"
READ_OFFLINE = "read_vs_kubo_offline read_beside_offline_s kubo_cat_offline_s"

Report = Callable[[str, float], None]


class Runs:
    """The times of one program's runs, in seconds, and what it answered last."""

    def __init__(self, start: float = 0.0) -> None:
        self.start, self.times, self.answer = start, list[float](), ""

    def run(self, step: Callable[[], str]) -> None:
        """Run once, and count the time without that of starting the program."""
        # What others have left to be written is not charged to this run.
        os.sync()
        begun = time.perf_counter()
        self.answer = step()
        self.times.append(time.perf_counter() - begun - self.start)

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.times)


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
            start = _start(node)
            cid = _adds(scene, node, start, report)
            _reads(READ, scene, node, cid, start, report)
            _smalls(scene, node, start, report)
        _reads(READ_OFFLINE, scene, node, cid, start, report)
    finally:
        shutil.rmtree(folder)


def _start(node: Node) -> float:
    runs = Runs()
    for _ in range(ROUNDS):
        runs.run(lambda: node.ipfs("version").decode())
    return runs.median


def _adds(scene: Scene, node: Node, start: float, report: Report) -> str:
    theirs, ours = Runs(start), Runs()
    for number in range(ROUNDS):
        scene.renew(number)
        theirs.run(lambda: node.add(scene.file))
        ours.run(lambda: _add(scene))
        _agree(theirs, ours)
    report("store.add_vs_kubo", _ratio(theirs, ours))
    report("store.add_s", ours.median)
    report("store.kubo_add_s", theirs.median)
    return ours.answer


def _reads(names: str, scene: Scene, node: Node, cid: str, start: float, report: Report) -> None:
    theirs, ours = Runs(start), Runs()
    ratio, own, kubos = (f"store.{name}" for name in names.split())
    store, cat = scene.own, [str(IPFS), "cat", cid]
    with open(os.devnull, "wb", buffering=0) as nowhere:
        for _ in range(2 * ROUNDS):
            theirs.run(lambda: _cat(cat, node, nowhere))
            ours.run(lambda: str(store.read(cid, nowhere)))
    report(ratio, _ratio(theirs, ours))
    report(own, ours.median)
    report(kubos, theirs.median)


def _smalls(scene: Scene, node: Node, start: float, report: Report) -> None:
    theirs, ours = Runs(start), Runs()
    for number in range(SMALL_ROUNDS):
        scene.renew_small(number)
        theirs.run(lambda: node.add(scene.small, "--recursive"))
        ours.run(lambda: scene.own.add_folder(scene.small).cid)
        _agree(theirs, ours)
    report("store.small_objects_per_s", SMALL_FILES / ours.median)
    report("store.kubo_small_objects_per_s", SMALL_FILES / theirs.median)


def _cat(words: list[str], node: Node, target: BinaryIO) -> str:
    subprocess.run(words, env=node.environment, stdout=target, check=True)
    return ""


def _add(scene: Scene) -> str:
    with scene.file.open("rb", buffering=0) as source:
        return scene.own.add(source).cid


def _ratio(theirs: Runs, ours: Runs) -> float:
    return statistics.median(a / b for a, b in zip(theirs.times, ours.times, strict=True))


def _agree(theirs: Runs, ours: Runs) -> None:
    if theirs.answer != ours.answer:
        raise RuntimeError(f"Kubo's CID is {theirs.answer}, ours {ours.answer}")


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:32} {value:10.3f}", flush=True))
