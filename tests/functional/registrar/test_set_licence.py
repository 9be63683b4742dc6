"""`setLicence`: only the Active institution that certified the clinician (R02)."""

import pytest

from tests.alliance import ACTIVE, REVOKED, SUSPENDED, told


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_a_licence_changes_its_standing(registrar, clinic, dr_wang, standing):
    tx = registrar.setLicence(dr_wang, standing, {"from": clinic})
    changed = {"clinician": dr_wang, "institution": clinic, "standing": standing}
    assert told(tx) == [("LicenceChanged", changed)]
    assert registrar.personOf(dr_wang)["licence"] == standing


def test_a_suspended_licence_is_restored(registrar, clinic, dr_wang):
    for standing in (SUSPENDED, ACTIVE):
        registrar.setLicence(dr_wang, standing, {"from": clinic})
    assert registrar.personOf(dr_wang)["licence"] == ACTIVE


@pytest.mark.parametrize("standing", [0, ACTIVE, SUSPENDED, REVOKED])
def test_a_revoked_licence_stays_revoked(registrar, refusal, clinic, dr_wang, standing):
    registrar.setLicence(dr_wang, REVOKED, {"from": clinic})
    final = ("RegistrarStandingInvalid", REVOKED, standing)
    assert refusal(registrar.setLicence, dr_wang, standing, {"from": clinic}) == final


@pytest.mark.parametrize("standing", [0, ACTIVE])
def test_an_active_licence_is_suspended_or_revoked(registrar, refusal, clinic, dr_wang, standing):
    invalid = ("RegistrarStandingInvalid", ACTIVE, standing)
    assert refusal(registrar.setLicence, dr_wang, standing, {"from": clinic}) == invalid


def test_only_an_active_institution_changes_licences(registrar, refusal, dr_wang, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    call = (dr_wang, SUSPENDED, {"from": no_institution})
    assert refusal(registrar.setLicence, *call) == denied


def test_no_institution_touches_the_licence_of_anothers_clinician(
    registrar, refusal, hospital, dr_wang
):
    denied = ("RegistrarNotClinician", dr_wang)
    assert refusal(registrar.setLicence, dr_wang, SUSPENDED, {"from": hospital}) == denied


@pytest.mark.parametrize("who", ["alice", "mallory", "clinic"])
def test_only_clinicians_have_licences(registrar, refusal, request, clinic, who):
    account = request.getfixturevalue(who)
    denied = ("RegistrarNotClinician", account)
    assert refusal(registrar.setLicence, account, SUSPENDED, {"from": clinic}) == denied
