"""What is read of tickets that never were, and of those whose time has passed."""

import pytest

from tests.alliance import NOBODY, at
from tests.functional.tickets.redemption import ISSUED, NONE, stored
from tests.signing import ZERO


@pytest.mark.parametrize("unknown", ["owner", "ticket"])
def test_an_unknown_ticket_is_empty(tickets, issued, ticket, alice, bob, unknown):
    owner, key = {"owner": (bob, ticket), "ticket": (alice, bob)}[unknown]
    assert stored(tickets, owner, key) == (NOBODY, 0, NONE, 0, ZERO)


def test_expiry_is_computed_and_leaves_the_status(tickets, issued, ticket, alice):
    before = stored(tickets, alice, ticket)
    at(issued[2])
    assert stored(tickets, alice, ticket) == before
    assert before[2] == ISSUED
