"""What `Referrals` tells of what is unknown."""

from tests.alliance import NOBODY
from tests.signing import ZERO, digest


def test_an_unknown_referral_is_empty(referrals, prepared):
    *fields, slot, package = referrals.referralOf(digest("unknown"))
    assert fields == [NOBODY, 0, 0, 0, 0, NOBODY]
    assert (bytes(slot), bytes(package)) == (ZERO, ZERO)


def test_traffic_has_a_direction(referrals, prepared, clinic, hospital):
    assert referrals.trafficOf(clinic, hospital) == (1, 1)
    assert referrals.trafficOf(hospital, clinic) == (0, 0)
