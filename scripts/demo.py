"""A record's journey from clinic to hospital, on a chain of its own: `make demo`.

    python scripts/demo.py [--record FILE] [--store kubo]

Every step is a real one: real contracts, real keys, real refusals. Any mismatch ends it with
status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.alliance.ganache import launch
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import ROOT, SANDBOX_KEYS
from scripts.alliance.refusal import Refused, plainly

FOLDER = ROOT / "build" / "demo"
SAMPLES = ROOT / "build" / "samples"
KUBO = os.environ.get("KUBO_API", "http://127.0.0.1:5001")


class Mismatch(Refused):
    """Something was not what it must be."""


class Journey:
    """The demo's steps, in order; each prints what it did."""

    def __init__(self, record: Path | None, store: str) -> None:
        self._begun = time.monotonic()
        self._step = 0
        self._store = store
        self.imaging = SAMPLES / "chest-ct.dcm"
        self.summary = SAMPLES / "summary.json"
        self.corrected = SAMPLES / "summary-corrected.json"
        if record is not None:
            self._take(record)

    def _take(self, record: Path) -> None:
        """Let a file of the reader's own travel in place of the sample of its type."""
        from chartkey.records import DICOM, read_document

        if read_document(record).media_type == DICOM:
            self.imaging = record
        else:
            self.summary = self.corrected = record

    def run(self) -> None:
        """Take every step.

        Raises:
            Refused: a step was not as it must be.
        """
        if self._store == "kubo":
            self._require_kubo()
        with self._chain() as rpc:
            self._found(rpc)
            self._certify()
            self._write()
            self._refuse()
            self._share()
            self._revoke()
            self._steal()
            self._audit()

    @contextmanager
    def _chain(self) -> Iterator[str]:
        self.title("A chain of its own")
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        chain = launch(ROOT, FOLDER)
        try:
            self.say(f"Ganache answers at {chain.rpc}")
            yield chain.rpc
        finally:
            chain.stop()

    def _found(self, rpc: str) -> None:
        from scripts.alliance.stage import Alliance

        keyset = Keyset(SANDBOX_KEYS)
        keyset.create()

        self.title("A lead and a tier-3 hospital found the consortium")
        self.stage = Alliance(rpc, FOLDER, keyset, self.say)
        self.stage.deploy()
        self._use_kubo()
        self.stage.found()
        self.stage.adopt_rules()
        self.title("A tier-1 clinic is voted in; a regulator is admitted")
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
        self.say(f"ciphertext goes to Kubo at {KUBO}")

    def _certify(self) -> None:
        from chartkey import Clinician, Patient

        from scripts.alliance.cast import PEOPLE

        self.title("Clinicians and a patient are certified; patient and clinic relate")
        self.stage.enrol()
        for person in PEOPLE:
            self.stage.certify(person)
        patient = next(person.label for person in PEOPLE if person.role.name == "PATIENT")
        self.relationship = self.stage.relate(patient, "clinic", mirror="lead")
        network, directory, keys = self.stage.network, self.stage.directory, self.stage.keys
        self.patient = Patient(network, keys[patient], directory)
        self.clinician, self.ward = (
            Clinician(
                network,
                keys[label],
                directory,
                affiliation=self.stage.affiliations[label],
                institution=self.stage.address(house),
            )
            for label, house in (("dr-wang", "clinic"), ("dr-li", "hospital"))
        )

    def _write(self) -> None:
        self.title("The clinic drafts, the patient confirms, both records are anchored")
        self.records = [self._anchor(path) for path in (self.summary, self.imaging)]

    def _anchor(self, path: Path, corrects: Any = None) -> Any:
        draft = self.clinician.draft(
            self.patient.address, path, kind=self._kind(path), corrects=corrects
        )
        self.say(f"{path.name} ({draft.kind.label}) drafted, {draft.header.size:,} bytes sealed")
        with self.patient.look(draft) as opened:
            for line in opened.summary()[:3]:
                self.say(f"  the patient sees  {line}")
        pointer = self.patient.confirm(draft)
        self.say(f"confirmed and anchored in block {pointer.block}, key epoch {pointer.epoch}")
        return pointer

    def _kind(self, path: Path) -> Any:
        """What no kind fits travels as a summary: the unspecified kind is granted one by one."""
        from chartkey import Kind
        from chartkey.records import read_document

        kind = read_document(path).kind
        return Kind.PATIENT_SUMMARY if kind is Kind.UNSPECIFIED else kind

    def _refuse(self) -> None:
        self.title("The hospital's clinician is refused")
        self.refused("reading without a grant", lambda: self.ward.read(self.records[0]))

    def _share(self) -> None:
        from chartkey import Kind

        self.title("Request, approval of one kind for seven days, receipt, slip, reading")
        kind = Kind(self.records[0].kind)
        self.request = self.ward.request(
            self.patient.address, kind=kind, purpose="TREAT", reason="转诊入院，了解既往史与用药"
        )
        self.say(f"asked for {kind.label}: {self.patient.reason(self.request)}")
        self.patient.approve(self.request, days=7)
        found = self.ward.records(self.request)
        if [pointer.record for pointer in found] != [self.records[0].record]:
            raise Mismatch("the grant covers other records than the one kind.")
        self._compare(self.ward.read(found[0]), self.summary)
        if self.records[1].kind != kind:
            self.refused("reading the other kind", lambda: self.ward.read(self.records[1]))

    def _compare(self, opened: Any, original: Path) -> None:
        with opened:
            for line in opened.summary()[:4]:
                self.say(f"  the ward sees  {line}")
            read = hashlib.sha256(opened.stream().read()).hexdigest()
            checks = opened.checks
        if read != hashlib.sha256(original.read_bytes()).hexdigest():
            raise Mismatch("what was read is not, byte for byte, what was written.")
        for check in checks:
            self.say(f"verified {check}")
        self.say(f"every byte is what the clinic wrote (SHA-256 {read[:16]}…)")

    def _revoke(self) -> None:
        self.title("The patient revokes; a corrected version is anchored")
        kept = self._released()
        self.patient.revoke(self.request)
        self.refused("reading after the revocation", lambda: self.ward.read(self.records[0]))
        self.records.append(self._anchor(self.corrected, corrects=self.records[0]))
        new = self.records[-1]
        if new.epoch != self.records[0].epoch + 1:
            raise Mismatch("the corrected version is not in a new key epoch.")
        thief = self._thief(slips=kept)
        opened = {pointer.record for pointer in thief.opened([self.relationship])}
        if new.record in opened:
            raise Mismatch("an old wrap and an old slip opened a record of the new epoch.")
        self.say(f"with the old wrap, the old slip and all ciphertext, {thief.attempts} attempts")
        self.say("open nothing new")

    def _released(self) -> tuple[Any, ...]:
        """Take the slips once more, as a client that means to keep them would."""
        from chartkey.custody.statements import ReadingReceipt

        house = self.stage.address("clinic")
        grant = next(g for g in self.patient.grants() if g.terms.request == self.request.id)
        receipt = ReadingReceipt(
            relationship=self.relationship,
            reader=self.ward.address,
            affiliation=self.ward.affiliation,
            grant=grant.terms.id,
            records=(self.records[0].record,),
            custodian=house,
            signed_at=int(time.time()),
        )
        signed = receipt.sign(self.ward.keys, self.stage.network.chain_id)
        return self.stage.directory.custodian(house).release(signed).scopes

    def _steal(self) -> None:
        self.title("A stolen RSA key alone opens nothing at all")
        thief = self._thief(slips=())
        if thief.opened([self.relationship]):
            raise Mismatch("a stolen RSA key opened a record.")
        self.say(f"{thief.attempts} attempts on {len(self.records)} records, none opens")

    def _thief(self, slips: Any) -> Any:
        from scripts.alliance.thief import Thief

        houses = [self.stage.address(label) for label in ("clinic", "lead")]
        stores = tuple(self.stage.directory.store(house) for house in houses)
        return Thief(self.stage.network, self.stage.keys["dr-li"], stores, slips)

    def _audit(self) -> None:
        from chartkey import Auditor
        from chartkey.audit import print_table

        self.title("The auditor replays every event from the first block")
        auditor = Auditor.open(self.stage.network)
        report = auditor.verify()
        self.say(
            f"{report.events} events rebuild the state; {report.answers} answers and "
            f"{report.slots} slots of {report.contracts} contracts agree"
        )
        print_table(auditor.timeline(), brief=True)
        counts = f"{self._transactions()} transactions, {len(self.records)} records"
        print(f"demo: ok, {counts}, {report.events} events")

    def _transactions(self) -> int:
        network = self.stage.network
        blocks = range(network.manifest.deployment_block, network.head().number + 1)
        calls = [("eth_getBlockTransactionCountByNumber", [hex(block)]) for block in blocks]
        return sum(int(count, 16) for count in network.raw_batch(calls))

    def refused(self, what: str, act: Callable[[], Any]) -> None:
        """Do what must be refused, and fail if it is not.

        Raises:
            Refused: it was not refused.
        """
        from chartkey.errors import AccessDenied

        try:
            act()
        except AccessDenied as err:
            self.say(f"{what}: {err}")
            return
        raise Mismatch(f"{what} was not refused.")

    def title(self, text: str) -> None:
        """Begin a step."""
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def say(self, line: str) -> None:
        """Tell what was done, and when."""
        print(f"{time.monotonic() - self._begun:6.1f} s  {line}", flush=True)


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", type=Path, help="a FHIR R4 bundle or a DICOM file of your own")
    parser.add_argument("--store", choices=("embedded", "kubo"), default="embedded")
    options = parser.parse_args()
    with plainly():
        if options.record is not None and not options.record.is_file():
            raise Refused(f"{options.record} is not a file.")
        Journey(options.record, options.store).run()


if __name__ == "__main__":
    main()
