"""A relationship that waits for an answer, and people with no part in it."""

import pytest

from tests.alliance import DAY, SUSPEND, now


@pytest.fixture
def proposed(alliance, alice, hospital, lead):
    """The hospital's proposal to Alice."""
    return alliance.propose(hospital, alice, hospital, lead)


@pytest.fixture
def clinic_suspended(alliance, founders):
    """The suspended clinic."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture
def stopped(alliance, consortium, founders):
    """An emergency stop of a day; the last second of it."""
    proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])
    return consortium.stoppedUntil() - 1


@pytest.fixture
def not_the_owner(request):
    """Everybody but Alice: institution, mirror, another patient, the author, an attacker."""
    return [request.getfixturevalue(who) for who in ("clinic", "lead", "bob", "dr_wang", "mallory")]


@pytest.fixture
def no_party(request):
    """Everybody but Alice and the clinic."""
    return [
        request.getfixturevalue(who) for who in ("lead", "hospital", "bob", "dr_wang", "mallory")
    ]
