"""Encrypted medical records that follow the patient.

    from chartkey import Clinician, Patient, connect

    net = connect("http://127.0.0.1:8545", "alliance.json")
    clinician = Clinician.open(net, "clinician.json")
    patient = Patient.open(net, "patient.json")
    draft = clinician.draft(patient.address, "summary.json")
    record = patient.confirm(draft)

Everything is loaded when it is first used: importing the package takes milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Institution, Patient
    from chartkey.audit import Auditor
    from chartkey.chain import connect
    from chartkey.errors import ChartkeyError
    from chartkey.models import Kind, Purpose

__all__ = [
    "Auditor",
    "ChartkeyError",
    "Clinician",
    "Institution",
    "Kind",
    "Patient",
    "Purpose",
    "connect",
]

_HOMES = {
    "Auditor": "chartkey.audit",
    "ChartkeyError": "chartkey.errors",
    "Clinician": "chartkey.actors",
    "Institution": "chartkey.actors",
    "Kind": "chartkey.models",
    "Patient": "chartkey.actors",
    "Purpose": "chartkey.models",
    "connect": "chartkey.chain",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
