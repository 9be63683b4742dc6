"""Times keep the precision and the zone of their source."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from chartkey.records import Moment

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "precision", "zone"),
    [
        ("2015", "year", None),
        ("2015-03", "month", None),
        ("2015-03-07", "day", None),
        ("2015-03-07T09:15", "minute", None),
        ("2015-03-07T09:15:00Z", "second", "Z"),
        ("2015-03-07T09:15:00.120+08:00", "fraction", "+08:00"),
    ],
)
def test_a_moment_is_as_precise_as_its_source(text, precision, zone):
    moment = Moment.parse(text)
    assert (moment.text, moment.precision, moment.zone) == (text, precision, zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一九五八",
        "2015-13",
        "2015-02-30",
        "2015-03-07T25:00:00Z",
        "0000",
        "2015-3",
        "２０１５",
        "2015-03-07T09:15:00+15:00",
        None,
        2015,
        "2015\n",
    ],
)
def test_what_is_no_time_is_none(text):
    assert Moment.parse(text) is None


def test_a_time_without_a_zone_is_in_the_institutions():
    assert Moment.parse("2024-12-11").earliest(CHINA) == datetime(2024, 12, 10, 16, tzinfo=UTC)


def test_a_time_with_a_zone_keeps_it_whatever_the_institutions():
    moment = Moment.parse("2024-12-11T08:00:00+08:00")
    assert moment.earliest(CHINA) == moment.earliest() == datetime(2024, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("20241210", "091500", "+0800"), "2024-12-10T09:15:00+08:00"),
        (("20241210", "0915", ""), "2024-12-10T09:15"),
        (("20241210", "091500.5", ""), "2024-12-10T09:15:00.5"),
        (("2024.12.10", "09:15:00", ""), "2024-12-10T09:15:00"),
        (("20241210", "morning", "+0800"), "2024-12-10"),
        (("20241210", "", ""), "2024-12-10"),
    ],
)
def test_dicom_dates_and_times_become_one_moment(parts, text):
    assert Moment.from_dicom(*parts).text == text


def test_a_malformed_dicom_date_is_none():
    assert Moment.from_dicom("20241301") is None
    assert Moment.from_dicom("") is None
