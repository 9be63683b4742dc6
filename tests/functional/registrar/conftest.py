"""Registrations signed by Carol, whom nobody has registered, and who may not register her."""

import pytest

from tests.alliance import HANDLE, KEY, PATIENT, SUSPEND


@pytest.fixture
def registration(alliance, carol, clinic):
    """What Carol signs."""
    return alliance.registration(carol, clinic, PATIENT)


@pytest.fixture
def signed(alliance, carol, registration):
    """The arguments of `register` with her signature."""
    signature = alliance.registrations.sign(carol, "Registration", registration)
    return registration, KEY, HANDLE, signature


@pytest.fixture
def applied(registrar, carol):
    """Carol, who applied as a patient."""
    registrar.applyFor(PATIENT, 1, KEY, {"from": carol})
    return carol


@pytest.fixture
def suspended(alliance, founders):
    """A suspended member."""
    alliance.stand(founders[2], SUSPEND, [founders[0], founders[1], founders[3]])
    return founders[2]


@pytest.fixture(params=["mallory", "alice", "dr_wang", "newcomer", "suspended"])
def no_institution(request):
    """Everybody who is not an Active institution."""
    return request.getfixturevalue(request.param)
