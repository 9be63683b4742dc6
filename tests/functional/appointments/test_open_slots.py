"""`openSlots`: an institution says when there is room, and for how many (R30, R33)."""

import pytest

from tests.alliance import DAY, HOUR, now, padded, told
from tests.functional.appointments.slots import slot_id
from tests.signing import digest


def test_slots_are_told_and_stored(appointments, places, clinic):
    ward, times = places.clinic_ward, (now() + DAY, now() + 2 * DAY)
    tx = appointments.openSlots(ward, times, 7, {"from": clinic})
    opened = {"institution": clinic, "department": ward, "capacity": 7, "startsAt": times}
    assert told(tx) == [("SlotsOpened", opened)]
    for starts_at in times:
        slot = slot_id(clinic, ward, starts_at)
        assert appointments.slotOf(slot) == (clinic, starts_at, 7, 0, False)


def test_an_institution_opens_slots_of_no_department(appointments, clinic):
    starts_at = now() + DAY
    appointments.openSlots(padded(clinic), [starts_at], 1, {"from": clinic})
    slot = slot_id(clinic, padded(clinic), starts_at)
    assert appointments.slotOf(slot) == (clinic, starts_at, 1, 0, False)


def test_a_clinician_opens_slots_by_relay(alliance, appointments, places, relay, clinic, dr_wang):
    ward, starts_at = places.clinic_ward, now() + DAY
    alliance.relay(relay, dr_wang, appointments.openSlots, ward, [starts_at], 1)
    assert appointments.slotOf(slot_id(clinic, ward, starts_at))["institution"] == clinic


def test_nobody_else_opens_slots_of_the_clinic(appointments, places, refusal, request):
    for who in ("mallory", "alice", "hospital", "dr_li"):
        caller = request.getfixturevalue(who)
        denied = ("CallerNotClinician", caller, places.clinic_ward)
        call = (places.clinic_ward, [now() + DAY], 1, {"from": caller})
        assert refusal(appointments.openSlots, *call) == denied


def test_a_clinician_opens_slots_of_exactly_that_department(
    appointments, refusal, places, clinic, dr_wang
):
    denied = ("CallerNotClinician", dr_wang, padded(clinic))
    call = (padded(clinic), [now() + DAY], 1, {"from": dr_wang})
    assert refusal(appointments.openSlots, *call) == denied


def test_an_unknown_department_is_nobodys(appointments, refusal, clinic):
    unknown = digest("unknown")
    denied = ("CallerNotClinician", clinic, unknown)
    assert refusal(appointments.openSlots, unknown, [now() + DAY], 1, {"from": clinic}) == denied


@pytest.mark.parametrize("why", ["suspended", "stopped"])
def test_slots_are_opened_by_an_active_institution(
    appointments, places, refusal, request, clinic, dr_wang, why
):
    request.getfixturevalue(why)
    call = (places.clinic_ward, [now() + DAY], 1)
    denied = ("CallerNotInstitution", clinic)
    assert refusal(appointments.openSlots, *call, {"from": clinic}) == denied
    denied = ("CallerNotClinician", dr_wang, places.clinic_ward)
    assert refusal(appointments.openSlots, *call, {"from": dr_wang}) == denied


@pytest.mark.parametrize("length", [0, 65])
def test_a_list_has_one_to_sixty_four_times(appointments, places, refusal, clinic, length):
    times = [now() + DAY + i for i in range(length)]
    invalid = ("LengthInvalid", length)
    call = (places.clinic_ward, times, 1, {"from": clinic})
    assert refusal(appointments.openSlots, *call) == invalid


@pytest.mark.parametrize("length", [1, 64])
def test_the_shortest_and_the_longest_list_are_taken(appointments, places, clinic, length):
    times = [now() + DAY + i for i in range(length)]
    appointments.openSlots.call(places.clinic_ward, times, 1, {"from": clinic})


def test_a_slot_begins_later_than_now(appointments, places, refusal, clinic):
    for starts_at in (0, now() - 1, now()):
        invalid = ("AppointmentTermsInvalid", starts_at, 1)
        call = (places.clinic_ward, [now() + DAY, starts_at], 1, {"from": clinic})
        assert refusal(appointments.openSlots, *call) == invalid
    appointments.openSlots.call(places.clinic_ward, [now() + 1], 1, {"from": clinic})


def test_a_slot_takes_at_least_one(appointments, places, refusal, clinic):
    starts_at = now() + DAY
    invalid = ("AppointmentTermsInvalid", starts_at, 0)
    call = (places.clinic_ward, [starts_at], 0, {"from": clinic})
    assert refusal(appointments.openSlots, *call) == invalid


def test_a_slot_is_opened_once(appointments, places, refusal, slot, clinic):
    known = ("AppointmentSlotInvalid", slot.id)
    call = (places.clinic_ward, [slot.starts_at + HOUR, slot.starts_at], 1, {"from": clinic})
    assert refusal(appointments.openSlots, *call) == known


def test_a_slot_is_listed_once(appointments, places, refusal, clinic):
    starts_at = now() + DAY
    twice = ("AppointmentSlotInvalid", slot_id(clinic, places.clinic_ward, starts_at))
    call = (places.clinic_ward, [starts_at, starts_at], 1, {"from": clinic})
    assert refusal(appointments.openSlots, *call) == twice


def test_others_have_slots_at_the_same_time(appointments, places, slot, clinic, hospital):
    times = [slot.starts_at]
    appointments.openSlots(places.hospital_ward, times, 1, {"from": hospital})
    appointments.openSlots(padded(clinic), times, 3, {"from": clinic})
    other = slot_id(hospital, places.hospital_ward, slot.starts_at)
    assert appointments.slotOf(other)["institution"] == hospital
    assert appointments.slotOf(slot.id)["capacity"] == 2
