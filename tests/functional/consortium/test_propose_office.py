"""`proposeOffice`: insurer or researcher, one office for each account (R43, R44)."""

import pytest
from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told
from tests.functional.consortium.voting import INSURER, RESEARCHER, decide


@pytest.mark.parametrize(("office", "name"), [(INSURER, "医保局"), (RESEARCHER, "研究所")])
def test_an_office_is_told_with_its_parameters(consortium, lead, carol, office, name):
    tx = consortium.proposeOffice(carol, office, name, now() + DAY, {"from": lead})
    ((kind, opened),) = told(tx)
    assert (kind, opened["action"]) == ("ProposalOpened", 16)
    parameters = encode(["address", "uint8", "string"], [carol.address, office, name])
    assert opened["parameters"] == parameters


def test_nobody_holds_no_office(consortium, refusal, lead):
    call = (NOBODY, INSURER, "医保局", now() + DAY, {"from": lead})
    assert refusal(consortium.proposeOffice, *call) == ("ConsortiumOfficeInvalid", NOBODY, 0)


def test_no_office_is_no_appointment(consortium, refusal, lead, carol):
    call = (carol.address, 0, "医保局", now() + DAY, {"from": lead})
    assert refusal(consortium.proposeOffice, *call) == ("ConsortiumOfficeInvalid", carol, 0)


@pytest.mark.parametrize("who", ["lead", "invited", "suspended", "expelled"])
def test_an_institution_holds_no_office(consortium, refusal, request, lead, who):
    """One expelled too: its seat stays, and its account may be admitted again."""
    institution = request.getfixturevalue(who)
    call = (institution.address, INSURER, "医保局", now() + DAY, {"from": lead})
    invalid = ("ConsortiumOfficeInvalid", institution, 0)
    assert refusal(consortium.proposeOffice, *call) == invalid


@pytest.mark.parametrize(("held", "office"), [(INSURER, INSURER), (RESEARCHER, INSURER)])
def test_who_holds_an_office_is_given_no_other(
    alliance, consortium, refusal, lead, carol, held, office
):
    decide(alliance, consortium.proposeOffice, carol, held, "第一")
    call = (carol.address, office, "第二", now() + DAY, {"from": lead})
    assert refusal(consortium.proposeOffice, *call) == ("ConsortiumOfficeInvalid", carol, held)
