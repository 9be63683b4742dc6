"""Whom an address belongs to, as far as chain and manifest tell."""

from __future__ import annotations

from chartkey.audit.state import State
from chartkey.audit.wording import clean, short
from chartkey.chain.manifest import Manifest
from chartkey.models import Role

__all__ = ["Names"]

_NOBODY = "0x" + "0" * 40
_ROLES = {Role.PATIENT: "patient", Role.CLINICIAN: "clinician"}


class Names:
    """Names for accounts and contracts.

    An institution has the name it was voted in under, a regulator its published one; only
    where the chain has none does the manifest's directory speak. Patients and clinicians have
    no name on chain (P23): they are called by role and address.
    """

    def __init__(self, state: State, manifest: Manifest) -> None:
        """Collect the names that a state and a manifest give."""
        self._persons = state.registrar.persons
        self._names: dict[str, str] = {
            **{entry.address: clean(entry.name) for entry in manifest.institutions},
            **{deployed.address: name for name, deployed in manifest.contracts.items()},
            **{a: clean(regulator.name) for a, regulator in state.consortium.regulators.items()},
            **{a: clean(details.name) for a, details in state.consortium.details.items()},
            **{address: f"relationship {short(address)}" for address in state.relationships},
            _NOBODY: "nobody",
        }

    def of(self, address: str) -> str:
        """Return an institution's name, or what the account is with its shortened address."""
        name = self._names.get(address)
        if name is not None:
            return name
        person = self._persons.get(address)
        role = _ROLES.get(person.role, "account") if person else "account"
        return f"{role} {short(address)}"
