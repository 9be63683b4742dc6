"""`nameGuardians`: the first count at once, others after the delay in force (R06, T25)."""

import pytest

from tests.alliance import DAY, HOUR, KEY, NOBODY, PATIENT, account, at, now, padded, told
from tests.functional.recovery.circles import Circle
from tests.signing import ZERO, digest


def test_the_first_guardians_are_told_and_count_at_once(recovery, circle, circle_in_force, alice):
    tx = recovery.nameGuardians(*circle.terms, {"from": alice})
    named = {"account": alice, "root": circle.root, "threshold": 2, "size": 3}
    named |= {"delay": 2 * DAY, "since": now()}
    assert told(tx) == [("GuardiansNamed", named)]
    assert circle_in_force() == (*circle.terms, now())


def test_naming_can_be_relayed(alliance, recovery, circle, circle_in_force, alice, relay):
    alliance.relay(relay, alice, recovery.nameGuardians, *circle.terms)
    assert circle_in_force()[0] == circle.root


def test_a_clinician_has_guardians_too(recovery, circle, dr_wang, circle_in_force):
    recovery.nameGuardians(*circle.terms, {"from": dr_wang})
    assert bytes(recovery.circleOf(dr_wang)["root"]) == circle.root
    assert circle_in_force() == (ZERO, 0, 0, 0, 0)


@pytest.mark.parametrize("who", ["mallory", "applied", "hospital"])
def test_only_a_certified_person_names_guardians(recovery, circle, refusal, request, who):
    other = request.getfixturevalue(who)
    denied = ("CallerNotPatient", other)
    assert refusal(recovery.nameGuardians, *circle.terms, {"from": other}) == denied


def test_who_was_replaced_names_no_guardians(recovery, circle, refusal, replaced, alice):
    denied = ("CallerNotPatient", alice)
    assert refusal(recovery.nameGuardians, *circle.terms, {"from": alice}) == denied


@pytest.fixture
def chart(alliance, registrar, clinic):
    """A chart at the clinic."""
    newborn = account("newborn")
    registration = alliance.registration(newborn, clinic, PATIENT)
    signature = alliance.registrations.sign(newborn, "Registration", registration)
    given = (padded(clinic), registration, KEY, digest("newborn"), signature)
    registrar.openChart(*given, {"from": clinic})
    return newborn


def test_who_holds_the_key_of_a_chart_names_no_guardians(recovery, circle, refusal, chart):
    denied = ("CallerNotPatient", chart)
    assert refusal(recovery.nameGuardians, *circle.terms, {"from": chart}) == denied


def test_a_circle_keeps_to_its_bounds(recovery, circle, refusal, alice):
    wrong = [{"threshold": 1}, {"threshold": 4}, {"threshold": 2, "size": 1}, {"size": 17}]
    for change in (*wrong, {"delay": DAY - 1}, {"delay": 30 * DAY + 1}):
        root, *terms = circle.but(**change).terms
        invalid = ("RecoveryCircleInvalid", *terms)
        assert refusal(recovery.nameGuardians, root, *terms, {"from": alice}) == invalid


def test_a_circle_has_a_root(recovery, circle, refusal, alice):
    terms = circle.terms[1:]
    invalid = ("RecoveryCircleInvalid", *terms)
    assert refusal(recovery.nameGuardians, ZERO, *terms, {"from": alice}) == invalid


@pytest.mark.parametrize("terms", [(2, 2, DAY), (2, 16, 30 * DAY), (16, 16, DAY)])
def test_a_circle_reaches_its_bounds(recovery, circle, alice, circle_in_force, terms):
    recovery.nameGuardians(circle.root, *terms, {"from": alice})
    assert circle_in_force()[1:4] == terms


@pytest.fixture
def others(circle, mallory, relay):
    """Other guardians with another delay."""
    return circle.but(guardians={0: mallory, 1: relay}, size=2, delay=5 * DAY)


def test_other_guardians_count_after_the_delay_in_force(
    recovery, named, others, circle_in_force, alice
):
    before = circle_in_force()
    tx = recovery.nameGuardians(*others.terms, {"from": alice})
    since = now() + named.delay
    assert told(tx)[0][1]["since"] == since
    at(since - 1)
    assert circle_in_force() == before
    at(since)
    assert circle_in_force() == (*others.terms, since)


def test_a_later_change_replaces_one_that_does_not_count_yet(
    recovery, named, others, circle_in_force, alice
):
    before = circle_in_force()
    recovery.nameGuardians(*others.terms, {"from": alice})
    never = now() + named.delay
    at(never - HOUR)
    recovery.nameGuardians(*others.but(threshold=2, delay=DAY).terms, {"from": alice})
    since = now() + named.delay
    at(since - 1)
    assert circle_in_force() == before
    at(since)
    assert circle_in_force() == (*others.but(delay=DAY).terms, since)


def test_the_delay_of_guardians_who_came_counts_for_the_next(
    recovery, named, others, circle_in_force, alice
):
    recovery.nameGuardians(*others.terms, {"from": alice})
    at(now() + named.delay)
    second = circle_in_force()
    tx = recovery.nameGuardians(*named.terms, {"from": alice})
    since = now() + others.delay
    assert told(tx)[0][1]["since"] == since
    assert circle_in_force() == second
    at(since)
    assert circle_in_force()[0] == named.root


def test_t25_a_thief_does_not_exchange_guardians_faster_than_they_act(
    recovery, named, others, refusal, alice, mallory
):
    recovery.nameGuardians(*others.terms, {"from": alice})
    since = now() + named.delay
    at(since - 1)
    stranger = ("RecoveryNotGuardian", mallory)
    assert refusal(recovery.startRecovery, *others.call(0)) == stranger
    recovery.startRecovery.call(*named.call(0))
    at(since)
    assert refusal(recovery.startRecovery, *named.call(0))[0] == "RecoveryNotGuardian"
    recovery.startRecovery.call(*others.call(0))


def test_t25_an_attempt_is_the_guardians_whom_it_was_started_under(
    recovery, named, others, attempt, refusal, alice, mallory
):
    recovery.nameGuardians(*others.terms, {"from": alice})
    since = now() + named.delay
    recovery.startRecovery(*named.call(0))
    at(since)
    stranger = ("RecoveryNotGuardian", mallory)
    assert refusal(recovery.approveRecovery, *others.call(0)) == stranger
    recovery.approveRecovery(*named.call(1))
    assert attempt()["readyAt"] == now() + named.delay


def test_nobody_names_guardians_for_another(recovery, named, circle_in_force, bob, mallory):
    before = circle_in_force()
    own = Circle(bob, {0: mallory})
    recovery.nameGuardians(*own.terms, {"from": bob})
    assert circle_in_force() == before
    assert recovery.circleOf(NOBODY) == (f"0x{ZERO.hex()}", 0, 0, 0, 0)
