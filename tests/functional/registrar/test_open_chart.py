"""`openChart`: an institution, or a clinician of it, for a walk-in without a phone (R01)."""

import pytest
from eth_utils import keccak

from tests.alliance import (
    CLINICIAN,
    HANDLE,
    HOUR,
    KEY,
    NOBODY,
    PATIENT,
    PENDING,
    REVOKED,
    SUSPEND,
    SUSPENDED,
    at,
    now,
    padded,
    told,
)
from tests.signing import ZERO, digest, malleated

CHART = 3


@pytest.fixture
def chart(carol):
    """The chart's account: Carol, as nobody has registered her."""
    return carol


def by(account, affiliation, signed):
    return (affiliation, *signed, {"from": account})


@pytest.fixture(params=["clinic", "dr_wang", "dr_wang at the clinic"])
def opener(request, registrar, places, clinic, dr_wang):
    """The institution, a clinician of a department, and a clinician of the institution itself."""
    if request.param == "clinic":
        return clinic, padded(clinic)
    if request.param == "dr_wang":
        return dr_wang, places.clinic_ward
    registrar.setAffiliation(dr_wang, padded(clinic), 1, {"from": clinic})
    return dr_wang, padded(clinic)


def test_a_chart_is_opened_with_key_handle_and_summary(
    alliance, registrar, signed, opener, chart, clinic
):
    tx = registrar.openChart(*by(*opener, signed))
    summary = registrar.summaryOf(chart)
    opened = {"account": chart, "institution": clinic, "by": opener[0], "handle": HANDLE}
    opened |= {"summary": summary, "suite": 1, "key": KEY}
    assert told(tx) == [("SummaryOpened", {"owner": chart}), ("ChartOpened", opened)]
    assert tx.return_value == summary
    assert registrar.personOf(chart) == (PATIENT, CHART, 0, clinic, 1, now())
    assert registrar.accountOf(clinic, HANDLE) == chart
    assert registrar.summaryOfHandle(clinic, HANDLE) == summary
    assert bytes(registrar.keyHashOf(chart, 1)) == keccak(b"\x01" + KEY)
    assert alliance.summary_of(chart).owner() == chart


def test_opening_can_be_relayed(alliance, registrar, signed, places, chart, dr_wang, relay):
    tx = alliance.relay(relay, dr_wang, registrar.openChart, places.clinic_ward, *signed)
    assert tx.events["ChartOpened"]["by"] == dr_wang
    assert registrar.personOf(chart)["certification"] == CHART


def test_a_chart_owns_a_relationship(alliance, registrar, signed, chart, clinic, lead):
    registrar.openChart(*by(clinic, padded(clinic), signed))
    proposed = alliance.propose(clinic, chart, clinic, lead)
    assert proposed.parties() == (chart, clinic, lead, PENDING)


def test_an_institution_may_name_a_department_of_its_own(registrar, signed, places, chart, clinic):
    registrar.openChart(*by(clinic, places.clinic_ward, signed))
    assert registrar.personOf(chart)["certifier"] == clinic


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_wang", "newcomer", "suspended"])
def test_nobody_opens_in_their_own_name(registrar, refusal, request, signed, who):
    account = request.getfixturevalue(who)
    denied = ("RegistrarNotInstitution", account)
    assert refusal(registrar.openChart, *by(account, padded(account), signed)) == denied


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_li", "hospital"])
@pytest.mark.parametrize("where", ["clinic", "ward"])
def test_nobody_opens_in_the_name_of_another_house(
    registrar, refusal, request, signed, places, clinic, who, where
):
    affiliation = {"clinic": padded(clinic), "ward": places.clinic_ward}[where]
    account = request.getfixturevalue(who)
    denied = ("RegistrarNotInstitution", account)
    assert refusal(registrar.openChart, *by(account, affiliation, signed)) == denied


@pytest.mark.parametrize("affiliation", [ZERO, digest("no department")], ids=["zero", "unknown"])
@pytest.mark.parametrize("who", ["clinic", "dr_wang"])
def test_an_affiliation_is_somebodys(registrar, refusal, request, signed, who, affiliation):
    account = request.getfixturevalue(who)
    denied = ("RegistrarNotInstitution", account)
    assert refusal(registrar.openChart, *by(account, affiliation, signed)) == denied


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_a_clinician_without_a_licence_opens_none(
    registrar, refusal, signed, places, clinic, dr_wang, standing
):
    registrar.setLicence(dr_wang, standing, {"from": clinic})
    denied = ("RegistrarNotInstitution", dr_wang)
    assert refusal(registrar.openChart, *by(dr_wang, places.clinic_ward, signed)) == denied


def test_a_suspended_house_opens_none_and_neither_do_its_clinicians(
    alliance, registrar, refusal, signed, places, founders, clinic, dr_wang
):
    alliance.stand(clinic, SUSPEND, founders[:3])
    for account, affiliation in ((clinic, padded(clinic)), (dr_wang, places.clinic_ward)):
        denied = ("RegistrarNotInstitution", account)
        assert refusal(registrar.openChart, *by(account, affiliation, signed)) == denied


@pytest.mark.parametrize("role", [0, CLINICIAN])
def test_a_chart_is_a_patients(alliance, registrar, refusal, chart, clinic, role):
    registration = alliance.registration(chart, clinic, role)
    signature = alliance.registrations.sign(chart, "Registration", registration)
    call = by(clinic, padded(clinic), (registration, KEY, HANDLE, signature))
    assert refusal(registrar.openChart, *call) == ("RegistrarRoleInvalid", role)


def test_a_registration_is_used_by_the_house_it_names(
    registrar, refusal, signed, places, chart, hospital, dr_li
):
    invalid = ("RegistrarSignatureInvalid", chart)
    for opener in ((hospital, padded(hospital)), (dr_li, places.hospital_ward)):
        assert refusal(registrar.openChart, *by(*opener, signed)) == invalid


def test_a_registration_holds_until_its_deadline_and_not_after(
    alliance, registrar, refusal, chart, clinic
):
    deadline = now() + HOUR
    registration = alliance.registration(chart, clinic, PATIENT, deadline=deadline)
    signature = alliance.registrations.sign(chart, "Registration", registration)
    call = by(clinic, padded(clinic), (registration, KEY, HANDLE, signature))
    at(deadline)
    registrar.openChart.call(*call)
    at(deadline + 1)
    assert refusal(registrar.openChart, *call) == ("RegistrarDeadlinePassed", deadline)


def test_another_key_than_the_signed_one_is_refused(registrar, refusal, signed, chart, clinic):
    call = by(clinic, padded(clinic), (signed[0], KEY[::-1], *signed[2:]))
    assert refusal(registrar.openChart, *call) == ("RegistrarSignatureInvalid", chart)


def test_a_chart_is_opened_with_its_own_key_only(
    alliance, registrar, refusal, signed, chart, clinic, mallory
):
    forged = alliance.registrations.sign(mallory, "Registration", signed[0])
    for signature in (forged, malleated(signed[3]), b""):
        call = by(clinic, padded(clinic), (*signed[:3], signature))
        assert refusal(registrar.openChart, *call) == ("RegistrarSignatureInvalid", chart)


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64) + b"\x1b"])
def test_t10_nobody_signs_for_the_zero_address(registrar, refusal, signed, clinic, signature):
    changed = (signed[0][0], NOBODY, *signed[0][2:])
    call = by(clinic, padded(clinic), (changed, *signed[1:3], signature))
    assert refusal(registrar.openChart, *call) == ("RegistrarSignatureInvalid", NOBODY)


def test_a_chart_is_opened_once(registrar, refusal, signed, chart, clinic):
    registrar.openChart(*by(clinic, padded(clinic), signed))
    again = by(clinic, padded(clinic), (*signed[:2], digest("other"), signed[3]))
    assert refusal(registrar.openChart, *again) == ("RegistrarPersonInvalid", chart, CHART)


def test_who_applied_gets_no_chart(registrar, refusal, signed, applied, clinic):
    call = by(clinic, padded(clinic), signed)
    assert refusal(registrar.openChart, *call) == ("RegistrarPersonInvalid", applied, 1)


def test_an_institution_is_no_chart(alliance, registrar, refusal, hospital, clinic):
    registration = alliance.registration(hospital, clinic, PATIENT)
    signature = alliance.registrations.sign(hospital, "Registration", registration)
    call = by(clinic, padded(clinic), (registration, KEY, HANDLE, signature))
    assert refusal(registrar.openChart, *call) == ("RegistrarPersonInvalid", hospital, 2)


def test_a_chart_has_a_handle_of_its_own(registrar, refusal, signed, alice, clinic):
    for handle in (ZERO, digest("handle", alice.address)):
        call = by(clinic, padded(clinic), (*signed[:2], handle, signed[3]))
        assert refusal(registrar.openChart, *call) == ("RegistrarHandleTaken", handle)


@pytest.mark.parametrize(("length", "suite"), [(63, 1), (8193, 1), (422, 0)])
def test_a_key_has_a_length_and_a_suite(alliance, registrar, refusal, chart, clinic, length, suite):
    key = bytes([7]) * length
    changes = {"key_hash": bytes(keccak(key)), "suite": suite}
    registration = alliance.registration(chart, clinic, PATIENT, **changes)
    signature = alliance.registrations.sign(chart, "Registration", registration)
    call = by(clinic, padded(clinic), (registration, key, HANDLE, signature))
    assert refusal(registrar.openChart, *call) == ("RegistrarKeyInvalid", length, suite)


def test_a_chart_is_not_certified_by_the_way(registrar, refusal, signed, chart, clinic):
    registrar.openChart(*by(clinic, padded(clinic), signed))
    call = (chart.address, digest("other"), {"from": clinic})
    assert refusal(registrar.certify, *call) == ("RegistrarPersonInvalid", chart, CHART)
