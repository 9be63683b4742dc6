"""`proposeOfficeEnd`: of an account that holds one."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, now, told
from tests.functional.consortium.voting import INSURER, RESEARCHER, decide


@pytest.mark.parametrize("office", [INSURER, RESEARCHER])
def test_an_end_is_told_with_its_parameters(alliance, consortium, lead, carol, office):
    decide(alliance, consortium.proposeOffice, carol, office, "某")
    tx = consortium.proposeOfficeEnd(carol, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 17)
    assert opened["parameters"] == encode(["address"], [carol.address])


def test_who_holds_no_office_loses_none(consortium, refusal, lead, mallory):
    call = (mallory.address, now() + DAY, {"from": lead})
    invalid = ("ConsortiumOfficeInvalid", mallory, 0)
    assert refusal(consortium.proposeOfficeEnd, *call) == invalid


def test_who_lost_an_office_does_not_lose_it_again(alliance, consortium, refusal, lead, carol):
    decide(alliance, consortium.proposeOffice, carol, INSURER, "医保局")
    decide(alliance, consortium.proposeOfficeEnd, carol)
    call = (carol.address, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeOfficeEnd, *call) == ("ConsortiumOfficeInvalid", carol, 0)
