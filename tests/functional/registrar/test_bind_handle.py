"""`bindHandle`: a person has several identifiers (R01, P20)."""

import pytest

from tests.alliance import HANDLE, NOBODY, padded, told
from tests.functional.registrar.replacement import merge
from tests.signing import ZERO, digest


@pytest.mark.parametrize("who", ["alice", "dr_li", "hospital"])
def test_a_further_handle_is_told_and_leads_to_the_account(registrar, request, clinic, who):
    account = request.getfixturevalue(who)
    tx = registrar.bindHandle(HANDLE, account, {"from": clinic})
    bound = {"institution": clinic, "handle": HANDLE, "account": account}
    assert told(tx) == [("HandleBound", bound)]
    assert registrar.accountOf(clinic, HANDLE) == account
    assert registrar.summaryOfHandle(clinic, HANDLE) == registrar.summaryOf(account)


def test_the_first_handle_stays(registrar, alice, clinic):
    registrar.bindHandle(HANDLE, alice, {"from": clinic})
    assert registrar.accountOf(clinic, digest("handle", alice.address)) == alice


def test_a_chart_has_further_handles_too(registrar, signed, carol, clinic):
    registrar.openChart(padded(clinic), *signed, {"from": clinic})
    registrar.bindHandle(digest("phone"), carol, {"from": clinic})
    assert registrar.accountOf(clinic, digest("phone")) == carol


def test_binding_can_be_relayed(alliance, registrar, alice, clinic, relay):
    tx = alliance.relay(relay, clinic, registrar.bindHandle, HANDLE, alice)
    assert tx.events["HandleBound"]["institution"] == clinic
    assert registrar.accountOf(clinic, HANDLE) == alice


def test_only_an_active_institution_binds(registrar, refusal, alice, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    call = (HANDLE, alice.address, {"from": no_institution})
    assert refusal(registrar.bindHandle, *call) == denied


@pytest.mark.parametrize(("who", "certification"), [("mallory", 0), ("applied", 1), ("alice", 4)])
def test_a_handle_is_bound_to_an_account_in_use(
    alliance, registrar, refusal, request, clinic, bob, who, certification
):
    account = request.getfixturevalue(who)
    if who == "alice":
        merge(alliance, clinic, account, bob)
    invalid = ("RegistrarPersonInvalid", account, certification)
    assert refusal(registrar.bindHandle, HANDLE, account.address, {"from": clinic}) == invalid


def test_a_handle_is_bound_to_somebody(registrar, refusal, clinic):
    invalid = ("RegistrarPersonInvalid", NOBODY, 0)
    assert refusal(registrar.bindHandle, HANDLE, NOBODY, {"from": clinic}) == invalid


def test_a_handle_is_not_zero(registrar, refusal, alice, clinic):
    taken = ("RegistrarHandleTaken", ZERO)
    assert refusal(registrar.bindHandle, ZERO, alice.address, {"from": clinic}) == taken


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_bound_handle_is_released_first(registrar, refusal, request, alice, clinic, who):
    handle = digest("handle", alice.address)
    account = request.getfixturevalue(who).address
    taken = ("RegistrarHandleTaken", handle)
    assert refusal(registrar.bindHandle, handle, account, {"from": clinic}) == taken


def test_t17_nobody_squats_on_the_handle_of_another_institution(
    registrar, alice, bob, clinic, hospital
):
    handle = digest("handle", alice.address)
    registrar.bindHandle(handle, bob, {"from": hospital})
    assert registrar.accountOf(hospital, handle) == bob
    assert registrar.accountOf(clinic, handle) == alice
