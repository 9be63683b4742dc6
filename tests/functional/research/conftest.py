"""A researcher, a study, and who holds no such office."""

import pytest
from eth_utils import keccak

from tests.alliance import DAY, account, now
from tests.live import once, undone
from tests.signing import digest

INSURER, RESEARCHER = 1, 2
SALT, PROTOCOL = digest("study 1"), digest("protocol 1")


def appoint(alliance, founders, name, office):
    """Vote an account into an office; return it."""
    who = account(name)
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeOffice(who, office, name, now() + DAY, options)
    alliance.carry(proposed, founders[:3])
    return who


@pytest.fixture
def research(alliance):
    """The contract."""
    return alliance.contracts["Research"]


@pytest.fixture(scope=once("module"), autouse=True)
def offices(alliance, founders, founded):
    """Two researchers and an insurer, voted once for each file: votes take long."""
    held = {"researcher": RESEARCHER, "other researcher": RESEARCHER, "insurer": INSURER}
    with undone():
        yield {name: appoint(alliance, founders, name, office) for name, office in held.items()}


@pytest.fixture
def researcher(offices):
    """Who registers the study."""
    return offices["researcher"]


@pytest.fixture
def other_researcher(offices):
    """Another one."""
    return offices["other researcher"]


@pytest.fixture
def insurer(offices):
    """Who holds another office."""
    return offices["insurer"]


@pytest.fixture
def id(researcher):
    """The study's id, worked out independently."""
    return bytes(keccak(bytes.fromhex(researcher.address[2:]) + SALT))


@pytest.fixture
def study(research, researcher, id):
    """The study, registered."""
    research.registerStudy(SALT, PROTOCOL, {"from": researcher})
    return id
