"""Two proposals of one change: the first is carried out, the second finds it done (T16)."""

import pytest

from tests.alliance import (
    ACTIVE_MEMBER,
    AGREEMENT,
    DAY,
    DIAGNOSES,
    INVITED_MEMBER,
    RESTORE,
    details,
    now,
)
from tests.signing import digest


@pytest.fixture
def spare(alliance, consortium, founders):
    """Propose the same twice, carry the first out, and return how to enact the second."""

    def spare(function, *arguments):
        options = {"from": founders[0]}
        first, second = (function(*arguments, now() + DAY, options) for _ in range(2))
        opened = second.events["ProposalOpened"]
        for house in founders[:3]:
            consortium.vote(opened["id"], True, {"from": house})
        alliance.carry(first, founders[:3])
        return opened["id"], opened["parameters"], options

    return spare


def test_t16_a_restored_member_is_counted_once(consortium, refusal, suspended, spare):
    call = spare(consortium.proposeStanding, suspended.address, RESTORE)
    invalid = ("ConsortiumStandingInvalid", suspended, ACTIVE_MEMBER)
    assert refusal(consortium.enact, *call) == invalid


@pytest.mark.parametrize("standing", [INVITED_MEMBER, ACTIVE_MEMBER])
def test_t16_who_is_in_is_not_invited_again(consortium, refusal, newcomer, spare, standing):
    call = spare(consortium.proposeInstitution, newcomer.address, details("镇卫生院", 1))
    if standing == ACTIVE_MEMBER:
        consortium.signAgreement(AGREEMENT, {"from": newcomer})
    invalid = ("ConsortiumStandingInvalid", newcomer, standing)
    assert refusal(consortium.enact, *call) == invalid


def test_a_regulator_is_admitted_once(consortium, refusal, regulator, spare):
    call = spare(consortium.proposeRegulator, regulator.address, "卫健委")
    assert refusal(consortium.enact, *call) == ("ConsortiumRegulatorInvalid", regulator)


def test_a_regulator_is_removed_once(alliance, consortium, refusal, founders, regulator, spare):
    options = {"from": founders[0]}
    admission = consortium.proposeRegulator(regulator, "卫健委", now() + DAY, options)
    alliance.carry(admission, founders[:3])
    call = spare(consortium.proposeRegulatorRemoval, regulator.address)
    assert refusal(consortium.enact, *call) == ("ConsortiumRegulatorInvalid", regulator)


def test_a_profile_is_adopted_once(consortium, refusal, spare):
    profile = (DIAGNOSES, 2, digest("second version"), 0, True)
    call = spare(consortium.proposeProfile, profile)
    invalid = ("ConsortiumProfileInvalid", bytes(consortium.profileId(profile)))
    assert refusal(consortium.enact, *call) == invalid


def test_a_profile_is_retired_once(consortium, refusal, places, spare):
    profile = places.profiles[DIAGNOSES]
    call = spare(consortium.proposeProfileRetirement, profile)
    assert refusal(consortium.enact, *call) == ("ConsortiumProfileInvalid", profile)
