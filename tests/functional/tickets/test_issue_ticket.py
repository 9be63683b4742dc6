"""`issueTicket`: only a patient, once for each ticket key, at an Active institution (R23)."""

import pytest

from tests.alliance import DAY, KEY, NOBODY, PATIENT, now, told
from tests.functional.tickets.redemption import CANCELLED, ISSUED, LOCKED, REDEEMED, stored
from tests.signing import digest


def test_an_issue_is_told_and_stored(tickets, offer, ticket, alice, clinic):
    tx = tickets.issueTicket(*offer, {"from": alice})
    issued = {"owner": alice, "ticket": ticket, "service": clinic}
    issued |= {"expiresAt": offer[2], "content": offer[3]}
    assert told(tx) == [("TicketIssued", issued)]
    assert stored(tickets, alice, ticket) == (clinic, offer[2], ISSUED, now(), offer[3])


def test_an_issue_can_be_relayed(alliance, tickets, offer, ticket, alice, relay):
    alliance.relay(relay, alice, tickets.issueTicket, *offer)
    assert tickets.ticketOf(alice, ticket)["status"] == ISSUED


def test_only_a_certified_patient_issues(
    registrar, tickets, offer, refusal, mallory, carol, dr_wang, clinic
):
    registrar.applyFor(PATIENT, 1, KEY, {"from": carol})
    for caller in (mallory, carol, dr_wang, clinic):
        denied = ("CallerNotPatient", caller)
        assert refusal(tickets.issueTicket, *offer, {"from": caller}) == denied


def test_a_ticket_is_issued_once(tickets, issued, refusal, alice):
    taken = ("TicketStatusInvalid", ISSUED)
    assert refusal(tickets.issueTicket, *issued, {"from": alice}) == taken


@pytest.mark.parametrize("status", [REDEEMED, LOCKED, CANCELLED])
def test_a_dead_ticket_is_not_issued_anew(tickets, issued, refusal, settle, alice, status):
    settle(status)
    dead = ("TicketStatusInvalid", status)
    assert refusal(tickets.issueTicket, *issued, {"from": alice}) == dead


def test_t34_a_tombstone_meets_the_issue(tickets, offer, refusal, ticket, alice):
    tickets.cancelTicket(ticket, {"from": alice})
    dead = ("TicketStatusInvalid", CANCELLED)
    assert refusal(tickets.issueTicket, *offer, {"from": alice}) == dead


def test_the_expiry_is_in_the_future(tickets, offer, refusal, alice):
    key, service, _, content = offer
    for expires_at in (0, now() - 1, now()):
        call = (key, service, expires_at, content, {"from": alice})
        assert refusal(tickets.issueTicket, *call) == ("TicketExpired", expires_at)


def test_any_expiry_in_the_future_is_taken(tickets, offer, alice):
    for expires_at in (now() + 1, 2**40 - 1):
        tickets.issueTicket.call(*offer[:2], expires_at, offer[3], {"from": alice})


def test_the_service_is_an_active_institution(tickets, offer, refusal, alice, mallory, dr_wang):
    for service in (mallory, alice, dr_wang):
        call = (offer[0], service, *offer[2:], {"from": alice})
        assert refusal(tickets.issueTicket, *call) == ("TicketServiceInvalid", service)


def test_a_suspended_institution_is_no_service(tickets, offer, refusal, suspend, alice, clinic):
    suspend()
    invalid = ("TicketServiceInvalid", clinic)
    assert refusal(tickets.issueTicket, *offer, {"from": alice}) == invalid


def test_a_stopped_alliance_has_no_service(tickets, offer, refusal, stop, alice, clinic):
    stop()
    invalid = ("TicketServiceInvalid", clinic)
    assert refusal(tickets.issueTicket, *offer, {"from": alice}) == invalid


def test_t10_nobody_is_no_ticket(tickets, offer, refusal, alice, clinic):
    call = (NOBODY, *offer[1:], {"from": alice})
    assert refusal(tickets.issueTicket, *call) == ("TicketServiceInvalid", clinic)


def test_t21_who_issues_the_same_key_first_takes_nothing(
    tickets, offer, ticket, alice, bob, hospital
):
    others = (offer[0], hospital, now() + 2 * DAY, digest("something else"))
    tickets.issueTicket(*others, {"from": bob})
    tickets.issueTicket(*offer, {"from": alice})
    assert tickets.ticketOf(bob, ticket)["service"] == hospital
    assert tickets.ticketOf(alice, ticket)["service"] == offer[1]


def test_an_owner_has_several_tickets(tickets, issued, ticket, relay, alice):
    tickets.issueTicket(relay, *issued[1:], {"from": alice})
    for key in (ticket, relay):
        assert tickets.ticketOf(alice, key)["status"] == ISSUED
