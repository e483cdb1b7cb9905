"""Local days of a time zone: 23, 24 or 25 hours, from midnight to midnight of the clock on the wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from app.domain.schema import IntArray


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day of the calendar somewhere; moments are seconds since 1970 in UTC."""

    date: date
    zone: ZoneInfo

    @property
    def start(self) -> int:
        """Midnight."""
        return self.at(0)

    @property
    def end(self) -> int:
        """The next midnight."""
        return self.at(0, 1)

    @property
    def minutes(self) -> int:
        """How many it has: 1,380 and 1,500 where clocks change."""
        return (self.end - self.start) // 60

    def at(self, hour: int, days_on: int = 0) -> int:
        """When the clock says this hour, on this day or some days on."""
        day = self.date + timedelta(days=days_on)
        return int(datetime(day.year, day.month, day.day, hour, tzinfo=self.zone).timestamp())

    def clock_hours(self, moment: int) -> float:
        """What the clock says at a moment, in hours from this day's midnight; negative the day before."""
        local = datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)
        midnight = datetime(self.date.year, self.date.month, self.date.day)
        return (local - midnight).total_seconds() / 3600


def date_of(moment: int, zone: ZoneInfo) -> date:
    """The local date of a moment."""
    return datetime.fromtimestamp(moment, zone).date()


def dates_of(moments: IntArray, zone: ZoneInfo) -> set[date]:
    """The local dates of many moments."""
    if len(moments) == 0:
        return set()
    # The hours in UTC are few; a zone's offset never changes within a quarter of an hour.
    quarters = np.unique(moments // 900)
    return {datetime.fromtimestamp(int(quarter) * 900, UTC).astimezone(zone).date() for quarter in quarters}


def dates_between(first: date, last: date) -> list[date]:
    """All dates from one to another."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
