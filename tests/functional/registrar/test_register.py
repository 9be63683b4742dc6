"""`register`: only an Active institution, with the person's own signature (R01, P20)."""

import pytest
from eth_utils import keccak

from tests.alliance import CLINICIAN, HANDLE, HOUR, KEY, NOBODY, PATIENT, at, now, told
from tests.signing import Domain, digest, malleated


def test_a_patient_is_registered_with_key_handle_and_summary(
    alliance, registrar, signed, carol, clinic
):
    tx = registrar.register(*signed, {"from": clinic})
    summary = registrar.summaryOf(carol)
    registered = {"account": carol, "institution": clinic, "handle": HANDLE, "role": PATIENT}
    registered |= {"summary": summary, "suite": 1, "key": KEY}
    assert told(tx) == [
        ("SummaryOpened", {"owner": carol}),
        ("PersonRegistered", registered),
    ]
    assert registrar.personOf(carol) == (PATIENT, 2, 0, clinic, 1, now())
    assert registrar.accountOf(clinic, HANDLE) == carol
    assert registrar.summaryOfHandle(clinic, HANDLE) == summary
    assert bytes(registrar.keyHashOf(carol, 1)) == keccak(b"\x01" + KEY)
    assert alliance.summary_of(carol).owner() == carol


def test_a_clinician_is_registered_with_an_active_licence(alliance, registrar, carol, clinic):
    alliance.register(carol, clinic, CLINICIAN)
    assert registrar.personOf(carol)[:3] == (CLINICIAN, 2, 1)


def test_only_an_active_institution_registers(alliance, registrar, refusal, carol, no_institution):
    registration = alliance.registration(carol, no_institution, PATIENT)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": no_institution})
    assert refusal(registrar.register, *call) == ("RegistrarNotInstitution", no_institution)


def test_a_registration_is_used_by_the_institution_it_names(
    registrar, refusal, signed, carol, hospital
):
    invalid = ("RegistrarSignatureInvalid", carol)
    assert refusal(registrar.register, *signed, {"from": hospital}) == invalid


def test_a_registration_holds_until_its_deadline_and_not_after(
    alliance, registrar, refusal, carol, clinic
):
    deadline = now() + HOUR
    registration = alliance.registration(carol, clinic, PATIENT, deadline=deadline)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    at(deadline)
    registrar.register.call(*call)
    at(deadline + 1)
    assert refusal(registrar.register, *call) == ("RegistrarDeadlinePassed", deadline)


def test_another_key_than_the_signed_one_is_refused(registrar, refusal, signed, carol, clinic):
    registration, _, handle, signature = signed
    call = (registration, KEY[::-1], handle, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", carol)


@pytest.mark.parametrize(
    ("place", "value"), [(2, CLINICIAN), (3, 2), (5, 1 << 47)], ids=["role", "suite", "deadline"]
)
def test_a_registration_changed_after_signing_is_refused(
    registrar, refusal, signed, carol, clinic, place, value
):
    changed = (*signed[0][:place], value, *signed[0][place + 1 :])
    call = (changed, *signed[1:], {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", carol)


def test_nobody_is_registered_without_signing(registrar, refusal, signed, mallory, clinic):
    changed = (signed[0][0], mallory.address, *signed[0][2:])
    call = (changed, *signed[1:], {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", mallory)


@pytest.mark.parametrize("field", ["name", "contract", "chain_id"])
def test_t09_a_signature_for_another_domain_is_refused(
    alliance, registrar, forwarder, refusal, registration, carol, clinic, field
):
    right = {"name": "Chartkey Registrar", "contract": registrar.address}
    right["chain_id"] = alliance.chain_id
    wrong = {"name": "Chartkey", "contract": forwarder.address, "chain_id": 1}
    signature = Domain(**(right | {field: wrong[field]})).sign(carol, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", carol)


def test_t10_the_high_s_twin_of_a_signature_is_refused(registrar, refusal, signed, carol, clinic):
    call = (*signed[:3], malleated(signed[3]), {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", carol)


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64) + b"\x1b"])
def test_t10_nobody_signs_for_the_zero_address(registrar, refusal, signed, clinic, signature):
    changed = (signed[0][0], NOBODY, *signed[0][2:])
    call = (changed, *signed[1:3], signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarSignatureInvalid", NOBODY)


def test_a_registration_is_used_once(registrar, refusal, signed, carol, clinic):
    registrar.register(*signed, {"from": clinic})
    again = (*signed[:2], digest("other handle"), signed[3], {"from": clinic})
    assert refusal(registrar.register, *again) == ("RegistrarPersonInvalid", carol, 2)


def test_who_applied_is_certified_and_not_registered(registrar, refusal, signed, applied, clinic):
    invalid = ("RegistrarPersonInvalid", applied, 1)
    assert refusal(registrar.register, *signed, {"from": clinic}) == invalid


def test_an_institution_is_no_person(alliance, registrar, refusal, hospital, clinic):
    registration = alliance.registration(hospital, clinic, PATIENT)
    signature = alliance.registrations.sign(hospital, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarPersonInvalid", hospital, 2)


def test_an_institution_that_has_yet_to_enrol_is_no_person(
    alliance, registrar, refusal, founders, newcomer, clinic
):
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    registration = alliance.registration(newcomer, clinic, PATIENT)
    signature = alliance.registrations.sign(newcomer, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarPersonInvalid", newcomer, 0)


def test_a_person_has_a_role(alliance, registrar, refusal, carol, clinic):
    registration = alliance.registration(carol, clinic, 0)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    call = (registration, KEY, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarRoleInvalid", 0)


@pytest.mark.parametrize(("length", "suite"), [(63, 1), (8193, 1), (422, 0)])
def test_a_key_has_a_length_and_a_suite(alliance, registrar, refusal, carol, clinic, length, suite):
    key = bytes([7]) * length
    changes = {"key_hash": bytes(keccak(key)), "suite": suite}
    registration = alliance.registration(carol, clinic, PATIENT, **changes)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    call = (registration, key, HANDLE, signature, {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarKeyInvalid", length, suite)


def test_a_handle_is_not_zero(registrar, refusal, signed, clinic):
    call = (*signed[:2], bytes(32), signed[3], {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarHandleTaken", bytes(32))


def test_a_handle_leads_to_one_account(registrar, refusal, signed, alice, clinic):
    taken = digest("handle", alice.address)
    call = (*signed[:2], taken, signed[3], {"from": clinic})
    assert refusal(registrar.register, *call) == ("RegistrarHandleTaken", taken)


def test_registering_can_be_relayed(alliance, registrar, signed, carol, clinic, relay):
    alliance.relay(relay, clinic, registrar.register, *signed)
    assert registrar.personOf(carol)["certifier"] == clinic
