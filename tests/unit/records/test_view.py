"""Lists by time and by kind (R16)."""

from dataclasses import dataclass
from datetime import timedelta, timezone

from chartkey.models import Kind
from chartkey.records import Moment
from chartkey.records.view import by_kind, by_time


@dataclass(frozen=True)
class Row:
    kind: Kind
    anchored_at: int
    moment: Moment | None = None


OLD = Row(Kind.LABORATORY, 1_733_900_000, Moment("2015-03"))
NEW = Row(Kind.IMAGING, 1_733_800_000, Moment("2024-12-11T08:00:00+08:00"))
UNREAD = Row(Kind.PATIENT_SUMMARY, 1_600_000_000)


def test_the_newest_event_comes_first_and_not_the_newest_anchor():
    assert by_time([OLD, UNREAD, NEW]) == [NEW, UNREAD, OLD]


def test_a_date_without_a_zone_is_taken_in_the_institutions():
    day = Row(Kind.LABORATORY, 0, Moment("2024-12-11"))
    assert by_time([day, NEW], zone=timezone(timedelta(hours=8)))[0] is NEW
    assert by_time([NEW, day], zone=timezone(timedelta(hours=-5)))[0] is day


def test_kinds_that_carry_allergies_come_first():
    card = Row(Kind.EMERGENCY_CARD, 5)
    assert list(by_kind([OLD, NEW, UNREAD, card])) == [
        Kind.PATIENT_SUMMARY,
        Kind.EMERGENCY_CARD,
        Kind.LABORATORY,
        Kind.IMAGING,
    ]


def test_each_kind_is_in_order_of_time():
    later = Row(Kind.LABORATORY, 0, Moment("2016"))
    assert by_kind([OLD, later])[Kind.LABORATORY] == [later, OLD]
