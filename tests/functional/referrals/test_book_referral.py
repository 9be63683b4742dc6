"""`bookReferral`: the patient takes a slot of the receiving institution (R30, P70)."""

import pytest

from tests.alliance import DAY, DIAGNOSES, RECORD, at, now, padded, told
from tests.functional.appointments.slots import slot_id
from tests.functional.referrals.conftest import STAGES
from tests.signing import ZERO, digest


@pytest.fixture
def call(records, slot, prepared, alice):
    """Alice's call."""
    return (prepared, slot.id, records.grant.terms, {"from": alice})


def test_a_booking_is_told_and_stored(
    referrals, records, slot, prepared, stored, taken, traffic, call
):
    tx = referrals.bookReferral(*call)
    referred = {"slot": slot.id, "referral": prepared, "taken": 1}
    booked = {"id": prepared, "slot": slot.id, "startsAt": slot.starts_at}
    booked |= {"grant": records.grant.id}
    assert told(tx) == [("SlotReferred", referred), ("ReferralBooked", booked)]
    now_stored = {"stage": "booked", "triage": 0, "due_at": slot.starts_at, "since": now()}
    assert stored(prepared) == now_stored | {"slot": slot.id}
    assert (taken(), traffic()) == (1, (1, 1))


def test_what_was_triaged_stays_so(referrals, places, prepared, stored, call, dr_li):
    referrals.triage(prepared, places.hospital_ward, 4, {"from": dr_li})
    referrals.bookReferral(*call)
    assert stored(prepared)["triage"] == 4


def test_booking_can_be_relayed(alliance, referrals, prepared, stored, call, alice, relay):
    alliance.relay(relay, alice, referrals.bookReferral, *call[:3])
    assert stored(prepared)["stage"] == "booked"


def test_p70_only_the_patient_books(referrals, refusal, request, call):
    for who in ("bob", "clinic", "dr_wang", "hospital", "dr_li", "mallory"):
        caller = request.getfixturevalue(who)
        denied = ("CallerNotAllowed", caller)
        assert refusal(referrals.bookReferral, *call[:3], {"from": caller}) == denied


def test_a_booking_is_made_in_time(referrals, preparation, refusal, call):
    at(preparation.due_at)
    referrals.bookReferral.call(*call)
    at(preparation.due_at + 1)
    late = ("ReferralTimeInvalid", preparation.due_at)
    assert refusal(referrals.bookReferral, *call) == late


def test_nothing_is_booked_after_the_end(referrals, refusal, relationship, call, alice):
    relationship.end({"from": alice})
    denied = ("RelationshipNotAccepted", relationship.address)
    assert refusal(referrals.bookReferral, *call) == denied


@pytest.fixture
def granted(relationship, alice):
    """Let Alice grant."""

    def granted(grant):
        relationship.grantAccess(grant.terms, {"from": alice})
        return grant

    return granted


@pytest.fixture
def booking(prepared, slot, alice):
    """Return Alice's call under a grant."""
    return lambda grant: (prepared, slot.id, grant.terms, {"from": alice})


def test_p70_a_grant_is_known(referrals, records, refusal, booking):
    unknown = digest("unknown")[:16]
    call = booking(records.grant.but(id=unknown))
    assert refusal(referrals.bookReferral, *call) == ("ReferralGrantInvalid", unknown)


def test_p70_a_grant_is_not_revoked(referrals, records, relationship, refusal, call, alice):
    relationship.revokeAccess(records.grant.id, {"from": alice})
    revoked = ("ReferralGrantInvalid", records.grant.id)
    assert refusal(referrals.bookReferral, *call) == revoked


def test_p70_a_grant_holds_until_it_expires(referrals, records, refusal, granted, booking):
    short = granted(records.grant.but(id=digest("short")[:16], expires_at=now() + DAY // 2))
    at(short.expires_at - 1)
    referrals.bookReferral.call(*booking(short))
    at(short.expires_at)
    expired = ("ReferralGrantInvalid", short.id)
    assert refusal(referrals.bookReferral, *booking(short)) == expired


def test_p70_a_grant_is_given_as_it_was_made(referrals, records, places, refusal, booking, dr_li):
    """Whoever reads and what for is in the digest; the expiry is stored beside it."""
    changes = [
        {"viewer": dr_li, "affiliation": places.hospital_ward},
        {"affiliation": places.hospital_ward},
        {"expires_at": records.grant.expires_at - 1},
        {"scope": RECORD},
        {"kind": DIAGNOSES},
        {"record": digest("record")},
        {"purpose": b"RESEARCH".ljust(16, b"\0")},
        {"consent": digest("another text")},
        {"request": digest("request")},
        {"key_version": 2},
        {"wrap": b"another key"},
    ]
    invalid = ("ReferralGrantInvalid", records.grant.id)
    for change in changes:
        call = booking(records.grant.but(**change))
        assert refusal(referrals.bookReferral, *call) == invalid, change


@pytest.mark.parametrize("who", ["hospital", "dr_li"])
def test_p70_whoever_acts_for_the_receiving_institution_may_read(
    referrals, records, places, request, granted, booking, who
):
    viewer = request.getfixturevalue(who)
    changes = {"viewer": viewer, "affiliation": places.hospital_ward}
    grant = granted(records.grant.but(id=digest("ward")[:16], **changes))
    tx = referrals.bookReferral(*booking(grant))
    assert told(tx)[1][1]["grant"] == grant.id


def test_p70_a_grant_is_the_receiving_institutions(
    referrals, records, places, refusal, granted, booking, hospital_b, dr_wang, bob
):
    others = [(hospital_b, padded(hospital_b)), (dr_wang, places.clinic_ward), (bob, ZERO)]
    for viewer, affiliation in others:
        changes = {"viewer": viewer, "affiliation": affiliation}
        grant = granted(records.grant.but(id=digest("of", viewer.address)[:16], **changes))
        invalid = ("ReferralGrantInvalid", grant.id)
        assert refusal(referrals.bookReferral, *booking(grant)) == invalid


def test_p70_a_grant_is_of_the_same_relationship(
    alliance, referrals, records, refusal, booking, alice, hospital_b, lead
):
    other = alliance.propose(hospital_b, alice, hospital_b, lead)
    other.accept({"from": alice})
    grant = records.grant.but(id=digest("elsewhere")[:16])
    other.grantAccess(grant.terms, {"from": alice})
    invalid = ("ReferralGrantInvalid", grant.id)
    assert refusal(referrals.bookReferral, *booking(grant)) == invalid


def test_a_slot_is_of_the_receiving_institution(
    appointments, referrals, records, places, refusal, prepared, slot, clinic, alice
):
    times = [slot.starts_at]
    appointments.openSlots(places.clinic_ward, times, 1, {"from": clinic})
    foreign = slot_id(clinic, places.clinic_ward, slot.starts_at)
    invalid = ("AppointmentSlotInvalid", foreign)
    call = (prepared, foreign, records.grant.terms, {"from": alice})
    assert refusal(referrals.bookReferral, *call) == invalid


@pytest.mark.parametrize("why", ["suspended", "stopped"])
def test_a_slot_is_of_an_active_institution(referrals, refusal, request, slot, call, hospital, why):
    caused = request.getfixturevalue(why)
    if why == "suspended":
        caused(hospital)
    invalid = ("AppointmentSlotInvalid", slot.id)
    assert refusal(referrals.bookReferral, *call) == invalid


def test_a_slot_is_not_full(referrals, preparation, records, refusal, booked, slot, alice, dr_wang):
    second = preparation.but(salt=digest("second"))
    referrals.prepareReferral(second.terms, {"from": dr_wang})
    full = ("AppointmentSlotInvalid", slot.id)
    call = (second.id, slot.id, records.grant.terms, {"from": alice})
    assert refusal(referrals.bookReferral, *call) == full


def test_a_referral_is_booked_once(referrals, refusal, booked, call):
    twice = ("ReferralStageInvalid", booked, STAGES.index("booked"))
    assert refusal(referrals.bookReferral, *call) == twice


def test_an_unknown_referral_is_not_booked(referrals, records, refusal, slot, alice):
    call = (ZERO, slot.id, records.grant.terms, {"from": alice})
    assert refusal(referrals.bookReferral, *call) == ("ReferralStageInvalid", ZERO, 0)
