"""A case of Alice's that the clinic lays before the hospital and the other hospital."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from tests.alliance import CLINICIAN, DAY, SUSPEND, Grant, account, at, now, padded
from tests.live import once, undone
from tests.signing import ZERO, digest

CONVENED, CONCLUDED, CANCELLED, EXPIRED = 1, 2, 3, 4
UNINVITED, INVITED, GIVEN, DECLINED = 0, 1, 2, 3
CONCLUSION_TIME = 7 * DAY
OPINION = digest("opinion record")


@dataclass(frozen=True)
class Invitation:
    """What Dr Wang convenes, as the argument of `convene`."""

    clinician: Any
    relationship: Any
    affiliation: bytes
    institutions: tuple[Any, ...]
    grants: tuple[Grant, ...]
    due_at: int
    salt: bytes = digest("salt")
    question: bytes = b"sealed to those invited"

    def but(self, **changes: Any) -> Invitation:
        """Return an invitation with other fields."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        invited = tuple(getattr(house, "address", house) for house in self.institutions)
        granted = tuple(grant.terms for grant in self.grants)
        pair = (self.relationship.address, self.affiliation)
        return (self.salt, *pair, invited, granted, self.due_at, self.question)

    @property
    def id(self) -> bytes:
        """The consultation's id, worked out independently."""
        return bytes(keccak(bytes.fromhex(self.clinician.address[2:]) + self.salt))


@dataclass(frozen=True)
class Further:
    """The other hospital's clinician, their ward, and the grants under which each reads."""

    clinician: Any
    ward: bytes
    grants: tuple[Grant, Grant]


@pytest.fixture(scope=once("module"))
def further(founded, alliance, relationship, alice, hospital, hospital_b):
    """A clinician of the other hospital, and two grants of Alice's, for a file's tests."""
    with undone():
        clinician = account("dr_zhao")
        alliance.register(clinician, hospital_b, CLINICIAN)
        ward = alliance.affiliate(clinician, hospital_b, "other hospital's ward")
        grants = []
        for house in (hospital, hospital_b):
            id = digest("grant", house.address)[:16]
            grant = Grant(id, house, padded(house), 2**40 - 1)
            relationship.grantAccess(grant.terms, {"from": alice})
            grants.append(grant)
        yield Further(clinician, ward, tuple(grants))


@pytest.fixture(scope=once("session"))
def consultations(alliance):
    """The contract."""
    return alliance.contracts["Consultations"]


@pytest.fixture
def dr_zhao(further):
    """The other hospital's clinician."""
    return further.clinician


@pytest.fixture
def invitation(further, places, relationship, dr_wang, hospital, hospital_b):
    """Dr Wang's invitation of two, until tomorrow; not yet convened."""
    invited = (hospital, hospital_b)
    given = (dr_wang, relationship, places.clinic_ward, invited, further.grants)
    return Invitation(*given, now() + DAY)


@pytest.fixture
def convened(consultations, invitation, dr_wang):
    """The id of the same, convened."""
    consultations.convene(invitation.terms, {"from": dr_wang})
    return invitation.id


@pytest.fixture
def ended(consultations, invitation, convened, alice, clinic):
    """Bring the consultation to an end of each kind."""

    def ended(stage):
        if stage == CONCLUDED:
            consultations.conclude(convened, ZERO, OPINION, {"from": clinic})
        elif stage == CANCELLED:
            consultations.cancelConsultation(convened, ZERO, {"from": alice})
        else:
            at(invitation.due_at + CONCLUSION_TIME + 1)
            consultations.expireConsultation(convened, {"from": alice})
        return convened

    return ended


@pytest.fixture(params=[CONCLUDED, CANCELLED, EXPIRED], ids=["concluded", "cancelled", "expired"])
def over(request, ended):
    """A consultation that came to its end, and how."""
    return ended(request.param), request.param


@pytest.fixture
def stored(consultations, convened):
    """Read what is stored of the consultation: stage, invited, answered, last second."""
    return lambda: tuple(consultations.consultationOf(convened)[1:])


@pytest.fixture
def suspended(alliance, founders):
    """Suspend a founder."""

    def suspended(house):
        alliance.stand(house, SUSPEND, [f for f in founders if f != house])

    return suspended


@pytest.fixture
def stopped(alliance, founders):
    """An emergency stop of a day."""
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeStop(DAY, now() + DAY, options)
    alliance.carry(proposed, founders[:3])


@pytest.fixture
def not_convening(request, places):
    """Everybody who acts neither for Alice nor for the clinic, and the affiliations they name."""
    named = [
        ("mallory", "clinic_ward"),
        ("bob", "clinic_ward"),
        ("hospital", "clinic_ward"),
        ("dr_li", "hospital_ward"),
    ]
    return [(request.getfixturevalue(who), getattr(places, ward)) for who, ward in named]
