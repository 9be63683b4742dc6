"""Dr Li of the hospital needs Alice's records; lead, hospital and hospital B hold shares."""

import pytest

from tests.alliance import DAY, SUSPEND, at, now
from tests.functional.breakglass.emergency import (
    FINDINGS,
    JUSTIFIED,
    OPENED,
    REQUESTED,
    REVIEWED,
    WEEK,
    Emergency,
    Plan,
    in_order,
)
from tests.live import once


@pytest.fixture(scope=once("session"))
def breakglass(alliance):
    """The contract."""
    return alliance.contracts["BreakGlass"]


@pytest.fixture(scope=once("session"))
def plan(lead, hospital, hospital_b):
    """Two of three holders open; the clinic holds nothing."""
    return Plan.among(in_order(lead, hospital, hospital_b))


@pytest.fixture(scope=once("session"))
def emergency(breakglass, plan, places, alice, dr_li, lead, hospital_b):
    """The emergency before anything was done."""
    ward, approvers = places.hospital_ward, (lead, hospital_b)
    return Emergency(breakglass, alice, dr_li, ward, plan, approvers)


@pytest.fixture
def arranged(emergency):
    """The emergency that Alice arranged for."""
    emergency.arrange()
    return emergency


@pytest.fixture
def requested(arranged):
    """The id of what Dr Li asked for, for an hour."""
    return arranged.request()


@pytest.fixture
def opened(arranged, requested):
    """The id of what is open."""
    for house in arranged.approvers:
        arranged.approve(requested, house)
    return requested


@pytest.fixture
def over(arranged, opened):
    """The id of what ended by itself."""
    at(arranged.ends_at(opened))
    return opened


@pytest.fixture
def overdue(breakglass, arranged, opened, mallory):
    """The id of what nobody reviewed in time."""
    at(arranged.ends_at(opened) + WEEK + 1)
    breakglass.findOverdue(opened, {"from": mallory})
    return opened


@pytest.fixture
def reviewed(breakglass, over, lead):
    """The id of what was reviewed."""
    breakglass.reviewEmergency(over, JUSTIFIED, FINDINGS, {"from": lead})
    return over


@pytest.fixture
def brought(request):
    """Bring the opening to a status; return its id."""
    names = {REQUESTED: "requested", OPENED: "opened", REVIEWED: "reviewed"}
    return lambda status: request.getfixturevalue(names[status])


@pytest.fixture
def stop(alliance, consortium, founders):
    """Stop the alliance for a week."""

    def stopped():
        proposed = consortium.proposeStop(WEEK, now() + DAY, {"from": founders[0]})
        alliance.carry(proposed, founders[:3])

    return stopped


@pytest.fixture
def suspend(alliance, founders):
    """Suspend an institution by the votes of the others."""
    return lambda house: alliance.stand(house, SUSPEND, [f for f in founders if f != house])


@pytest.fixture
def appoint(alliance, consortium, founders):
    """Admit a regulator."""

    def appointed(account):
        proposed = consortium.proposeRegulator(account, "监管", now() + DAY, {"from": founders[0]})
        alliance.carry(proposed, founders[:3])

    return appointed
