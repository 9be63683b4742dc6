"""`replace`: guardians recover an account; nobody else has one replaced (R06, P31)."""

from types import SimpleNamespace

import pytest

from tests.alliance import CLINICIAN, KEY, NOBODY, PATIENT, REVOKED, decoded_error, told
from tests.functional.registrar.replacement import merge, ready_to_recover, recover
from tests.signing import digest

CERTIFIED, REPLACED = 2, 4


@pytest.fixture
def recovery(alliance):
    """The recovery contract, as a caller."""
    return SimpleNamespace(address=alliance.contracts["Recovery"].address)


@pytest.fixture
def guardians(bob, dr_li):
    """Alice's, or Dr Wang's."""
    return [bob, dr_li]


@pytest.fixture
def recovered(alliance, alice, carol, clinic, guardians):
    """Alice, whose place Carol's account took."""
    alliance.register(carol, clinic, PATIENT)
    recover(alliance, alice, carol, guardians)
    return alice


def test_the_registrar_knows_who_recovers(alliance, registrar):
    assert registrar.recovery() == alliance.contracts["Recovery"]


def test_p31_what_guardians_recover_is_replaced(
    alliance, registrar, alice, carol, clinic, guardians
):
    alliance.register(carol, clinic, PATIENT)
    before = registrar.personOf(alice)
    tx = recover(alliance, alice, carol, guardians)
    replaced = {"account": alice, "successor": carol, "by": registrar.recovery()}
    assert told(tx)[-1] == ("AccountReplaced", replaced)
    assert registrar.personOf(alice) == (PATIENT, REPLACED, *before[2:])
    assert registrar.personOf(carol)["certification"] == CERTIFIED
    assert registrar.currentOf(alice) == carol


def test_handles_lead_to_the_successor(registrar, recovered, carol, clinic):
    handle = digest("handle", recovered.address)
    assert registrar.accountOf(clinic, handle) == carol
    assert registrar.summaryOfHandle(clinic, handle) == registrar.summaryOf(carol) != NOBODY
    assert registrar.summaryOf(recovered) == NOBODY


def test_a_recovered_clinician_has_no_licence(
    alliance, registrar, places, clinic, dr_wang, dr_chen, guardians
):
    recover(alliance, dr_wang, dr_chen, guardians)
    assert registrar.personOf(dr_wang)[:3] == (CLINICIAN, REPLACED, REVOKED)
    assert registrar.isClinicianActive(dr_wang, places.clinic_ward) == (False, clinic)


def test_the_licence_of_who_was_replaced_stays_revoked(
    alliance, registrar, refusal, clinic, dr_wang, dr_chen
):
    merge(alliance, clinic, dr_wang, dr_chen)
    gone = ("RegistrarNotClinician", dr_wang)
    assert refusal(registrar.setLicence, dr_wang.address, 1, {"from": clinic}) == gone


@pytest.mark.parametrize(
    "who", ["alice", "bob", "dr_wang", "clinic", "lead", "mallory", "newcomer"]
)
def test_only_the_recovery_contract_replaces(registrar, refusal, request, alice, bob, who):
    account = request.getfixturevalue(who)
    denied = ("RegistrarNotRecovery", account)
    assert refusal(registrar.replace, alice.address, bob.address, {"from": account}) == denied


def test_t25_not_even_who_owns_the_account_replaces_it_through_a_relay(
    alliance, registrar, forwarder, refusal, alice, bob, relay
):
    request = alliance.request(alice, registrar.replace, alice, bob)
    denied = ("RegistrarNotRecovery", forwarder.address)
    call = (*alliance.forwarded(alice, request), {"from": relay})
    assert refusal(forwarder.execute, *call) == denied


def test_t25_not_even_the_forwarder_speaks_for_the_recovery_contract(
    registrar, forwarder, recovery, alice, bob
):
    from brownie import web3

    data = registrar.replace.encode_input(alice, bob) + recovery.address[2:]
    sent = {"from": forwarder.address, "to": registrar.address, "data": data}
    answer = web3.provider.make_request("eth_call", [sent, "latest"])
    assert decoded_error(answer["error"]) == ("RegistrarNotRecovery", forwarder.address)


@pytest.mark.parametrize(
    ("account", "successor"),
    [
        ("alice", "alice"),
        ("alice", "dr_li"),
        ("dr_li", "alice"),
        ("hospital", "lead"),
        ("alice", "mallory"),
        ("mallory", "alice"),
        ("alice", "applied"),
        ("applied", "alice"),
    ],
)
def test_both_are_accounts_of_one_role_and_in_use(
    registrar, refusal, request, recovery, account, successor
):
    account, successor = (request.getfixturevalue(who) for who in (account, successor))
    invalid = ("RegistrarReplacementInvalid", account, successor)
    call = (account.address, successor.address, {"from": recovery})
    assert refusal(registrar.replace, *call) == invalid


def test_a_recovery_to_an_account_that_nobody_certified_changes_nothing(
    alliance, registrar, refusal, alice, mallory, guardians
):
    waiting = ready_to_recover(alliance, alice, mallory, guardians)
    invalid = ("RegistrarReplacementInvalid", alice, mallory)
    assert refusal(waiting.completeRecovery, alice.address, {"from": mallory}) == invalid
    assert registrar.currentOf(alice) == alice


def test_a_merged_account_is_not_recovered_too(alliance, refusal, alice, bob, carol, clinic, lead):
    alliance.register(carol, clinic, PATIENT)
    waiting = ready_to_recover(alliance, alice, carol, [bob, lead])
    merge(alliance, clinic, alice, bob)
    invalid = ("RegistrarReplacementInvalid", alice, carol)
    assert refusal(waiting.completeRecovery, alice.address, {"from": bob}) == invalid


def test_who_was_replaced_publishes_no_key(registrar, refusal, recovered):
    gone = ("RegistrarPersonInvalid", recovered, REPLACED)
    assert refusal(registrar.publishKey, 1, KEY, {"from": recovered}) == gone


def test_who_was_replaced_publishes_no_demographics(registrar, refusal, recovered):
    gone = ("RegistrarPersonInvalid", recovered, REPLACED)
    call = (digest("demographics"), b"locator", {"from": recovered})
    assert refusal(registrar.publishDemographics, *call) == gone


def test_who_was_replaced_does_not_apply_again(registrar, refusal, recovered):
    gone = ("RegistrarPersonInvalid", recovered, REPLACED)
    assert refusal(registrar.applyFor, PATIENT, 1, KEY, {"from": recovered}) == gone


def test_who_was_replaced_proposes_no_relationship(
    alliance, factory, refusal, recovered, hospital, lead
):
    opening = alliance.opening(recovered, hospital, lead)
    gone = ("RelationshipFactoryOwnerInvalid", recovered)
    assert refusal(factory.propose, opening, {"from": recovered}) == gone


def test_keys_of_who_was_replaced_stay_resolvable(registrar, recovered):
    assert bytes(registrar.keyHashOf(recovered, 1)) != bytes(32)
