"""A relationship that waits for an answer, and people with no part in it."""

import pytest

from tests.alliance import SUSPEND


@pytest.fixture
def proposed(alliance, alice, hospital, lead):
    """The hospital's proposal to Alice."""
    return alliance.propose(hospital, alice, hospital, lead)


@pytest.fixture
def clinic_suspended(alliance, founders):
    """The suspended clinic."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture(params=["clinic", "lead", "bob", "dr_wang", "mallory"])
def not_the_owner(request):
    """Everybody but Alice: institution, mirror, another patient, the author, an attacker."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["lead", "hospital", "bob", "dr_wang", "mallory"])
def no_party(request):
    """Everybody but Alice and the clinic."""
    return request.getfixturevalue(request.param)
