"""`certify`: only an Active institution, only who applied."""

import pytest

from tests.alliance import CLINICIAN, HANDLE, KEY, now, told
from tests.signing import digest


def test_a_certified_person_gets_handle_and_summary(registrar, applied, clinic):
    tx = registrar.certify(applied, HANDLE, {"from": clinic})
    summary = registrar.summaryOf(applied)
    certified = {"account": applied, "institution": clinic, "handle": HANDLE, "summary": summary}
    assert told(tx) == [("SummaryOpened", {"owner": applied}), ("PersonCertified", certified)]
    assert registrar.personOf(applied) == (1, 2, 0, clinic, 1, now())
    assert registrar.accountOf(clinic, HANDLE) == applied


def test_a_certified_clinician_has_an_active_licence(registrar, carol, clinic):
    registrar.applyFor(CLINICIAN, 1, KEY, {"from": carol})
    registrar.certify(carol, HANDLE, {"from": clinic})
    assert registrar.personOf(carol)["licence"] == 1


def test_only_an_active_institution_certifies(registrar, refusal, applied, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    assert refusal(registrar.certify, applied, HANDLE, {"from": no_institution}) == denied


@pytest.mark.parametrize(("who", "certification"), [("mallory", 0), ("alice", 2), ("lead", 2)])
def test_only_who_applied_is_certified(registrar, refusal, request, clinic, who, certification):
    account = request.getfixturevalue(who)
    invalid = ("RegistrarPersonInvalid", account, certification)
    assert refusal(registrar.certify, account, HANDLE, {"from": clinic}) == invalid


@pytest.mark.parametrize("handle", ["zero", "taken"])
def test_a_handle_is_free_and_not_zero(registrar, refusal, applied, alice, clinic, handle):
    value = {"zero": bytes(32), "taken": digest("handle", alice.address)}[handle]
    taken = ("RegistrarHandleTaken", value)
    assert refusal(registrar.certify, applied, value, {"from": clinic}) == taken
