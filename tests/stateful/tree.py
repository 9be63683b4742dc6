"""A model of the role tree: who may act under which affiliation (R02)."""

from __future__ import annotations

from typing import Any

from tests.alliance import ACTIVE, REVOKED, padded
from tests.stateful.outcome import refuse_if


class Tree:
    """Institutions, their departments, and clinicians with licences and affiliations."""

    def __init__(self, houses: list[Any], certifiers: dict[Any, Any]) -> None:
        self.active = dict.fromkeys(houses, True)
        self.certifiers = certifiers
        self.licences: dict[Any, int] = dict.fromkeys(certifiers, ACTIVE)
        self.departments: dict[bytes, tuple[Any, int]] = {}
        self.affiliations: dict[tuple[Any, bytes], int] = {}

    def set_department(self, sender: Any, department: bytes, standing: int) -> None:
        """Open a department, or change its standing."""
        self._check_house(sender)
        house, before = self.departments.get(department, (sender, 0))
        foreign = house != sender or department[:12] == bytes(12)
        refuse_if(foreign, "RegistrarDepartmentInvalid", department)
        _check_change(before, standing)
        self.departments[department] = (sender, standing)

    def set_affiliation(self, sender: Any, clinician: Any, affiliation: bytes, to: int) -> None:
        """Affiliate a clinician, or change an affiliation's standing."""
        self._check_house(sender)
        foreign = self.house_of(affiliation) != sender
        refuse_if(foreign, "RegistrarDepartmentInvalid", affiliation)
        refuse_if(clinician not in self.licences, "RegistrarNotClinician", clinician)
        _check_change(self.affiliations.get((clinician, affiliation), 0), to)
        self.affiliations[clinician, affiliation] = to

    def set_licence(self, sender: Any, clinician: Any, standing: int) -> None:
        """Change a clinician's licence."""
        self._check_house(sender)
        foreign = self.certifiers.get(clinician) != sender
        refuse_if(foreign, "RegistrarNotClinician", clinician)
        _check_change(self.licences[clinician], standing)
        self.licences[clinician] = standing

    def house_of(self, affiliation: bytes) -> Any:
        """Return the institution above an affiliation; None for an unknown department."""
        for house in self.active:
            if affiliation == padded(house):
                return house
        return self.departments.get(affiliation, (None, 0))[0]

    def may_act(self, clinician: Any, affiliation: bytes) -> bool:
        """Whether a clinician may act under an affiliation."""
        house = self.house_of(affiliation)
        _, standing = self.departments.get(affiliation, (house, ACTIVE))
        return (
            house is not None
            and self.active[house]
            and standing == ACTIVE
            and self.licences.get(clinician) == ACTIVE
            and self.affiliations.get((clinician, affiliation)) == ACTIVE
        )

    def _check_house(self, sender: Any) -> None:
        refuse_if(not self.active.get(sender, False), "RegistrarNotInstitution", sender)


def _check_change(before: int, after: int) -> None:
    first = before == 0 and after == ACTIVE
    later = before not in (0, REVOKED) and after not in (0, before)
    refuse_if(not first and not later, "RegistrarStandingInvalid", before, after)
