"""What a clinician does: draft, ask, read (R13, R20, R27). Each act names one affiliation (R02)."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from chartkey.actors.clock import in_days
from chartkey.actors.drafting import Draft, known_kind, write_draft
from chartkey.actors.place import new_record_id
from chartkey.actors.viewing import Viewing
from chartkey.chain.address import checksum
from chartkey.chain.events import events
from chartkey.chain.profiles import adopted_profile
from chartkey.chain.typed import sign_attestation
from chartkey.crypto.commitment import ContentTree
from chartkey.custody.custodian import DraftHeader
from chartkey.errors import (
    Ambiguous,
    PersonInactive,
)
from chartkey.models import (
    ZERO32,
    Attestation,
    Kind,
    RecordPointer,
    Role,
    Standing,
)
from chartkey.records import read_document

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Clinician"]


class Clinician(Viewing):
    """A clinician acting under one affiliation, of an institution or of a department of it."""

    role = Role.CLINICIAN

    @classmethod
    def open(
        cls,
        net: Network,
        keyfile: str | os.PathLike[str],
        *,
        affiliation: str | bytes | None = None,
        passphrase: str | None = None,
    ) -> Self:
        """Open a clinician's key file under one affiliation.

        Args:
            net: What ``connect`` returned.
            keyfile: The key file, mode 0600.
            affiliation: An institution's account or name in the manifest, or the 32-byte id of
                a department or an affiliation; not needed by a clinician who has only one.
            passphrase: By default found as ``CHARTKEY_PASSPHRASE_FILE`` says.

        Raises:
            KeyfileUnsafe: the key file may be read by others.
            KeyfileInvalid: it is no key file.
            PassphraseMissing: no passphrase was found.
            PassphraseWrong: the passphrase does not open it.
            PersonUnknown: the account is no certified clinician.
            PersonInactive: there is no such affiliation.
            Ambiguous: there are several; name one.
        """
        keys = cls._checked(net, keyfile, passphrase)
        chosen, institution = _choose(net, keys.address, affiliation)
        return cls(net, keys, affiliation=chosen, institution=institution)

    def draft(
        self,
        patient: str,
        source: str | Path | bytes | dict[str, Any],
        *,
        kind: Kind | None = None,
        corrects: RecordPointer | None = None,
        relationship: str | None = None,
        days: float = 7,
        encoding: str | None = None,
    ) -> Draft:
        """Draft a record: check it, sign it, seal it to patient, gateway and author.

        Args:
            patient: The patient's account.
            source: A FHIR R4 JSON, CDA or DICOM file, a folder that is a DICOM series, or FHIR
                R4 as bytes or a dict.
            kind: The coarse kind; by default what the document says it is.
            corrects: The version that this one replaces (R14).
            relationship: Which one, when the patient has several with this institution; a
                correction goes where the version is that it replaces.
            days: After so many days the institution may anchor it without the patient.
            encoding: What text is written in, where neither mark nor declaration says so.

        Raises:
            AddressInvalid: the patient's account is malformed.
            ArgumentInvalid: the number of days is none above 0, or over a century.
            RecordInvalid: it is not FHIR R4, CDA or DICOM, or cut short; nothing was stored.
            RecordTooLarge: it is over a safety limit; nothing was stored.
            PersonUnknown: the patient is not certified.
            PersonInactive: this clinician may not act now.
            RelationshipMissing: the patient has no accepted relationship here, or not that one.
            Ambiguous: several; pass ``relationship``.
            ProfileMissing: no profile is adopted for that kind.
            CustodianUnavailable: the institution's custodian is away; nothing was kept.
        """
        self._require_active()
        patient = checksum(patient)
        document = read_document(source, encoding=encoding)
        wanted = corrects.relationship if corrects else relationship
        chosen = self._chosen(patient, self._relationships_with(patient), wanted)
        filed = known_kind(corrects.kind) if corrects and kind is None else kind
        document = document if filed is None else document.as_kind(filed)
        seed = secrets.token_bytes(32)
        attestation = Attestation(
            relationship=chosen,
            record_id=new_record_id(chosen, self.address),
            parent=corrects.record if corrects else ZERO32,
            kind=document.kind,
            profile=adopted_profile(self.network, document.kind),
            affiliation=self.affiliation,
            content_root=ContentTree(seed, document.elements).root,
            deadline=in_days(self.network, days, "draft"),
        )
        recipients = (patient, self.institution, self.address)
        with write_draft(
            self.network, document, seed, attestation, self.address, recipients
        ) as sealed:
            size = sealed.seek(0, 2)
            sealed.seek(0)
            header = DraftHeader(
                attestation=attestation,
                author=self.address,
                signature=sign_attestation(self.network, self.keys, attestation),
                owner=patient,
                size=size,
                left_at=int(time.time()),
            )
            self.directory.custodian(self.institution).leave_draft(header, sealed)
        return Draft(header)

    def _relationships_with(self, patient: str) -> list[str]:
        return [
            relationship
            for relationship in self._accepted(patient)
            if self.network.relationship(relationship).parties().institution == self.institution
        ]


def _choose(net: Network, clinician: str, wanted: str | bytes | None) -> tuple[bytes, str]:
    """Return the affiliation that is meant, or the only one, with the institution above it."""
    names = {entry.address: entry.name for entry in net.manifest.institutions}
    held = _affiliations(net, clinician)
    if wanted is not None:
        held = [(a, house) for a, house in held if _is_meant(a, house, names.get(house), wanted)]
    if not held:
        shown = "0x" + wanted.hex() if isinstance(wanted, bytes) else wanted
        raise PersonInactive(address=clinician, affiliation=shown or "any affiliation")
    if len(held) > 1:
        choices = ", ".join("0x" + affiliation.hex() for affiliation, _ in held)
        raise Ambiguous(what="affiliations", choices=choices, parameter="affiliation")
    return held[0]


def _is_meant(affiliation: bytes, house: str, name: str | None, wanted: str | bytes) -> bool:
    """Whether that is its id, or its institution's account or name."""
    if isinstance(wanted, bytes):
        return affiliation == wanted
    return wanted == name or wanted.lower() in ("0x" + affiliation.hex(), house.lower())


def _affiliations(net: Network, clinician: str) -> list[tuple[bytes, str]]:
    """Return the affiliations that were not revoked, and the institution above each."""
    registrar = net.registrar
    changed = events(
        net,
        names=["AffiliationChanged"],
        addresses=[net.address("Registrar")],
        topics=[clinician],
    )
    ever = dict.fromkeys(bytes(event.args["affiliation"]) for event in changed)
    held = [a for a in ever if registrar.affiliation_of(clinician, a) is not Standing.REVOKED]
    return [(a, house) for a in held if (house := registrar.institution_of(a))]
