"""Points in time as records give them: with the precision and zone of their source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

__all__ = ["Moment"]

_FORM = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d)(:(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-](0\d|1[0-4]):[0-5]\d)?)?)?)?",
    re.ASCII,
)
_HL7_FORM = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,9})?)?)?)?)?)?([+-]\d{4})?",
    re.ASCII,
)
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction")


@dataclass(frozen=True, slots=True)
class Moment:
    """A FHIR date, dateTime or instant, or a DICOM date and time, kept as text.

    ``text`` is ISO 8601 cut where the source stops knowing: ``2015-03`` stays
    a month and gets neither a day nor a zone. Build it with ``parse``.
    """

    text: str

    @classmethod
    def parse(cls, text: object) -> Moment | None:
        """Return the moment that ``text`` names, or ``None`` if it names none.

        Takes FHIR's forms (R4 datatypes, section 2.24.0.1) and the hours and
        minutes alone that DICOM allows. Never raises.
        """
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            return None
        moment = cls(match.string)
        return None if moment._utc(UTC) is None else moment

    @classmethod
    def from_dicom(cls, date: str, time: str = "", offset: str = "") -> Moment | None:
        """Return the moment of a DA, a TM and an offset from UTC (``+0800``).

        DICOM PS3.5 section 6.2. An empty or malformed time leaves the date
        alone, a malformed date gives ``None``. Never raises.
        """
        day = re.fullmatch(r"(\d{4})\.?(\d\d)\.?(\d\d)", date.strip(), re.ASCII)
        if day is None:
            return None
        clock = re.fullmatch(
            r"(\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d{1,6})?)?)?", time.strip(), re.ASCII
        )
        text = "-".join(day.groups())
        if clock is None:
            return cls.parse(text)
        hour, minute, second, fraction = clock.groups()
        zone = re.fullmatch(r"([+-]\d\d)(\d\d)", offset.strip(), re.ASCII)
        text += "T" + ":".join(part for part in (hour, minute, second) if part)
        text += (fraction or "") + (f"{zone[1]}:{zone[2]}" if zone else "")
        return cls.parse(text)

    @classmethod
    def from_hl7(cls, text: object) -> Moment | None:
        """Return the moment of an HL7 time stamp (TS): ``20240315``, ``202403150930+0800``.

        A malformed one gives ``None``. Never raises.
        """
        stamp = _HL7_FORM.fullmatch(text) if isinstance(text, str) else None
        if stamp is None:
            return None
        year, month, day, hour, minute, second, fraction, zone = stamp.groups()
        date = "-".join(part for part in (year, month, day) if part)
        if hour is None:
            return cls.parse(date)
        clock = ":".join(part for part in (hour, minute, second) if part) + (fraction or "")
        return cls.parse(f"{date}T{clock}" + (f"{zone[:3]}:{zone[3:]}" if zone else ""))

    @property
    def precision(self) -> str:
        """The finest part the source gave: ``year``, ``month``, … ``fraction``."""
        match = _FORM.fullmatch(self.text)
        given = match.groupdict() if match else {}
        return [part for part in _PARTS if given.get(part)][-1]

    @property
    def zone(self) -> str | None:
        """The zone as it was written (``Z``, ``+08:00``), ``None`` if none was."""
        match = _FORM.fullmatch(self.text)
        return match["zone"] if match else None

    def earliest(self, default: tzinfo = UTC) -> datetime:
        """Return the first instant this can mean, in UTC, for sorting.

        ``default`` is the institution's zone, used where the source gave none.
        Never raises for a moment that ``parse`` returned.
        """
        return self._utc(default) or datetime.min.replace(tzinfo=UTC)

    def _utc(self, default: tzinfo) -> datetime | None:
        match = _FORM.fullmatch(self.text)
        if match is None:
            return None
        given = match.groupdict()
        year, month, day = (int(given[part] or 1) for part in _PARTS[:3])
        hour, minute, second = (int(given[part] or 0) for part in _PARTS[3:6])
        micros = int((given["fraction"] or "0").ljust(6, "0")[:6])
        zone = _offset(given["zone"]) or default
        try:
            # Second 60 is a leap second in FHIR and DICOM; datetime stops at 59.
            moment = datetime(year, month, day, hour, minute, min(second, 59), micros, zone)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return self.text


def _offset(zone: str | None) -> tzinfo | None:
    if zone is None or zone == "Z":
        return UTC if zone else None
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return timezone(-ahead if zone[0] == "-" else ahead)
