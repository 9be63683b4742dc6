"""`mayAct`, `mayRead`, `mandateOf`: when a mandate holds, and what it reaches (R07)."""

import pytest

from tests.alliance import DAY, NOBODY, at, at_least
from tests.signing import ZERO

DECEASED = 3


@pytest.fixture
def holds(guardianship, alice, bob, relationship):
    """Whether Bob may act and whether he may read for Alice now."""

    def holds():
        acts = guardianship.mayAct(alice, bob, relationship)
        return (acts, guardianship.mayRead(alice, bob))

    return holds


def test_a_mandate_that_nobody_proposed_is_empty(stored, holds):
    assert stored() == (0, 0, 0, 0, NOBODY, ZERO)
    assert holds() == (False, False)


def test_a_mandate_holds_from_its_start_to_its_end(stored, confirmed, holds):
    starts_at, ends_at = stored()[2:4]
    seen = []
    for moment in (starts_at - 1, starts_at, ends_at - 1, ends_at):
        at(moment)
        seen.append(holds())
    assert seen == [(False, False), (True, True), (True, True), (False, False)]


def test_a_mandate_that_was_not_confirmed_never_holds(proposed, holds):
    at_least(4 * DAY)
    assert holds() == (False, False)


def test_an_objection_within_the_delay_keeps_it_from_holding(guardianship, confirmed, holds, alice):
    guardianship.revokeGuardian(*confirmed.pair, {"from": alice})
    at_least(4 * DAY)
    assert holds() == (False, False)


def test_a_mandate_holds_for_its_pair_alone(guardianship, confirmed, relationship, alice, bob):
    at_least(3 * DAY)
    for pair in ((bob, alice), (alice, alice), (bob, bob), (alice, NOBODY)):
        assert not guardianship.mayAct(*pair, relationship)
        assert not guardianship.mayRead(*pair)


def test_the_next_of_kin_only_reads(guardianship, mandate, holds, clinic, hospital):
    after_a_death = mandate.but(basis=DECEASED)
    guardianship.appoint(*after_a_death.terms, {"from": clinic})
    guardianship.confirm(*after_a_death.terms, {"from": hospital})
    at_least(3 * DAY)
    assert holds() == (False, True)


@pytest.mark.parametrize("name", ["Guardianship", "Recovery"])
def test_t25_no_guardian_appoints_another_or_recovers_an_account_in_the_wards_name(
    alliance, guardianship, confirmed, holds, name
):
    at_least(3 * DAY)
    assert holds() == (True, True)
    assert not guardianship.mayAct(*confirmed.pair, alliance.contracts[name])


def test_a_guardian_acts_on_every_other_contract(alliance, guardianship, confirmed):
    at_least(3 * DAY)
    reached = {n for n, c in alliance.contracts.items() if guardianship.mayAct(*confirmed.pair, c)}
    assert reached == set(alliance.contracts) - {"Guardianship", "Recovery"}


def test_a_guardians_account_that_was_replaced_acts_and_reads_no_more(
    guardianship, confirmed, holds, replaced, bob, hospital
):
    """Its key may be stolen: `IPersons` says that who is Replaced acts no more."""
    at_least(3 * DAY)
    assert holds() == (True, True)
    replaced(bob, hospital)
    assert holds() == (False, False)
