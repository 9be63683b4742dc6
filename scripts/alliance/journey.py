"""A record's journey from clinic to hospital: draft, consent, reading, revocation, audit.

Every step is a real one: real contracts, real keys, real refusals.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.alliance.parameters import ROOT
from scripts.alliance.refusal import Refused

if TYPE_CHECKING:
    from scripts.alliance.stage import Alliance

__all__ = ["Journey", "Mismatch", "Teller"]

_SAMPLES = ROOT / "build" / "samples"


class Mismatch(Refused):
    """Something was not what it must be."""


class Teller:
    """Tells what is done, in numbered steps."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._step = 0

    def title(self, text: str) -> None:
        """Begin a step."""
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def __call__(self, line: str) -> None:
        """Tell what was done, and when."""
        print(f"{time.monotonic() - self._begun:6.1f} s  {line}", flush=True)


class Journey:
    """The steps on a stage whose members are admitted; each prints what it did."""

    def __init__(self, say: Teller, record: Path | None = None) -> None:
        self._say = say
        self.imaging = _SAMPLES / "chest-ct.dcm"
        self.summary = _SAMPLES / "summary.json"
        self.corrected = _SAMPLES / "summary-corrected.json"
        if record is not None:
            self._take(record)

    def _take(self, record: Path) -> None:
        """Let a file of the reader's own travel in place of the sample of its type."""
        from chartkey.records import DICOM, read_document

        if read_document(record).media_type == DICOM:
            self.imaging = record
        else:
            self.summary = self.corrected = record

    def travel(self, stage: Alliance) -> int:
        """Take every step; return the number of events that the auditor replayed.

        Raises:
            Refused: a step was not as it must be.
        """
        self.stage = stage
        self._certify()
        self._write()
        self._refuse()
        self._share()
        self._revoke()
        self._steal()
        return self._audit()

    def _certify(self) -> None:
        from chartkey import Clinician, Patient

        from scripts.alliance.cast import PEOPLE

        self._say.title("Clinicians and a patient are certified; patient and clinic relate")
        self.stage.enrol()
        self.stage.settle()
        for person in PEOPLE:
            self.stage.certify(person)
        self.stage.settle()
        patient = next(person.label for person in PEOPLE if person.role.name == "PATIENT")
        self.relationship = self.stage.relate(patient, "clinic", mirror="lead")
        self.stage.settle()
        directory, keys, seen_by = self.stage.directory, self.stage.keys, self.stage.network_of
        self.patient = Patient(seen_by("clinic"), keys[patient], directory)
        self.clinician, self.ward = (
            Clinician(
                seen_by(house),
                keys[label],
                directory,
                affiliation=self.stage.affiliations[label],
                institution=self.stage.address(house),
            )
            for label, house in (("dr-wang", "clinic"), ("dr-li", "hospital"))
        )

    def _write(self) -> None:
        self._say.title("The clinic drafts, the patient confirms, both records are anchored")
        self.records = [self._anchor(path) for path in (self.summary, self.imaging)]

    def _anchor(self, path: Path, corrects: Any = None) -> Any:
        draft = self.clinician.draft(
            self.patient.address, path, kind=self._kind(path), corrects=corrects
        )
        self._say(f"{path.name} ({draft.kind.label}) drafted, {draft.header.size:,} bytes sealed")
        with self.patient.look(draft) as opened:
            for line in opened.summary()[:3]:
                self._say(f"  the patient sees  {line}")
        pointer = self.patient.confirm(draft)
        self.stage.settle()
        self._say(f"confirmed and anchored in block {pointer.block}, key epoch {pointer.epoch}")
        return pointer

    def _kind(self, path: Path) -> Any:
        """What no kind fits travels as a summary: the unspecified kind is granted one by one."""
        from chartkey import Kind
        from chartkey.records import read_document

        kind = read_document(path).kind
        return Kind.PATIENT_SUMMARY if kind is Kind.UNSPECIFIED else kind

    def _refuse(self) -> None:
        self._say.title("The hospital's clinician is refused")
        self.refused("reading without a grant", lambda: self.ward.read(self.records[0]))

    def _share(self) -> None:
        from chartkey import Kind

        self._say.title("Request, approval of one kind for seven days, receipt, slip, reading")
        kind = Kind(self.records[0].kind)
        self.request = self.ward.request(
            self.patient.address, kind=kind, purpose="TREAT", reason="转诊入院，了解既往史与用药"
        )
        self.stage.settle()
        self._say(f"asked for {kind.label}: {self.patient.reason(self.request)}")
        self.patient.approve(self.request, days=7)
        self.stage.settle()
        found = self.ward.records(self.request)
        if [pointer.record for pointer in found] != [self.records[0].record]:
            raise Mismatch("the grant covers other records than the one kind.")
        self._compare(self.ward.read(found[0]), self.summary)
        if self.records[1].kind != kind:
            self.refused("reading the other kind", lambda: self.ward.read(self.records[1]))

    def _compare(self, opened: Any, original: Path) -> None:
        with opened:
            for line in opened.summary()[:4]:
                self._say(f"  the ward sees  {line}")
            read = hashlib.sha256(opened.stream().read()).hexdigest()
            checks = opened.checks
        if read != hashlib.sha256(original.read_bytes()).hexdigest():
            raise Mismatch("what was read is not, byte for byte, what was written.")
        for check in checks:
            self._say(f"verified {check}")
        self._say(f"every byte is what the clinic wrote (SHA-256 {read[:16]}…)")

    def _revoke(self) -> None:
        self._say.title("The patient revokes; a corrected version is anchored")
        kept = self._released()
        self.patient.revoke(self.request)
        self.stage.settle()
        self.refused("reading after the revocation", lambda: self.ward.read(self.records[0]))
        self.records.append(self._anchor(self.corrected, corrects=self.records[0]))
        new = self.records[-1]
        if new.epoch != self.records[0].epoch + 1:
            raise Mismatch("the corrected version is not in a new key epoch.")
        thief = self._thief(slips=kept)
        opened = {pointer.record for pointer in thief.opened([self.relationship])}
        if new.record in opened:
            raise Mismatch("an old wrap and an old slip opened a record of the new epoch.")
        self._say(f"with the old wrap, the old slip and all ciphertext, {thief.attempts} attempts")
        self._say("open nothing new")

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
        self._say.title("A stolen RSA key alone opens nothing at all")
        thief = self._thief(slips=())
        if thief.opened([self.relationship]):
            raise Mismatch("a stolen RSA key opened a record.")
        self._say(f"{thief.attempts} attempts on {len(self.records)} records, none opens")

    def _thief(self, slips: Any) -> Any:
        from scripts.alliance.thief import Thief

        houses = [self.stage.address(label) for label in ("clinic", "lead")]
        stores = tuple(self.stage.directory.store(house) for house in houses)
        return Thief(self.stage.network, self.stage.keys["dr-li"], stores, slips)

    def _audit(self) -> int:
        from chartkey import Auditor
        from chartkey.audit import print_table

        self._say.title("The auditor replays every event from the first block")
        auditor = Auditor.open(self.stage.network_of("regulator"))
        report = auditor.verify()
        self._say(
            f"{report.events} events rebuild the state; {report.answers} answers and "
            f"{report.slots} slots of {report.contracts} contracts agree"
        )
        print_table(auditor.timeline(), brief=True)
        return int(report.events)

    def transactions(self) -> int:
        """Return how many transactions the chain holds since the deployment."""
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
            self._say(f"{what}: {err}")
            return
        raise Mismatch(f"{what} was not refused.")
