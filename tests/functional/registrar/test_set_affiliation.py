"""`setAffiliation`: only an Active institution, for itself or a department of its own (R02)."""

import pytest

from tests.alliance import ACTIVE, CLINICIAN, KEY, REVOKED, SUSPENDED, padded, told
from tests.signing import digest


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_an_affiliation_changes_its_standing(registrar, places, clinic, dr_wang, standing):
    ward = places.clinic_ward
    tx = registrar.setAffiliation(dr_wang, ward, standing, {"from": clinic})
    changed = {"clinician": dr_wang, "institution": clinic, "affiliation": ward}
    assert told(tx) == [("AffiliationChanged", changed | {"standing": standing})]
    assert registrar.affiliationOf(dr_wang, ward) == standing


def test_a_clinician_may_belong_to_several_houses(registrar, clinic, hospital, dr_wang):
    for house in (clinic, hospital):
        registrar.setAffiliation(dr_wang, padded(house), ACTIVE, {"from": house})
        assert registrar.isClinicianActive(dr_wang, padded(house)) == (True, house)


def test_only_an_active_institution_affiliates(registrar, refusal, dr_wang, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    call = (dr_wang, padded(no_institution), ACTIVE, {"from": no_institution})
    assert refusal(registrar.setAffiliation, *call) == denied


@pytest.mark.parametrize("standing", [ACTIVE, SUSPENDED, REVOKED])
def test_no_institution_affiliates_for_another(
    registrar, refusal, places, clinic, hospital, dr_wang, standing
):
    for affiliation in (places.clinic_ward, padded(clinic), digest("unknown")):
        foreign = ("RegistrarDepartmentInvalid", affiliation)
        call = (dr_wang, affiliation, standing, {"from": hospital})
        assert refusal(registrar.setAffiliation, *call) == foreign


@pytest.mark.parametrize("who", ["alice", "mallory", "hospital", "applied"])
def test_only_a_certified_clinician_is_affiliated(registrar, refusal, request, clinic, who):
    account = request.getfixturevalue(who)
    call = (account, padded(clinic), ACTIVE, {"from": clinic})
    assert refusal(registrar.setAffiliation, *call) == ("RegistrarNotClinician", account)


def test_a_clinician_who_only_applied_is_not_affiliated(registrar, refusal, carol, clinic):
    registrar.applyFor(CLINICIAN, 1, KEY, {"from": carol})
    call = (carol, padded(clinic), ACTIVE, {"from": clinic})
    assert refusal(registrar.setAffiliation, *call) == ("RegistrarNotClinician", carol)


@pytest.mark.parametrize(
    ("path", "standing"),
    [([], SUSPENDED), ([], REVOKED), ([ACTIVE], ACTIVE), ([ACTIVE], 0)]
    + [([ACTIVE, REVOKED], s) for s in (0, ACTIVE, SUSPENDED, REVOKED)],
)
def test_a_change_that_makes_no_sense_is_refused(
    registrar, refusal, hospital, dr_wang, path, standing
):
    for step in path:
        registrar.setAffiliation(dr_wang, padded(hospital), step, {"from": hospital})
    invalid = ("RegistrarStandingInvalid", path[-1] if path else 0, standing)
    call = (dr_wang, padded(hospital), standing, {"from": hospital})
    assert refusal(registrar.setAffiliation, *call) == invalid
