"""A record's journey from clinic to hospital, on a chain of its own: `make demo`.

    python scripts/demo.py [--record FILE] [--store kubo]

Any mismatch ends it with status 1; see scripts/alliance/journey.py for what is done.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.alliance.ganache import launch
from scripts.alliance.journey import Journey, Teller
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import ROOT, SANDBOX_KEYS
from scripts.alliance.refusal import Refused, plainly

FOLDER = ROOT / "build" / "demo"
KUBO = os.environ.get("KUBO_API", "http://127.0.0.1:5001")


class Demo:
    """A chain, an alliance on it, and the journey."""

    def __init__(self, record: Path | None, store: str) -> None:
        self._say, self._store = Teller(), store
        self._journey = Journey(self._say, record)

    def run(self) -> None:
        """Take every step.

        Raises:
            Refused: a step was not as it must be.
        """
        if self._store == "kubo":
            self._require_kubo()
        with self._chain() as rpc:
            self._found(rpc)
            events = self._journey.travel(self.stage)
            counts = f"{self._journey.transactions()} transactions"
            print(f"demo: ok, {counts}, {len(self._journey.records)} records, {events} events")

    @contextmanager
    def _chain(self) -> Iterator[str]:
        self._say.title("A chain of its own")
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        chain = launch(ROOT, FOLDER)
        try:
            self._say(f"Ganache answers at {chain.rpc}")
            yield chain.rpc
        finally:
            chain.stop()

    def _found(self, rpc: str) -> None:
        from scripts.alliance.stage import Alliance

        keyset = Keyset(SANDBOX_KEYS)
        keyset.create()

        self._say.title("A lead and a tier-3 hospital found the consortium")
        self.stage = Alliance(rpc, FOLDER, keyset, self._say)
        self.stage.deploy()
        self._use_kubo()
        self.stage.found()
        self.stage.adopt_rules()
        self._say.title("A tier-1 clinic is voted in; a regulator is admitted")
        self.stage.admit_clinic()
        self.stage.admit_regulator()

    def _require_kubo(self) -> None:
        from chartkey.storage.kubo import Kubo

        if not Kubo.answers(KUBO):
            raise Refused(f"no Kubo answers at {KUBO}; start one, or set KUBO_API.")

    def _use_kubo(self) -> None:
        if self._store != "kubo":
            return
        from chartkey.chain.manifest import Manifest

        manifest = Manifest.load(self.stage.manifest)
        entries = tuple(replace(entry, store=KUBO) for entry in manifest.institutions)
        replace(manifest, institutions=entries).save(self.stage.manifest)
        self._say(f"ciphertext goes to Kubo at {KUBO}")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", type=Path, help="a FHIR R4 bundle or a DICOM file of your own")
    parser.add_argument("--store", choices=("embedded", "kubo"), default="embedded")
    options = parser.parse_args()
    with plainly():
        if options.record is not None and not options.record.is_file():
            raise Refused(f"{options.record} is not a file.")
        Demo(options.record, options.store).run()


if __name__ == "__main__":
    main()
