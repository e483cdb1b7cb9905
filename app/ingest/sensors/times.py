"""Times of sensors' files: moments in UTC, never guessed."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.ingest.sensors.losses import Reason

EARLIEST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
"""Watches that lost their clock start at 1970 or 1989."""
_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "hr": 3600, "d": 86_400}
_A_YEAR = 366 * 86_400


class WithoutZone(StrEnum):
    """What times are that do not say their zone."""

    REFUSE = "refuse"
    UTC = "utc"
    LOCAL = "local"


class RecordError(ValueError):
    """A record that cannot be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads times."""

    naive: tzinfo | None = None
    """The zone of times that say none; None refuses them."""

    def read(self, text: Any) -> int:
        """Seconds since 1970 in UTC.

        Raises:
            RecordError: it is no time, or has no zone.
        """
        try:
            moment = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            raise RecordError(Reason.TIME_UNREADABLE) from None
        if moment.tzinfo is None:
            if self.naive is None:
                raise RecordError(Reason.TIME_WITHOUT_ZONE)
            moment = moment.replace(tzinfo=self.naive)
        try:
            return int(moment.timestamp())
        except OverflowError:  # in the first or last year that there is
            raise RecordError(Reason.TIME_UNREADABLE) from None

    def frame(self, frame: Any) -> tuple[int, int]:
        """Start and end of an Open mHealth time frame; equal for a point in time.

        Raises:
            RecordError: it is none, or one of its times is none.
        """
        if not isinstance(frame, dict):
            raise RecordError(Reason.RECORD_WITHOUT_VALUE)
        if "date_time" in frame:
            moment = self.read(frame["date_time"])
            return moment, moment
        interval = frame.get("time_interval")
        if not isinstance(interval, dict):
            raise RecordError(Reason.RECORD_WITHOUT_VALUE)
        return self._interval(interval)

    def _interval(self, interval: dict[str, Any]) -> tuple[int, int]:
        start, end = interval.get("start_date_time"), interval.get("end_date_time")
        if start is not None and end is not None:
            return self.read(start), self.read(end)
        seconds = _seconds(interval.get("duration"))
        if start is not None:
            return (first := self.read(start)), first + seconds
        if end is not None:
            return (last := self.read(end)) - seconds, last
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)


def clock_of(without_zone: WithoutZone, zone: ZoneInfo) -> Clock:
    """The clock for a person in this zone."""
    return Clock({WithoutZone.REFUSE: None, WithoutZone.UTC: UTC, WithoutZone.LOCAL: zone}[without_zone])


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of the IANA database; None where it has none of the name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _seconds(duration: Any) -> int:
    if not isinstance(duration, dict):
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    value, unit = duration.get("value"), _UNITS.get(str(duration.get("unit")))
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise RecordError(Reason.TIME_UNREADABLE)
    return int(value * unit) if value * unit < _A_YEAR else _A_YEAR
