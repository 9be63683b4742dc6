"""`post`: the institution of an accepted relationship commits to a charge (R44, P05)."""

import pytest
from eth_utils import keccak

from tests.alliance import DAY, NOBODY, SUSPEND, now, told
from tests.functional.charges.conftest import COMMITMENT, POSTED, SALT, STATUSES
from tests.signing import ZERO, digest


@pytest.fixture
def charge(relationship):
    """The arguments of `post`."""
    return relationship.address, SALT, COMMITMENT


def test_a_charge_is_told_and_stored(charges, relationship, charge, id, clinic):
    tx = charges.post(*charge, {"from": clinic})
    posted = {"id": id, "relationship": relationship.address}
    posted |= {"institution": clinic, "commitment": COMMITMENT}
    assert told(tx) == [("ChargePosted", posted)]
    assert bytes(tx.return_value) == id
    *stored, commitment = charges.chargeOf(id)
    assert stored == [relationship.address, POSTED, now(), NOBODY]
    assert bytes(commitment) == COMMITMENT


def test_an_unknown_charge_is_empty(charges, id):
    assert charges.chargeOf(id) == (NOBODY, 0, 0, NOBODY, "0x" + ZERO.hex())


def test_a_further_charge_has_another_salt(charges, charge, id, clinic):
    charges.post(*charge, {"from": clinic})
    tx = charges.post(charge[0], digest("charge 2"), COMMITMENT, {"from": clinic})
    assert bytes(tx.return_value) != id
    assert charges.chargeOf(tx.return_value)["status"] == POSTED


def test_posting_can_be_relayed(alliance, charges, charge, id, clinic, relay):
    tx = alliance.relay(relay, clinic, charges.post, *charge)
    assert tx.events["ChargePosted"]["institution"] == clinic
    assert charges.chargeOf(id)["status"] == POSTED


@pytest.mark.parametrize("status", STATUSES)
def test_t34_a_salt_is_used_once(charges, refusal, charge, bring, clinic, status):
    id = bring(STATUSES[status])
    known = ("ChargeStatusInvalid", id, STATUSES[status])
    assert refusal(charges.post, *charge, {"from": clinic}) == known


def test_one_institution_does_not_use_up_anothers_salts(
    alliance, charges, charge, alice, clinic, hospital, lead
):
    charges.post(*charge, {"from": clinic})
    other = alliance.propose(hospital, alice, hospital, lead)
    other.accept({"from": alice})
    tx = charges.post(other, SALT, COMMITMENT, {"from": hospital})
    expected = keccak(bytes.fromhex(hospital.address[2:]) + SALT)
    assert bytes(tx.return_value) == expected


@pytest.mark.parametrize("who", ["lead", "hospital"])
def test_another_institution_posts_none(charges, refusal, request, charge, who):
    account = request.getfixturevalue(who)
    denied = ("CallerNotAllowed", account)
    assert refusal(charges.post, *charge, {"from": account}) == denied


@pytest.mark.parametrize("who", ["alice", "bob", "dr_wang", "insurer", "mallory", "newcomer"])
def test_nobody_but_an_institution_posts(charges, refusal, request, charge, who):
    account = request.getfixturevalue(who)
    denied = ("CallerNotInstitution", account)
    assert refusal(charges.post, *charge, {"from": account}) == denied


def test_a_suspended_institution_posts_none(alliance, charges, refusal, charge, founders):
    alliance.stand(founders[3], SUSPEND, founders[:3])
    denied = ("CallerNotInstitution", founders[3])
    assert refusal(charges.post, *charge, {"from": founders[3]}) == denied


def test_an_emergency_stop_holds_charges_up(alliance, charges, refusal, charge, founders, clinic):
    proposed = alliance.consortium.proposeStop(DAY, now() + DAY, {"from": clinic})
    alliance.carry(proposed, founders[:3])
    denied = ("CallerNotInstitution", clinic)
    assert refusal(charges.post, *charge, {"from": clinic}) == denied


@pytest.mark.parametrize("end", ["pending", "refused", "ended"])
def test_a_charge_belongs_to_an_accepted_relationship(
    alliance, charges, refusal, alice, hospital, lead, end
):
    other = alliance.propose(hospital, alice, hospital, lead)
    if end == "refused":
        other.refuse({"from": alice})
    if end == "ended":
        other.accept({"from": alice})
        other.end({"from": alice})
    call = (other.address, SALT, COMMITMENT, {"from": hospital})
    assert refusal(charges.post, *call) == ("RelationshipNotAccepted", other.address)


@pytest.mark.parametrize("where", ["implementation", "clinic", "nobody", "factory"])
def test_a_charge_belongs_to_a_relationship(alliance, charges, refusal, clinic, where):
    address = {
        "implementation": alliance.implementation.address,
        "clinic": clinic.address,
        "nobody": NOBODY,
        "factory": alliance.factory.address,
    }[where]
    call = (address, SALT, COMMITMENT, {"from": clinic})
    assert refusal(charges.post, *call) == ("RelationshipUnknown", address)
