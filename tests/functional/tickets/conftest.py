"""A ticket of Alice's that the clinic serves, and every standing that it can have."""

import pytest

from tests.alliance import DAY, HOUR, SUSPEND, account, now
from tests.functional.tickets.redemption import CANCELLED, LOCKED, REDEEMED, Redemption
from tests.live import once
from tests.signing import digest

CONTENT = digest("salted commitment to what the ticket shows")


@pytest.fixture(scope=once("session"))
def tickets(alliance):
    """The contract."""
    return alliance.contracts["Tickets"]


@pytest.fixture(scope=once("session"))
def ticket():
    """The account of the key that follows from the link."""
    return account("a ticket's key")


@pytest.fixture
def offer(ticket, clinic):
    """The arguments of `issueTicket`."""
    return (ticket.address, clinic.address, now() + DAY, CONTENT)


@pytest.fixture
def issued(tickets, offer, alice):
    """The arguments that Alice issued the ticket with."""
    tickets.issueTicket(*offer, {"from": alice})
    return offer


@pytest.fixture
def redemption(alliance, tickets, ticket, issued, alice, clinic):
    """What the ticket key signs, for an hour."""
    place = (tickets.address, alliance.chain_id)
    return Redemption(*place, alice, ticket, clinic, now() + HOUR)


@pytest.fixture
def settle(tickets, ticket, redemption, alice, clinic):
    """Give the ticket its last status."""

    def settled(status):
        if status == REDEEMED:
            tickets.redeem(*redemption.signed, {"from": clinic})
        elif status == LOCKED:
            tickets.lockTicket(alice, ticket, {"from": clinic})
        else:
            assert status == CANCELLED
            tickets.cancelTicket(ticket, {"from": alice})

    return settled


@pytest.fixture
def stop(alliance, consortium, founders):
    """Stop the alliance for a day."""

    def stopped():
        proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
        alliance.carry(proposed, founders[:3])

    return stopped


@pytest.fixture
def suspend(alliance, founders):
    """Suspend the clinic."""
    return lambda: alliance.stand(founders[3], SUSPEND, founders[:3])
