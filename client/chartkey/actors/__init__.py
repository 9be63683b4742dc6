"""The people and institutions that act: what a hospital imports."""

from chartkey.actors.clinician import Clinician
from chartkey.actors.institution import Institution
from chartkey.actors.patient import Patient

__all__ = ["Clinician", "Institution", "Patient"]
