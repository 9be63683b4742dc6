"""Actors and contracts that the tests on a chain share.

Brownie is imported when a fixture that needs the chain is used: unit tests run without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.alliance import (
    CLINICIAN,
    DAY,
    DIAGNOSES,
    LABORATORY,
    PATIENT,
    UNSPECIFIED,
    Alliance,
    Grant,
    account,
    now,
    refusal_of,
)
from tests.live import once
from tests.signing import Draft, digest


def _actor(name: str) -> Any:
    """Make a fixture of an account whose key follows from its name."""

    @pytest.fixture(scope=once("session"), name=name)
    def actor() -> Any:
        return account(name)

    return actor


# Institutions: four founders, so that half of them is no majority, and one outside.
lead = _actor("lead")
hospital = _actor("hospital")
hospital_b = _actor("hospital_b")
clinic = _actor("clinic")
newcomer = _actor("newcomer")
regulator = _actor("regulator")

# Clinicians: of the clinic, of another hospital, and of the lead, which is the mirror.
dr_wang = _actor("dr_wang")
dr_li = _actor("dr_li")
dr_chen = _actor("dr_chen")

# Patients of clinic and hospital, a person whom nobody registered, an attacker, a relay.
alice = _actor("alice")
bob = _actor("bob")
carol = _actor("carol")
mallory = _actor("mallory")
relay = _actor("relay")


@dataclass(frozen=True)
class Places:
    """Ids that come out of the founding."""

    clinic_ward: bytes
    hospital_ward: bytes
    lead_ward: bytes
    profiles: dict[int, bytes]


@pytest.fixture(scope=once("session"))
def founders(lead: Any, hospital: Any, hospital_b: Any, clinic: Any) -> list[Any]:
    """The four founding institutions; the first is the lead."""
    return [lead, hospital, hospital_b, clinic]


@pytest.fixture(scope=once("session"))
def alliance(founders: list[Any]) -> Alliance:
    """A founded consortium of four."""
    deployed = Alliance(founders)
    deployed.found()
    return deployed


@pytest.fixture(scope=once("session"))
def places(
    alliance: Alliance,
    founders: list[Any],
    alice: Any,
    bob: Any,
    dr_wang: Any,
    dr_li: Any,
    dr_chen: Any,
) -> Places:
    """Two patients, three clinicians in their departments, and three record profiles."""
    lead, hospital, _, clinic = founders
    alliance.register(alice, clinic, PATIENT)
    alliance.register(bob, hospital, PATIENT)
    for clinician, house in ((dr_wang, clinic), (dr_li, hospital), (dr_chen, lead)):
        alliance.register(clinician, house, CLINICIAN)
    kinds = (UNSPECIFIED, LABORATORY, DIAGNOSES)
    return Places(
        clinic_ward=alliance.affiliate(dr_wang, clinic, "clinic ward"),
        hospital_ward=alliance.affiliate(dr_li, hospital, "hospital ward"),
        lead_ward=alliance.affiliate(dr_chen, lead, "lead ward"),
        profiles={kind: alliance.adopt(kind, founders[:3]) for kind in kinds},
    )


@pytest.fixture(scope=once("session"))
def relationship(alliance: Alliance, places: Places, lead: Any, clinic: Any, alice: Any) -> Any:
    """Alice's accepted relationship with the clinic; the lead is the mirror."""
    proposed = alliance.propose(clinic, alice, clinic, lead)
    proposed.accept({"from": alice})
    return proposed


@pytest.fixture(scope=once("session"))
def founded(relationship: Any) -> None:
    """Everything above: what isolated tests start from."""


@pytest.fixture(scope=once("session"))
def consortium(alliance: Alliance) -> Any:
    """The consortium."""
    return alliance.consortium


@pytest.fixture(scope=once("session"))
def registrar(alliance: Alliance) -> Any:
    """The registrar."""
    return alliance.registrar


@pytest.fixture(scope=once("session"))
def factory(alliance: Alliance) -> Any:
    """The relationship factory."""
    return alliance.factory


@pytest.fixture(scope=once("session"))
def forwarder(alliance: Alliance) -> Any:
    """The forwarder."""
    return alliance.forwarder


@pytest.fixture(scope=once("session"))
def refusal() -> Callable[..., tuple[Any, ...]]:
    """Try a call that must be refused; return its custom error as (name, *arguments)."""
    return refusal_of


@pytest.fixture
def draft(alliance: Alliance, places: Places, relationship: Any, dr_wang: Any, alice: Any) -> Draft:
    """A record of Dr Wang's for Alice, not yet anchored."""
    profile, affiliation = places.profiles[DIAGNOSES], places.clinic_ward
    return alliance.draft(relationship, dr_wang, alice, profile=profile, affiliation=affiliation)


@pytest.fixture
def grant(places: Places, dr_li: Any) -> Grant:
    """Alice's grant to Dr Li, of everything, for a week; not yet made."""
    id = digest("grant 1")[:16]
    return Grant(id, dr_li, places.hospital_ward, now() + 7 * DAY)
