"""`lockTicket`: by its service alone, and what is locked stays unredeemed (R23, P32)."""

import pytest

from tests.alliance import at, now, told
from tests.functional.tickets.redemption import CANCELLED, ISSUED, LOCKED, REDEEMED, stored


def test_a_lock_is_told_and_stored(tickets, issued, ticket, alice, clinic):
    at(now() + 60)
    tx = tickets.lockTicket(alice, ticket, {"from": clinic})
    changed = {"owner": alice, "ticket": ticket, "status": LOCKED}
    assert told(tx) == [("TicketChanged", changed)]
    assert stored(tickets, alice, ticket) == (clinic, issued[2], LOCKED, now(), issued[3])


def test_p22_a_second_lock_changes_nothing(tickets, issued, ticket, alice, clinic):
    tickets.lockTicket(alice, ticket, {"from": clinic})
    before = stored(tickets, alice, ticket)
    at(now() + 60)
    assert told(tickets.lockTicket(alice, ticket, {"from": clinic})) == []
    assert stored(tickets, alice, ticket) == before


@pytest.mark.parametrize("status", [REDEEMED, CANCELLED])
def test_a_dead_ticket_is_not_locked(tickets, refusal, settle, ticket, alice, clinic, status):
    settle(status)
    dead = ("TicketStatusInvalid", status)
    assert refusal(tickets.lockTicket, alice, ticket, {"from": clinic}) == dead


def test_only_its_service_locks_a_ticket(
    tickets, issued, refusal, ticket, alice, mallory, dr_wang, hospital
):
    for caller in (alice, mallory, dr_wang, hospital, ticket):
        denied = ("CallerNotAllowed", caller)
        assert refusal(tickets.lockTicket, alice, ticket, {"from": caller}) == denied


def test_another_institution_does_not_lock_what_is_locked(
    tickets, refusal, settle, ticket, alice, hospital
):
    settle(LOCKED)
    denied = ("CallerNotAllowed", hospital)
    assert refusal(tickets.lockTicket, alice, ticket, {"from": hospital}) == denied


@pytest.mark.parametrize("unknown", ["owner", "ticket"])
def test_an_unknown_ticket_has_no_service_that_locks_it(
    tickets, issued, refusal, ticket, alice, bob, clinic, unknown
):
    call = {"owner": (bob, ticket), "ticket": (alice, bob)}[unknown]
    denied = ("CallerNotAllowed", clinic)
    assert refusal(tickets.lockTicket, *call, {"from": clinic}) == denied


@pytest.mark.parametrize("event", ["stop", "suspend"])
def test_p41_nothing_blocks_a_lock(tickets, issued, ticket, request, alice, clinic, event):
    request.getfixturevalue(event)()
    tickets.lockTicket(alice, ticket, {"from": clinic})
    assert tickets.ticketOf(alice, ticket)["status"] == LOCKED


def test_a_lock_can_be_relayed(alliance, tickets, issued, ticket, alice, clinic, relay):
    alliance.relay(relay, clinic, tickets.lockTicket, alice, ticket)
    assert tickets.ticketOf(alice, ticket)["status"] == LOCKED


def test_a_lock_is_of_one_ticket(tickets, issued, ticket, alice, bob, relay, clinic):
    tickets.issueTicket(relay, *issued[1:], {"from": alice})
    tickets.issueTicket(*issued, {"from": bob})
    tickets.lockTicket(alice, ticket, {"from": clinic})
    assert tickets.ticketOf(alice, relay)["status"] == ISSUED
    assert tickets.ticketOf(bob, ticket)["status"] == ISSUED
