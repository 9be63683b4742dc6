"""`wasProfileOf`: a profile that was ever adopted, for its kind alone (R09, P42)."""

import pytest

from tests.alliance import DIAGNOSES, UNSPECIFIED
from tests.functional.consortium.voting import decide
from tests.signing import ZERO, digest


@pytest.fixture
def profile(places):
    """The adopted profile of diagnoses."""
    return places.profiles[DIAGNOSES]


def test_an_adopted_profile_is_one_of_its_kind_alone(consortium, profile):
    assert consortium.wasProfileOf(profile, DIAGNOSES)
    assert not any(consortium.wasProfileOf(profile, DIAGNOSES + n) for n in (-1, 1))


def test_a_retired_profile_was_one(alliance, consortium, profile):
    decide(alliance, consortium.proposeProfileRetirement, profile)
    assert not consortium.isProfileOf(profile, DIAGNOSES)
    assert consortium.wasProfileOf(profile, DIAGNOSES)
    assert not consortium.wasProfileOf(profile, UNSPECIFIED)


def test_what_was_never_adopted_never_was_one(consortium):
    assert not consortium.wasProfileOf(ZERO, UNSPECIFIED)
    assert not consortium.wasProfileOf(digest("unknown"), UNSPECIFIED)
