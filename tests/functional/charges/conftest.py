"""Insurers, charges in every status, and people who may not do what is tried."""

import pytest
from eth_utils import keccak

from tests.alliance import DAY, SUSPEND, account, now
from tests.live import once, undone
from tests.signing import digest

INSURER, RESEARCHER = 1, 2
NONE, POSTED, RELEASED, CLAIMED, VOID, REFUNDED = range(6)
STATUSES = {"posted": POSTED, "released": RELEASED, "claimed": CLAIMED}
STATUSES |= {"void": VOID, "refunded": REFUNDED}
SALT, COMMITMENT = digest("charge 1"), digest("e-receipt 1")


def appoint(alliance, founders, name, office):
    """Vote an account into an office; return it."""
    who = account(name)
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeOffice(who, office, name, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    return who


@pytest.fixture(scope=once("module"), autouse=True)
def offices(alliance, founders, founded):
    """Two insurers and a researcher, voted once for each file: votes take longer than charges."""
    held = {"insurer": INSURER, "other insurer": INSURER, "researcher": RESEARCHER}
    with undone():
        yield {name: appoint(alliance, founders, name, office) for name, office in held.items()}


@pytest.fixture
def insurer(offices):
    """The insurer that Alice releases to."""
    return offices["insurer"]


@pytest.fixture
def other_insurer(offices):
    """Another insurer."""
    return offices["other insurer"]


@pytest.fixture
def researcher(offices):
    """Who holds another office."""
    return offices["researcher"]


@pytest.fixture
def charges(alliance):
    """The contract."""
    return alliance.contracts["Charges"]


@pytest.fixture
def id(clinic):
    """The charge's id, worked out independently."""
    return bytes(keccak(bytes.fromhex(clinic.address[2:]) + SALT))


@pytest.fixture
def bring(charges, relationship, id, insurer, alice, clinic):
    """Bring the charge to a status."""

    def bring(status):
        charges.post(relationship, SALT, COMMITMENT, {"from": clinic})
        if status in (RELEASED, CLAIMED, REFUNDED):
            charges.release(id, insurer, {"from": alice})
        if status in (CLAIMED, REFUNDED):
            charges.claim(id, {"from": insurer})
        if status == REFUNDED:
            charges.refund(id, {"from": clinic})
        if status == VOID:
            charges.void(id, {"from": clinic})
        return id

    return bring


@pytest.fixture
def clinic_suspended(alliance, founders):
    """Suspend the clinic."""

    def suspend():
        alliance.stand(founders[3], SUSPEND, founders[:3])

    return suspend


@pytest.fixture(params=["lead", "hospital", "bob", "dr_wang", "insurer", "mallory"])
def no_party(request):
    """Everybody but Alice and the clinic."""
    return request.getfixturevalue(request.param)
