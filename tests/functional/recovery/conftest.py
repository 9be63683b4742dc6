"""Alice's guardians Bob, Carol and Dr Li, two of whom recover her account in two days."""

import pytest

from tests.alliance import DAY, KEY, PATIENT, SUSPEND, account, at, now
from tests.functional.recovery.circles import Circle
from tests.live import once


@pytest.fixture(scope=once("session"))
def recovery(alliance):
    """The contract."""
    return alliance.contracts["Recovery"]


@pytest.fixture
def circle(alice, bob, carol, dr_li):
    """Alice's guardians; not yet named."""
    return Circle(alice, {0: bob, 1: carol, 2: dr_li})


@pytest.fixture
def named(recovery, circle, alice):
    """The same, named by her."""
    recovery.nameGuardians(*circle.terms, {"from": alice})
    return circle


@pytest.fixture
def started(recovery, named):
    """Bob has started to recover her box."""
    recovery.startRecovery(*named.call(0))
    return named


@pytest.fixture
def approved(recovery, started):
    """Carol has approved it: enough."""
    recovery.approveRecovery(*started.call(1))
    return started


@pytest.fixture
def ready_at(recovery, approved, alice):
    """When it is open."""
    return recovery.attemptOf(alice)["readyAt"]


@pytest.fixture
def opened(ready_at, approved):
    """It is open."""
    at(ready_at)
    return approved


@pytest.fixture
def attempt(recovery, alice):
    """Read the attempt on Alice's account, as a dictionary."""

    def attempt():
        stored = recovery.attemptOf(alice).dict()
        return stored | {"root": bytes(stored["root"])}

    return attempt


@pytest.fixture
def circle_in_force(recovery, alice):
    """Read who count as Alice's guardians."""

    def circle_in_force():
        root, *fields = recovery.circleOf(alice)
        return (bytes(root), *fields)

    return circle_in_force


@pytest.fixture
def successor(alliance, clinic):
    """Alice's account under a new key."""
    fresh = account("alice, with another key")
    alliance.register(fresh, clinic, PATIENT)
    return fresh


@pytest.fixture
def replacing(recovery, named, successor):
    """Bob and Carol want it to take the old one's place, which it may from now."""
    recovery.startRecovery(*named.call(0, successor))
    recovery.approveRecovery(*named.call(1, successor))
    at(recovery.attemptOf(named.account)["readyAt"])
    return successor


@pytest.fixture
def replaced(recovery, replacing, alice, relay):
    """It has taken the old one's place."""
    recovery.completeRecovery(alice, {"from": relay})
    return replacing


@pytest.fixture
def applied(registrar, newcomer):
    """Somebody who applied as a patient."""
    registrar.applyFor(PATIENT, 1, KEY, {"from": newcomer})
    return newcomer


@pytest.fixture
def stopped(alliance, consortium, founders):
    """An emergency stop of a day."""
    proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])


@pytest.fixture
def suspended(alliance, founders):
    """The clinic, which certified Alice, suspended."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]
