"""`isClinicianActive`: computed upwards through the tree, at once and without loops (R02)."""

import pytest

from tests.alliance import ACTIVE, EXPEL, NOBODY, RESTORE, REVOKED, SUSPEND, SUSPENDED, padded
from tests.signing import digest


@pytest.fixture
def ward(places):
    """Dr Wang's department."""
    return places.clinic_ward


@pytest.fixture
def voters(founders):
    """The three founders other than the clinic."""
    return founders[:3]


def test_a_clinician_in_a_department_is_active(registrar, ward, clinic, dr_wang):
    assert registrar.isClinicianActive(dr_wang, ward) == (True, clinic)


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
@pytest.mark.parametrize("function", ["setDepartment", "setAffiliation", "setLicence"])
def test_every_step_of_the_tree_stops_who_is_below(
    registrar, ward, clinic, dr_wang, function, standing
):
    arguments = {
        "setDepartment": (ward, standing),
        "setAffiliation": (dr_wang, ward, standing),
        "setLicence": (dr_wang, standing),
    }[function]
    getattr(registrar, function)(*arguments, {"from": clinic})
    assert registrar.isClinicianActive(dr_wang, ward) == (False, clinic)


@pytest.mark.parametrize("action", [SUSPEND, EXPEL])
def test_an_institution_that_leaves_stops_everyone_below_at_once(
    alliance, registrar, ward, clinic, dr_wang, voters, action
):
    registrar.setAffiliation(dr_wang, padded(clinic), ACTIVE, {"from": clinic})
    alliance.stand(clinic, action, voters)
    for affiliation in (ward, padded(clinic)):
        assert registrar.isClinicianActive(dr_wang, affiliation) == (False, clinic)


def test_a_restored_institution_restores_everyone_below(
    alliance, registrar, ward, clinic, dr_wang, voters
):
    alliance.stand(clinic, SUSPEND, voters)
    alliance.stand(clinic, RESTORE, voters)
    assert registrar.isClinicianActive(dr_wang, ward) == (True, clinic)


def test_a_clinician_stays_active_elsewhere(
    alliance, registrar, clinic, hospital, dr_wang, founders
):
    registrar.setAffiliation(dr_wang, padded(hospital), ACTIVE, {"from": hospital})
    alliance.stand(clinic, SUSPEND, founders[:3])
    assert registrar.isClinicianActive(dr_wang, padded(hospital)) == (True, hospital)


def test_an_affiliation_that_was_not_given_does_not_count(
    registrar, places, clinic, hospital, dr_wang
):
    assert registrar.isClinicianActive(dr_wang, padded(clinic)) == (False, clinic)
    assert registrar.isClinicianActive(dr_wang, places.hospital_ward) == (False, hospital)


@pytest.mark.parametrize("who", ["alice", "mallory", "clinic"])
def test_who_is_no_clinician_is_never_active(registrar, request, ward, clinic, who):
    account = request.getfixturevalue(who)
    assert registrar.isClinicianActive(account, ward) == (False, clinic)


def test_an_unknown_affiliation_has_no_institution(registrar, dr_wang):
    assert registrar.isClinicianActive(dr_wang, digest("unknown")) == (False, NOBODY)
    assert registrar.isClinicianActive(dr_wang, bytes(32)) == (False, NOBODY)
