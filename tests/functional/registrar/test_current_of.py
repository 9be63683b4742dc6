"""`currentOf`: the last account in a row of replacements, and what asks for it."""

import pytest

from tests.alliance import NOBODY, PATIENT
from tests.functional.registrar.replacement import merge, recover
from tests.signing import digest


@pytest.fixture
def row(alliance, alice, bob, carol, clinic, hospital, dr_li, dr_chen):
    """Alice's account, the one that it was merged into, and the one that was recovered for it."""
    alliance.register(carol, clinic, PATIENT)
    merge(alliance, hospital, alice, bob)
    recover(alliance, bob, carol, [dr_li, dr_chen])
    return [alice, bob, carol]


@pytest.mark.parametrize("who", ["alice", "dr_wang", "clinic", "mallory"])
def test_who_was_never_replaced_is_current(registrar, request, who):
    account = request.getfixturevalue(who)
    assert registrar.currentOf(account) == account


def test_nobody_is_nobody(registrar):
    assert registrar.currentOf(NOBODY) == NOBODY


def test_everybody_in_a_row_is_the_last_one_today(registrar, row):
    assert [registrar.currentOf(account) for account in row] == [row[2]] * 3


def test_every_handle_in_a_row_leads_to_the_last_account(registrar, row, clinic, hospital):
    houses = (clinic, hospital, clinic)
    for account, house in zip(row, houses, strict=True):
        handle = digest("handle", account.address)
        assert registrar.accountOf(house, handle) == row[2]
        assert registrar.summaryOfHandle(house, handle) == registrar.summaryOf(row[2])


def test_only_the_last_account_has_a_summary(registrar, row):
    assert [registrar.summaryOf(account) == NOBODY for account in row] == [True, True, False]


def test_others_are_not_replaced_with_it(registrar, row, dr_wang):
    assert registrar.currentOf(dr_wang) == dr_wang
