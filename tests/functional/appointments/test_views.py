"""What `Appointments` tells of what is unknown, and whom it takes referrals from."""

from tests.alliance import NOBODY
from tests.signing import ZERO, digest


def test_an_unknown_slot_is_empty(appointments, slot):
    assert appointments.slotOf(digest("unknown")) == (NOBODY, 0, 0, 0, False)


def test_an_unknown_booking_is_empty(appointments, booked):
    found, *rest = appointments.bookingOf(digest("unknown"))
    assert (bytes(found), *rest) == (ZERO, NOBODY, 0, 0)


def test_referrals_come_from_one_contract(alliance, appointments):
    assert appointments.referrals() == alliance.contracts["Referrals"].address
