"""`setDepartment`: only an Active institution, for its own; Revoked is final (R02)."""

import pytest

from tests.alliance import ACTIVE, NOBODY, REVOKED, SUSPENDED, padded, told
from tests.signing import digest

WARD = digest("a new ward")
CHANGES = [
    (path, standing)
    for path in ([], [ACTIVE], [ACTIVE, SUSPENDED], [ACTIVE, REVOKED])
    for standing in (0, ACTIVE, SUSPENDED, REVOKED)
]
ALLOWED = [
    ([], ACTIVE),
    ([ACTIVE], SUSPENDED),
    ([ACTIVE], REVOKED),
    ([ACTIVE, SUSPENDED], ACTIVE),
    ([ACTIVE, SUSPENDED], REVOKED),
]


@pytest.mark.parametrize(("path", "standing"), ALLOWED)
def test_a_department_changes_its_standing(registrar, clinic, path, standing):
    for step in path:
        registrar.setDepartment(WARD, step, {"from": clinic})
    tx = registrar.setDepartment(WARD, standing, {"from": clinic})
    changed = {"institution": clinic, "department": WARD, "standing": standing}
    assert told(tx) == [("DepartmentChanged", changed)]
    assert registrar.departmentOf(WARD) == (clinic, standing)
    assert registrar.institutionOf(WARD) == clinic


@pytest.mark.parametrize(("path", "standing"), [c for c in CHANGES if c not in ALLOWED])
def test_every_other_change_is_refused(registrar, refusal, clinic, path, standing):
    for step in path:
        registrar.setDepartment(WARD, step, {"from": clinic})
    invalid = ("RegistrarStandingInvalid", path[-1] if path else 0, standing)
    assert refusal(registrar.setDepartment, WARD, standing, {"from": clinic}) == invalid


def test_only_an_active_institution_opens_departments(registrar, refusal, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    assert refusal(registrar.setDepartment, WARD, ACTIVE, {"from": no_institution}) == denied


@pytest.mark.parametrize("standing", [ACTIVE, SUSPENDED, REVOKED])
def test_no_institution_touches_the_department_of_another(
    registrar, refusal, places, hospital, standing
):
    foreign = ("RegistrarDepartmentInvalid", places.clinic_ward)
    call = (places.clinic_ward, standing, {"from": hospital})
    assert refusal(registrar.setDepartment, *call) == foreign


def test_an_id_does_not_look_like_an_account(registrar, refusal, clinic, hospital):
    for id in (padded(clinic), padded(hospital), bytes(32), bytes(31) + b"\1"):
        looks = ("RegistrarDepartmentInvalid", id)
        assert refusal(registrar.setDepartment, id, ACTIVE, {"from": clinic}) == looks


def test_an_unknown_department_belongs_to_nobody(registrar):
    assert registrar.departmentOf(WARD) == (NOBODY, 0)
    assert registrar.institutionOf(WARD) == NOBODY
