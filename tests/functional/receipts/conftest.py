"""The receipt logs, and what can become of a custodian."""

import pytest

from tests.alliance import DAY, EXPEL, SUSPEND, now
from tests.live import once


@pytest.fixture(scope=once("session"))
def receipts(alliance):
    """The roots of the custodians' logs."""
    return alliance.contracts["Receipts"]


@pytest.fixture(params=["suspended", "expelled", "stopped"])
def out_of_action(request, alliance, consortium, founders, clinic):
    """The clinic, which may do nothing else any more."""
    if request.param == "stopped":
        stop = consortium.proposeStop(7 * DAY, now() + DAY, {"from": founders[0]})
        alliance.carry(stop, founders[:3])
    else:
        action = {"suspended": SUSPEND, "expelled": EXPEL}[request.param]
        alliance.stand(clinic, action, founders[:3])
    assert not consortium.isActive(clinic)
    return clinic
