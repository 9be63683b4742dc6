"""Anchored records of Alice's at the clinic, both sides, and people with no part in them."""

import pytest

from tests.alliance import DAY, DIAGNOSES, SUSPEND, now
from tests.functional.evidence.facts import Certificate
from tests.live import once, undone
from tests.signing import digest


@pytest.fixture(scope=once("session"))
def evidence(alliance):
    """Where disputes, withdrawals, seals and erasures are."""
    return alliance.contracts["Evidence"]


@pytest.fixture(scope=once("module"))
def records(founded, alliance, places, relationship, alice, dr_wang, relay):
    """The ids of two anchored records, for a file's tests."""
    with undone():
        ids = (digest("record 1"), digest("record 2"))
        fields = {"profile": places.profiles[DIAGNOSES], "affiliation": places.clinic_ward}
        for nonce, id in enumerate(ids):
            draft = alliance.draft(relationship, dr_wang, alice, record=id, nonce=nonce, **fields)
            relationship.anchor(*draft.submission, {"from": relay})
        yield ids


@pytest.fixture(scope=once("module"))
def record(records):
    """The id of the first."""
    return records[0]


@pytest.fixture(params=["alice", "clinic"])
def side(request):
    """The owner, then the institution."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def prefix(side, alice):
    """What the names of the side's flags begin with."""
    return "owner" if side == alice else "institution"


@pytest.fixture
def no_party(request):
    """Everybody but Alice and the clinic: mirror, house, patient, author, attacker."""
    return [
        request.getfixturevalue(who) for who in ("lead", "hospital", "bob", "dr_wang", "mallory")
    ]


@pytest.fixture
def impostors(alliance, mallory, registrar):
    """Addresses at which there is no relationship, though a clone has the code of one."""
    target = alliance.implementation.address
    code = f"363d3d373d3d3d363d73{target[2:]}5af43d82803e903d91602b57fd5bf3"
    clone = mallory.transfer(data=f"0x3d602d80600a3d3981f3{code}").contract_address
    return [mallory.address, registrar.address, target, clone]


@pytest.fixture(params=["over", "stopped"])
def aftermath(request, alliance, consortium, relationship, records, founders, alice, clinic):
    """Two records of a relationship that ended at a suspended institution, or under a stop."""
    if request.param == "over":
        relationship.end({"from": alice})
        alliance.stand(clinic, SUSPEND, founders[:3])
    else:
        stop = consortium.proposeStop(7 * DAY, now() + DAY, {"from": founders[0]})
        alliance.carry(stop, founders[:3])
    return records


@pytest.fixture
def certificate(alliance, evidence, relationship, records, clinic, lead):
    """That the clinic and its mirror, the lead, erased both records."""
    place = (evidence.address, alliance.chain_id, relationship.address)
    return Certificate(*place, records, now(), clinic, lead)
