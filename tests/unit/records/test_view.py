"""Views by time, event and kind, in-patient and out-patient; allergies first (R16)."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from chartkey.models import Attestation, Kind, RecordPointer, RecordStatus
from chartkey.records import Moment
from chartkey.records.glance import Glance
from chartkey.records.outline import Allergies
from chartkey.records.view import Entry, Order, make_view
from chartkey.records.visit import Setting, Visit

PLACE = "0x" + "11" * 20
NUMBERS = iter(range(1, 1000))


def entry(
    kind=Kind.LABORATORY,
    when=None,
    *,
    anchored_at=0,
    allergies=Allergies(),  # noqa: B008 - frozen
    visits=(),
    superseded=False,
    institution="协和",
    zone=timezone.utc,  # noqa: UP017
):
    record = next(NUMBERS).to_bytes(32, "big")
    attestation = Attestation(PLACE, record, bytes(32), kind, b"p" * 32, b"a" * 32, b"c" * 32, 0)
    pointer = RecordPointer(
        PLACE, attestation, PLACE, RecordStatus.CONFIRMED, 0, b"r" * 32, b"l" * 80, 1, superseded
    )
    glance = Glance("application/fhir+json", kind, "题", Moment.parse(when), allergies, visits)
    return Entry(pointer, glance, anchored_at, institution, zone)


OLD = entry(when="2015-03", anchored_at=1_733_900_000)
NEW = entry(Kind.IMAGING, "2024-12-11T08:00:00+08:00", anchored_at=1_733_800_000)
UNDATED = entry(Kind.PATIENT_SUMMARY, anchored_at=1_600_000_000)
STAY = Visit("a|1", Setting.INPATIENT, Moment("2024-12-10"), Moment("2024-12-20"), "心内科")
CALL = Visit("a|2", Setting.OUTPATIENT, Moment("2024-11-01"), None, "")


def headings(view):
    return [group.heading for group in view.groups]


def test_the_newest_event_comes_first_and_not_the_newest_anchor():
    assert make_view([OLD, UNDATED, NEW]).entries == [NEW, UNDATED, OLD]


@pytest.mark.parametrize(("hours", "first"), [(8, "new"), (-5, "day")])
def test_a_date_without_a_zone_is_meant_in_its_institutions(hours, first):
    day = entry(when="2024-12-11", zone=timezone(timedelta(hours=hours)))
    entries = make_view([NEW, day]).entries
    assert entries[0] is (NEW if first == "new" else day)


def test_a_named_zone_counts_with_its_summer_time():
    day = entry(when="1988-07-01", zone=ZoneInfo("Asia/Shanghai"))
    assert day.when.hour == 15


def test_kinds_that_carry_allergies_come_first():
    card = entry(Kind.EMERGENCY_CARD)
    view = make_view([OLD, NEW, UNDATED, card], order=Order.KIND)
    assert headings(view) == ["patient-summary", "emergency-card", "laboratory", "imaging"]


def test_each_kind_is_in_order_of_time():
    later = entry(when="2016")
    [group] = make_view([OLD, later], order=Order.KIND).groups
    assert group.entries == (later, OLD)


def test_records_of_one_event_stand_together_under_its_dates_and_place():
    first, second = entry(when="2024-12-12", visits=(STAY,)), entry(when="2024-12-11")
    bare = Visit("a|1", None, None, None, "")
    third = entry(when="2024-12-13", visits=(bare,))
    view = make_view([first, second, third], order=Order.EVENT)
    assert headings(view) == ["inpatient, 2024-12-10 to 2024-12-20, 心内科, 协和", "of no event"]
    assert view.groups[0].entries == (third, first)
    assert view.groups[1].entries == (second,)


def test_two_institutions_with_one_number_have_two_events():
    here, there = entry(visits=(STAY,)), entry(visits=(STAY,), institution="同仁")
    assert len(make_view([here, there], order=Order.EVENT).groups) == 2


def test_the_newest_event_is_the_first_group_and_a_record_stands_under_each_of_its_events():
    both = entry(when="2024-01-01", visits=(CALL, STAY))
    view = make_view([both], order=Order.EVENT)
    assert [heading.split(",")[0] for heading in headings(view)] == ["inpatient", "outpatient"]
    assert view.entries == [both]


def test_a_setting_shows_only_its_records():
    stay, call, front = entry(visits=(STAY,)), entry(visits=(CALL,)), entry(Kind.FRONT_PAGE)
    unknown = entry()
    found = [stay, call, front, unknown]
    assert set(map(id, make_view(found, setting=Setting.INPATIENT).entries)) == {
        id(stay),
        id(front),
    }
    assert make_view(found, setting=Setting.OUTPATIENT).entries == [call]
    assert len(make_view(found).entries) == 4


def test_what_the_encounter_says_counts_more_than_the_kind():
    assert entry(Kind.FRONT_PAGE, visits=(CALL,)).settings == {Setting.OUTPATIENT}


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("setting", [None, *Setting])
def test_R16_allergies_come_first_in_every_view_whatever_it_shows(order, setting):
    penicillin = entry(when="2001", allergies=Allergies(("青霉素 (high risk)",)))
    denied = entry(when="2024", allergies=Allergies((), "No known allergies"))
    lines = make_view([denied, penicillin], order=order, setting=setting).lines()
    assert lines[:2] == ["Allergies:", "  - 青霉素 (high risk)"]


def test_a_newer_denial_does_not_hide_an_older_allergy_and_none_known_is_not_silence():
    denied = entry(allergies=Allergies((), "无已知过敏"))
    assert make_view([denied]).lines()[0] == "Allergies: none known (无已知过敏)"
    assert make_view([entry()]).lines()[0] == "Allergies: not recorded here"


def test_allergies_of_a_version_that_was_replaced_are_not_shown():
    wrong = entry(allergies=Allergies(("误录",)), superseded=True)
    assert make_view([wrong, entry()], versions=True).lines()[0] == "Allergies: not recorded here"


def test_versions_that_were_replaced_are_shown_when_asked_for():
    old, new = entry(superseded=True), entry()
    assert make_view([old, new]).entries == [new]
    shown = make_view([old, new], versions=True)
    assert set(map(id, shown.entries)) == {id(old), id(new)}
    assert any("an earlier version" in line for line in shown.lines())


@pytest.mark.parametrize(
    ("whole", "extent", "line"),
    [(True, "whole", "Extent: whole"), (False, "partial", "Extent: partial"), (None, "own", "")],
)
def test_R16_a_granted_view_says_how_far_it_reaches_and_not_what_it_lacks(whole, extent, line):
    view = make_view([NEW], whole=whole)
    assert view.to_dict()["extent"] == extent
    assert line in view.lines()[1]
    if whole is False:
        assert view.lines()[1] == "Extent: partial"


def test_what_could_not_be_opened_is_counted():
    view = make_view([], unopened=[NEW.pointer])
    assert view.lines()[-1].startswith("1 more could not be opened")
    assert view.to_dict()["unopened"] == [NEW.pointer.record]


def test_its_repr_shows_nothing_of_the_patients():
    assert "题" not in repr(entry())
