"""`cancelTicket`: at any time, whether or not the ticket was issued (R23, P22)."""

import pytest

from tests.alliance import NOBODY, at, now, told
from tests.functional.tickets.redemption import CANCELLED, ISSUED, LOCKED, REDEEMED, stored
from tests.signing import ZERO


@pytest.mark.parametrize("before", [ISSUED, LOCKED])
def test_a_cancellation_is_told_and_stored(tickets, issued, settle, ticket, alice, clinic, before):
    if before == LOCKED:
        settle(LOCKED)
    at(now() + 60)
    tx = tickets.cancelTicket(ticket, {"from": alice})
    changed = {"owner": alice, "ticket": ticket, "status": CANCELLED}
    assert told(tx) == [("TicketChanged", changed)]
    assert stored(tickets, alice, ticket) == (clinic, issued[2], CANCELLED, now(), issued[3])


def test_p22_a_cancellation_before_the_issue_leaves_a_tombstone(tickets, ticket, alice):
    tx = tickets.cancelTicket(ticket, {"from": alice})
    changed = {"owner": alice, "ticket": ticket, "status": CANCELLED}
    assert told(tx) == [("TicketChanged", changed)]
    assert stored(tickets, alice, ticket) == (NOBODY, 0, CANCELLED, now(), ZERO)


@pytest.mark.parametrize("status", [CANCELLED, REDEEMED])
def test_p22_a_cancellation_of_what_is_dead_changes_nothing(tickets, settle, ticket, alice, status):
    settle(status)
    before = stored(tickets, alice, ticket)
    at(now() + 60)
    assert told(tickets.cancelTicket(ticket, {"from": alice})) == []
    assert stored(tickets, alice, ticket) == before
    assert before[2] == status


def test_nobody_cancels_the_ticket_of_another(tickets, issued, ticket, alice, mallory, clinic):
    for caller in (mallory, clinic, ticket):
        tickets.cancelTicket(ticket, {"from": caller})
        assert tickets.ticketOf(alice, ticket)["status"] == ISSUED
        assert tickets.ticketOf(caller, ticket)["status"] == CANCELLED


@pytest.mark.parametrize("event", ["stop", "suspend"])
def test_p41_nothing_blocks_a_cancellation(tickets, issued, ticket, request, alice, event):
    request.getfixturevalue(event)()
    tickets.cancelTicket(ticket, {"from": alice})
    assert tickets.ticketOf(alice, ticket)["status"] == CANCELLED


def test_an_expired_ticket_is_cancelled(tickets, issued, ticket, alice):
    at(issued[2])
    tickets.cancelTicket(ticket, {"from": alice})
    assert tickets.ticketOf(alice, ticket)["status"] == CANCELLED


def test_a_cancellation_can_be_relayed(alliance, tickets, issued, ticket, alice, relay):
    alliance.relay(relay, alice, tickets.cancelTicket, ticket)
    assert tickets.ticketOf(alice, ticket)["status"] == CANCELLED
    assert tickets.ticketOf(relay, ticket)["status"] == 0


def test_p22_a_relayed_cancellation_of_what_is_dead_changes_nothing(
    alliance, tickets, settle, ticket, alice, relay
):
    settle(REDEEMED)
    tx = alliance.relay(relay, alice, tickets.cancelTicket, ticket)
    assert [name for name, _ in told(tx)] == ["CallForwarded"]
    assert tickets.ticketOf(alice, ticket)["status"] == REDEEMED


def test_a_cancellation_is_of_one_ticket(tickets, issued, ticket, alice, relay):
    tickets.issueTicket(relay, *issued[1:], {"from": alice})
    tickets.cancelTicket(ticket, {"from": alice})
    assert tickets.ticketOf(alice, relay)["status"] == ISSUED
