"""Bob, who is to act for Alice: the clinic looks at the papers, then the hospital."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_account import Account

from tests.alliance import DAY, KEY, PATIENT, SUSPEND, account, now, padded
from tests.live import once
from tests.signing import digest

MINOR = 1
YEAR = 365 * DAY


@dataclass(frozen=True)
class Mandate:
    """What one institution proposes and another confirms, as the arguments of both."""

    ward: Any
    guardian: Any
    ends_at: int
    basis: int = MINOR
    evidence: bytes = digest("birth certificate, salted")

    def but(self, **changes: Any) -> "Mandate":
        """Return a mandate with other fields."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The arguments."""
        return (self.ward, self.guardian, self.basis, self.ends_at, self.evidence)

    @property
    def pair(self) -> tuple[Any, Any]:
        """Ward and guardian."""
        return (self.ward, self.guardian)


@pytest.fixture(scope=once("session"))
def guardianship(alliance):
    """The contract."""
    return alliance.contracts["Guardianship"]


@pytest.fixture
def mandate(alice, bob):
    """Bob's mandate for Alice until she comes of age; not yet proposed."""
    return Mandate(alice, bob, now() + YEAR)


@pytest.fixture
def proposed(guardianship, mandate, clinic):
    """The same, proposed by the clinic."""
    guardianship.appoint(*mandate.terms, {"from": clinic})
    return mandate


@pytest.fixture
def confirmed(guardianship, proposed, hospital):
    """The same, confirmed by the hospital."""
    guardianship.confirm(*proposed.terms, {"from": hospital})
    return proposed


@pytest.fixture
def stored(guardianship, mandate):
    """Read what is stored of it."""

    def stored():
        *fields, evidence = guardianship.mandateOf(*mandate.pair)
        return (*fields, bytes(evidence))

    return stored


@pytest.fixture
def stopped(alliance, consortium, founders):
    """An emergency stop of a day."""
    proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])


@pytest.fixture
def suspended(alliance, founders):
    """The clinic, suspended."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture
def chart(alliance, registrar, clinic):
    """A newborn's chart at the clinic."""
    newborn = account("newborn")
    registration = alliance.registration(newborn, clinic, PATIENT)
    signature = alliance.registrations.sign(newborn, "Registration", registration)
    given = (padded(clinic), registration, KEY, digest("newborn"), signature)
    registrar.openChart(*given, {"from": clinic})
    return newborn


@pytest.fixture
def replaced(alliance, registrar):
    """Let another account take the place of a patient's."""
    kinds = {"account": "address", "successor": "address", "deadline": "uint48"}
    types = {"Replacement": [{"name": name, "type": kind} for name, kind in kinds.items()]}
    domain = {"name": "Chartkey Registrar", "version": "1"}
    domain |= {"chainId": alliance.chain_id, "verifyingContract": registrar.address}

    def replaced(person, house):
        successor = account("successor")
        alliance.register(successor, house, PATIENT)
        values = (person.address, successor.address, now() + DAY)
        message = dict(zip(kinds, values, strict=True))
        signatures = (
            bytes(Account.sign_typed_data(p.private_key, domain, types, message).signature)
            for p in (person, successor)
        )
        registrar.merge(values, *signatures, {"from": house})
        return person

    return replaced


@pytest.fixture(params=["mallory", "alice", "bob", "dr_wang", "newcomer", "suspended"])
def no_institution(request):
    """Everybody who is not an Active institution."""
    return request.getfixturevalue(request.param)
