"""`proposeProfile` and `proposeProfileRetirement` (R09, P42)."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.alliance import DAY, DIAGNOSES, now, told
from tests.signing import digest

TYPES = ["(uint8,uint32,bytes32,uint256,bool)"]
PROFILE = (DIAGNOSES, 2, digest("second version"), 1 << 5, False)


@pytest.fixture
def retired(alliance, consortium, places, founders):
    """A profile that was adopted and retired."""
    profile = places.profiles[DIAGNOSES]
    proposed = consortium.proposeProfileRetirement(profile, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])
    return profile


def test_a_profile_is_told_with_its_parameters(consortium, lead):
    tx = consortium.proposeProfile(PROFILE, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 7)
    assert opened["parameters"] == encode(TYPES, [PROFILE])


def test_a_retirement_is_told_with_its_parameters(consortium, places, lead):
    profile = places.profiles[DIAGNOSES]
    tx = consortium.proposeProfileRetirement(profile, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"], opened["parameters"]) == ("ProposalOpened", 8, profile)


def test_an_id_is_the_hash_of_all_fields(consortium):
    assert bytes(consortium.profileId(PROFILE)) == keccak(encode(TYPES, [PROFILE]))


def test_an_adopted_profile_is_not_adopted_again(consortium, refusal, places, lead):
    profile = (DIAGNOSES, 1, digest("profile", bytes([DIAGNOSES])), 0, True)
    invalid = ("ConsortiumProfileInvalid", places.profiles[DIAGNOSES])
    assert refusal(consortium.proposeProfile, profile, now() + DAY, {"from": lead}) == invalid


def test_a_retired_profile_is_never_adopted_again(consortium, refusal, retired, lead):
    profile = (DIAGNOSES, 1, digest("profile", bytes([DIAGNOSES])), 0, True)
    invalid = ("ConsortiumProfileInvalid", retired)
    assert refusal(consortium.proposeProfile, profile, now() + DAY, {"from": lead}) == invalid


def test_versions_count_from_one(consortium, refusal, lead):
    profile = (PROFILE[0], 0, *PROFILE[2:])
    invalid = ("ConsortiumProfileInvalid", bytes(consortium.profileId(profile)))
    assert refusal(consortium.proposeProfile, profile, now() + DAY, {"from": lead}) == invalid


def test_an_unknown_profile_is_not_retired(consortium, refusal, lead):
    unknown = digest("unknown")
    call = (unknown, now() + DAY, {"from": lead})
    invalid = ("ConsortiumProfileInvalid", unknown)
    assert refusal(consortium.proposeProfileRetirement, *call) == invalid


def test_a_retired_profile_is_not_retired_again(consortium, refusal, retired, lead):
    call = (retired, now() + DAY, {"from": lead})
    invalid = ("ConsortiumProfileInvalid", retired)
    assert refusal(consortium.proposeProfileRetirement, *call) == invalid
