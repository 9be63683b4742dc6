"""`proposeRegulator` and `proposeRegulatorRemoval`: in when out, out when in."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told

NAME = "卫生健康委员会"


@pytest.fixture
def admitted(alliance, consortium, founders, regulator):
    """A regulator that was voted in."""
    proposed = consortium.proposeRegulator(regulator, NAME, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])
    return regulator


def test_an_admission_is_told_with_its_parameters(consortium, lead, regulator):
    tx = consortium.proposeRegulator(regulator, NAME, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 5)
    assert opened["parameters"] == encode(["address", "string"], [regulator.address, NAME])


def test_a_removal_is_told_with_its_parameters(consortium, lead, admitted):
    tx = consortium.proposeRegulatorRemoval(admitted, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 6)
    assert opened["parameters"] == encode(["address"], [admitted.address])


def test_who_is_admitted_is_not_admitted_again(consortium, refusal, lead, admitted):
    call = (admitted.address, NAME, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeRegulator, *call) == ("ConsortiumRegulatorInvalid", admitted)


def test_nobody_is_no_regulator(consortium, refusal, lead):
    call = (NOBODY, NAME, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeRegulator, *call) == ("ConsortiumRegulatorInvalid", NOBODY)


def test_who_was_never_admitted_is_not_removed(consortium, refusal, lead, regulator):
    call = (regulator.address, now() + DAY, {"from": lead})
    invalid = ("ConsortiumRegulatorInvalid", regulator)
    assert refusal(consortium.proposeRegulatorRemoval, *call) == invalid
