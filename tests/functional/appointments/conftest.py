"""A slot for two at the clinic on the next day, and Alice's booking of it."""

from dataclasses import dataclass

import pytest

from tests.alliance import DAY, SUSPEND, now
from tests.functional.appointments.slots import VISIT, booking_id, slot_id
from tests.live import once

CAPACITY = 2


@dataclass(frozen=True)
class Slot:
    """An open slot."""

    id: bytes
    starts_at: int


@pytest.fixture(scope=once("session"))
def appointments(alliance):
    """The contract."""
    return alliance.contracts["Appointments"]


@pytest.fixture
def opened(appointments, places, clinic):
    """Open a slot of the clinic's ward, by default one for two on the next day."""

    def opened(starts_at=None, capacity=CAPACITY):
        starts_at = starts_at or now() + DAY
        appointments.openSlots(places.clinic_ward, [starts_at], capacity, {"from": clinic})
        return Slot(slot_id(clinic, places.clinic_ward, starts_at), starts_at)

    return opened


@pytest.fixture
def slot(opened):
    """Such a slot."""
    return opened()


@pytest.fixture
def booked(appointments, slot, relationship, alice):
    """Alice's booking of it."""
    appointments.book(slot.id, relationship, VISIT, {"from": alice})
    return booking_id(relationship, slot.id)


@pytest.fixture
def bobs(alliance, bob, clinic, lead):
    """Bob's relationship with the clinic."""
    proposed = alliance.propose(clinic, bob, clinic, lead)
    proposed.accept({"from": bob})
    return proposed


@pytest.fixture
def stored(appointments):
    """Read how many a slot has taken."""
    return lambda slot: appointments.slotOf(slot.id)["taken"]


@pytest.fixture
def suspended(alliance, founders):
    """The clinic, suspended."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture
def stopped(alliance, consortium, founders):
    """An emergency stop of a day."""
    proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])


@pytest.fixture
def not_of_the_clinic(request, places):
    """Everybody who does not act for the clinic, and the affiliations they name."""
    named = [
        ("mallory", "clinic_ward"),
        ("alice", "clinic_ward"),
        ("hospital", "clinic_ward"),
        ("dr_li", "hospital_ward"),
    ]
    return [(request.getfixturevalue(who), getattr(places, ward)) for who, ward in named]


@pytest.fixture
def referring(alliance):
    """The referrals contract as a caller."""
    from brownie import accounts

    return accounts.at(alliance.contracts["Referrals"].address, force=True)
