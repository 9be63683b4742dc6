"""Accounts in every standing, and consortia that are not founded or have two members."""

import pytest

from tests.alliance import AGREEMENT, DAY, EXPEL, SUSPEND, details, now
from tests.functional.consortium.voting import approve
from tests.live import once, undone


@pytest.fixture
def deploy(alliance, lead, Consortium):
    """Deploy a further consortium with these founders."""

    def deploy(founders):
        published = [details(f"第{n}医院") for n, _ in enumerate(founders, 1)]
        return lead.deploy(Consortium, alliance.forwarder, founders, published, AGREEMENT)

    return deploy


@pytest.fixture
def unfounded(deploy, founders):
    """A consortium that nobody has signed for yet."""
    return deploy(founders)


@pytest.fixture
def two(deploy, lead, hospital):
    """A founded consortium of two."""
    consortium = deploy([lead, hospital])
    for house in (lead, hospital):
        consortium.signAgreement(AGREEMENT, {"from": house})
    return consortium


@pytest.fixture
def invited(alliance, founders, newcomer):
    """An institution that was voted in and has yet to sign."""
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    return newcomer


@pytest.fixture
def suspended(alliance, founders):
    """A suspended member."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture
def expelled(alliance, founders):
    """An expelled member."""
    alliance.stand(founders[3], EXPEL, founders[:3])
    return founders[3]


@pytest.fixture(params=["mallory", "alice", "dr_wang", "invited", "suspended", "expelled"])
def outsider(request):
    """Everybody who is not an Active member."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope=once("module"))
def voted(alliance, consortium, founded, lead):
    """A stop for as long as it can be, approved and to be enacted within thirty days."""
    with undone():
        proposed = consortium.proposeStop(7 * DAY, now() + 30 * DAY, {"from": lead})
        yield approve(alliance, proposed)


@pytest.fixture
def stop(consortium, voted):
    """Stop everything that can be stopped; return until when."""

    def stop():
        consortium.enact(*voted)
        return consortium.stoppedUntil()

    return stop
