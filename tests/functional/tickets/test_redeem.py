"""`redeem`: once, by its service alone, with the ticket key's own signature (R23, P32, T21)."""

import pytest
from brownie import reverts

from tests.alliance import HOUR, NOBODY, at, now, told
from tests.functional.tickets.redemption import CANCELLED, ISSUED, LOCKED, REDEEMED, stored
from tests.signing import malleated


def test_a_redemption_is_told_and_stored(tickets, redemption, issued, ticket, alice, clinic):
    at(now() + 60)
    tx = tickets.redeem(*redemption.signed, {"from": clinic})
    changed = {"owner": alice, "ticket": ticket, "status": REDEEMED}
    assert told(tx) == [("TicketChanged", changed)]
    assert stored(tickets, alice, ticket) == (clinic, issued[2], REDEEMED, now(), issued[3])


def test_a_redemption_can_be_relayed(alliance, tickets, redemption, ticket, alice, clinic, relay):
    alliance.relay(relay, clinic, tickets.redeem, *redemption.signed)
    assert tickets.ticketOf(alice, ticket)["status"] == REDEEMED


def test_p32_a_ticket_is_redeemed_once(tickets, redemption, refusal, clinic):
    tickets.redeem(*redemption.signed, {"from": clinic})
    later = redemption.but(deadline=redemption.deadline + 1)
    for signed in (redemption.signed, later.signed):
        dead = ("TicketStatusInvalid", REDEEMED)
        assert refusal(tickets.redeem, *signed, {"from": clinic}) == dead


@pytest.mark.parametrize("status", [LOCKED, CANCELLED])
def test_a_dead_ticket_is_not_redeemed(tickets, redemption, refusal, settle, clinic, status):
    settle(status)
    dead = ("TicketStatusInvalid", status)
    assert refusal(tickets.redeem, *redemption.signed, {"from": clinic}) == dead


def test_t21_the_attackers_earlier_copy_reverts_and_the_service_redeems(
    tickets, redemption, ticket, alice, hospital, clinic
):
    signed = redemption.signed
    with reverts():
        tickets.redeem(*signed, {"from": hospital})
    assert tickets.ticketOf(alice, ticket)["status"] == ISSUED
    tickets.redeem(*signed, {"from": clinic})
    assert tickets.ticketOf(alice, ticket)["status"] == REDEEMED


@pytest.mark.parametrize("copy", ["as it is", "renamed", "signed anew"])
def test_t21_another_institution_gets_nothing_from_a_copy(
    tickets, redemption, refusal, hospital, copy
):
    own = redemption.but(redeemer=hospital)
    signed = {
        "as it is": redemption.signed,
        "renamed": (own.terms, redemption.signature),
        "signed anew": own.signed,
    }[copy]
    denied = ("CallerNotAllowed", hospital)
    assert refusal(tickets.redeem, *signed, {"from": hospital}) == denied


def test_t21_only_an_institution_redeems(
    tickets, redemption, refusal, mallory, alice, dr_wang, ticket
):
    for caller in (mallory, alice, dr_wang, ticket):
        denied = ("CallerNotInstitution", caller)
        assert refusal(tickets.redeem, *redemption.signed, {"from": caller}) == denied


def test_a_suspended_service_redeems_nothing(tickets, redemption, refusal, suspend, clinic):
    suspend()
    denied = ("CallerNotInstitution", clinic)
    assert refusal(tickets.redeem, *redemption.signed, {"from": clinic}) == denied


def test_a_stopped_alliance_redeems_nothing(tickets, redemption, refusal, stop, clinic):
    stop()
    denied = ("CallerNotInstitution", clinic)
    assert refusal(tickets.redeem, *redemption.signed, {"from": clinic}) == denied


def test_a_redemption_names_its_redeemer(tickets, redemption, refusal, hospital, clinic):
    misnamed = redemption.but(redeemer=hospital)
    denied = ("CallerNotAllowed", clinic)
    assert refusal(tickets.redeem, *misnamed.signed, {"from": clinic}) == denied


@pytest.mark.parametrize("field", ["owner", "ticket"])
def test_an_unknown_ticket_has_no_service(tickets, redemption, refusal, mallory, clinic, field):
    unknown = redemption.but(**{field: mallory})
    denied = ("CallerNotAllowed", clinic)
    assert refusal(tickets.redeem, *unknown.signed, {"from": clinic}) == denied


def test_a_ticket_is_redeemed_until_its_last_second(tickets, issued, redemption, refusal, clinic):
    call = (*redemption.but(deadline=2**48 - 1).signed, {"from": clinic})
    at(issued[2] - 1)
    tickets.redeem.call(*call)
    at(issued[2])
    assert refusal(tickets.redeem, *call) == ("TicketExpired", issued[2])


def test_a_signature_holds_until_its_deadline_and_not_after(tickets, redemption, refusal, clinic):
    at(redemption.deadline)
    tickets.redeem.call(*redemption.signed, {"from": clinic})
    at(redemption.deadline + 1)
    passed = ("TicketExpired", redemption.deadline)
    assert refusal(tickets.redeem, *redemption.signed, {"from": clinic}) == passed


def test_a_redemption_counts_for_one_owner(tickets, issued, redemption, refusal, bob, clinic):
    tickets.issueTicket(*issued, {"from": bob})
    call = (redemption.but(owner=bob).terms, redemption.signature, {"from": clinic})
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    assert refusal(tickets.redeem, *call) == invalid


def test_a_redemption_counts_for_one_ticket(
    tickets, issued, redemption, refusal, alice, relay, clinic
):
    tickets.issueTicket(relay, *issued[1:], {"from": alice})
    call = (redemption.but(ticket=relay).terms, redemption.signature, {"from": clinic})
    assert refusal(tickets.redeem, *call) == ("TicketSignatureInvalid", relay)


@pytest.mark.parametrize("field", ["redeemer", "deadline"])
def test_another_redemption_than_the_signed_one_is_refused(
    tickets, redemption, refusal, hospital, clinic, field
):
    wrong = {"redeemer": hospital, "deadline": redemption.deadline - HOUR // 2}
    signature = redemption.but(**{field: wrong[field]}).signature
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    assert refusal(tickets.redeem, redemption.terms, signature, {"from": clinic}) == invalid


def test_t09_a_signature_for_another_domain_is_refused(
    alliance, tickets, redemption, refusal, clinic
):
    wrong = {"name": "Chartkey", "version": "2", "contract": alliance.registrar.address}
    wrong["chain_id"] = alliance.chain_id + 1
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    for field, value in wrong.items():
        call = (redemption.terms, redemption.but(**{field: value}).signature, {"from": clinic})
        assert refusal(tickets.redeem, *call) == invalid, field


def test_nobody_signs_for_the_ticket(tickets, redemption, refusal, alice, clinic, mallory):
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    for other in (alice, clinic, mallory):
        call = (redemption.terms, redemption.signed_by(other), {"from": clinic})
        assert refusal(tickets.redeem, *call) == invalid


def test_t10_the_high_s_twin_of_a_signature_is_refused(tickets, redemption, refusal, clinic):
    twin = malleated(redemption.signature)
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    assert refusal(tickets.redeem, redemption.terms, twin, {"from": clinic}) == invalid


def test_t10_an_empty_signature_is_refused(tickets, redemption, refusal, clinic):
    invalid = ("TicketSignatureInvalid", redemption.ticket)
    for signature in (b"", bytes(64), bytes(65), bytes(64) + b"\x1b"):
        call = (redemption.terms, signature, {"from": clinic})
        assert refusal(tickets.redeem, *call) == invalid


def test_t10_nobody_signs_for_the_zero_address(tickets, redemption, refusal, clinic):
    owner, _, *rest = redemption.terms
    for signature in (b"", bytes(65), bytes(64) + b"\x1b"):
        call = ((owner, NOBODY, *rest), signature, {"from": clinic})
        assert refusal(tickets.redeem, *call) == ("CallerNotAllowed", clinic)
