"""T17: a handle counts only together with the institution that made it (P20)."""

from tests.alliance import KEY, NOBODY, PATIENT
from tests.signing import digest


def test_t17_a_handle_of_one_institution_is_worthless_at_another(
    registrar, alice, clinic, hospital
):
    handle = digest("handle", alice.address)
    assert registrar.accountOf(clinic, handle) == alice
    assert registrar.accountOf(hospital, handle) == NOBODY
    assert registrar.summaryOfHandle(hospital, handle) == NOBODY


def test_t17_nobody_squats_on_the_handle_of_another_institution(
    alliance, registrar, alice, carol, clinic, hospital
):
    handle = digest("handle", alice.address)
    registration = alliance.registration(carol, hospital, PATIENT)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    registrar.register(registration, KEY, handle, signature, {"from": hospital})
    assert registrar.accountOf(hospital, handle) == carol
    assert registrar.accountOf(clinic, handle) == alice


def test_an_unknown_handle_leads_nowhere(registrar, clinic):
    assert registrar.accountOf(clinic, digest("unknown")) == NOBODY
    assert registrar.summaryOfHandle(clinic, digest("unknown")) == NOBODY
