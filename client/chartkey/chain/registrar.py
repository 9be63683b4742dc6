"""Who is who: accounts, encryption keys, departments and affiliations (``IRegistrar``)."""

from __future__ import annotations

from typing import Any

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.models import (
    Certification,
    Demographics,
    Person,
    Registration,
    Replacement,
    Role,
    Standing,
)

__all__ = ["Registrar", "institution_affiliation"]


def institution_affiliation(institution: str) -> bytes:
    """Return the affiliation that means the institution itself: its account in 32 bytes."""
    return bytes(12) + bytes.fromhex(institution.removeprefix("0x"))


def _registration(registration: Registration) -> tuple[Any, ...]:
    return (
        registration.institution,
        registration.account,
        int(registration.role),
        registration.suite,
        registration.key_hash,
        registration.deadline,
    )


class Registrar(Contract):
    """The Registrar; handles, department ids and affiliations are 32 bytes."""

    name = "Registrar"
    __slots__ = ()

    def person_of(self, account: str) -> Person:
        """What is stored about an account; ``Certification.NONE`` when unknown."""
        role, certification, licence, certifier, version, since = self._read("personOf", account)
        return Person(
            Role(role),
            Certification(certification),
            Standing(licence),
            known(certifier),
            version,
            since,
        )

    def account_of(self, institution: str, handle: bytes) -> str | None:
        """The account behind an institution's handle (P20)."""
        return known(self._read("accountOf", institution, handle))

    def summary_of(self, account: str) -> str | None:
        """The Summary of an account; None unless it is certified or enrolled."""
        return known(self._read("summaryOf", account))

    def summary_of_handle(self, institution: str, handle: bytes) -> str | None:
        """The Summary behind an institution's handle (R01)."""
        return known(self._read("summaryOfHandle", institution, handle))

    def key_hash_of(self, account: str, version: int) -> bytes:
        """keccak256 over suite (1 byte) and key of version 1 upward; all zero for none."""
        return bytes(self._read("keyHashOf", account, version))

    def is_clinician_active(self, clinician: str, affiliation: bytes) -> tuple[bool, str | None]:
        """Whether a clinician may act under an affiliation now, and the institution above it."""
        active, institution = self._read("isClinicianActive", clinician, affiliation)
        return bool(active), known(institution)

    def institution_of(self, affiliation: bytes) -> str | None:
        """The institution above an affiliation; None for an unknown department."""
        return known(self._read("institutionOf", affiliation))

    def department_of(self, department: bytes) -> tuple[str | None, Standing]:
        """The institution that a department belongs to, and where the department stands."""
        institution, standing = self._read("departmentOf", department)
        return known(institution), Standing(standing)

    def affiliation_of(self, clinician: str, affiliation: bytes) -> Standing:
        """Where an affiliation stands by itself, not looking up the tree."""
        return Standing(self._read("affiliationOf", clinician, affiliation))

    def current_of(self, account: str) -> str:
        """The account that takes this one's place today; itself when it was never replaced."""
        return str(self._read("currentOf", account))

    def demographics_of(self, account: str) -> Demographics:
        """What a person's demographics were committed to; zeros when none were published."""
        return Demographics(*self._read("demographicsOf", account))

    def summary_implementation(self) -> str:
        """The contract whose clones are the Summaries."""
        return str(self._read("summaryImplementation"))

    def apply_for(self, role: Role, suite: int, key: bytes) -> Call:
        """Apply to be registered; ``key`` is the DER SubjectPublicKeyInfo."""
        return self._write("applyFor", int(role), suite, key)

    def register(
        self, registration: Registration, key: bytes, handle: bytes, signature: bytes
    ) -> Call:
        """Register a person who signed for it (65-byte EIP-712 signature)."""
        return self._write("register", _registration(registration), key, handle, signature)

    def open_chart(
        self,
        affiliation: bytes,
        registration: Registration,
        key: bytes,
        handle: bytes,
        signature: bytes,
    ) -> Call:
        """Open a chart for a patient who has no key yet (R05).

        ``signature`` is by the chart's key, which the institution holds (``sign_registration``).
        """
        signed = _registration(registration)
        return self._write("openChart", affiliation, signed, key, handle, signature)

    def certify(self, account: str, handle: bytes) -> Call:
        """Certify a person who applied."""
        return self._write("certify", account, handle)

    def enrol(self, suite: int, key: bytes) -> Call:
        """Publish the calling institution's first key and get its Summary."""
        return self._write("enrol", suite, key)

    def publish_key(self, suite: int, key: bytes) -> Call:
        """Publish a further encryption key; earlier ones stay resolvable (R04)."""
        return self._write("publishKey", suite, key)

    def bind_handle(self, handle: bytes, account: str) -> Call:
        """Bind a further handle of the caller's to an account (R01)."""
        return self._write("bindHandle", handle, account)

    def release_handle(self, handle: bytes) -> Call:
        """Release a handle of the caller's, to be bound again."""
        return self._write("releaseHandle", handle)

    def merge(
        self, replacement: Replacement, account_signature: bytes, successor_signature: bytes
    ) -> Call:
        """Let one account take another's place, with both signatures (``sign_replacement``)."""
        signed = (replacement.account, replacement.successor, replacement.deadline)
        return self._write("merge", signed, account_signature, successor_signature)

    def publish_demographics(self, root: bytes, locator: bytes) -> Call:
        """Point at newer demographics of the caller.

        ``root`` is the 32-byte commitment, ``locator`` 1 to 256 bytes encrypted to the person.
        """
        return self._write("publishDemographics", root, locator)

    def set_department(self, department: bytes, standing: Standing) -> Call:
        """Open a department, or suspend, restore or revoke it."""
        return self._write("setDepartment", department, int(standing))

    def set_affiliation(self, clinician: str, affiliation: bytes, standing: Standing) -> Call:
        """Affiliate a clinician, or suspend, restore or revoke an affiliation."""
        return self._write("setAffiliation", clinician, affiliation, int(standing))

    def set_licence(self, clinician: str, standing: Standing) -> Call:
        """Suspend, restore or revoke a clinician's licence."""
        return self._write("setLicence", clinician, int(standing))
