"""FHIR's dates, which may be known to the year, the month, the day, or a moment."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")


@dataclass(frozen=True, slots=True)
class When:
    """From the first to the last day that a date may mean; `moment` where it is known, in UTC."""

    text: str
    first: date
    last: date
    moment: datetime | None = None

    @property
    def order(self) -> tuple[date, int, datetime]:
        """Rising with time; of one first day, what is known more precisely comes after what is not."""
        days = (self.last - self.first).days
        return self.first, -days, self.moment or datetime.min.replace(tzinfo=UTC)

    @property
    def is_exact(self) -> bool:
        """Whether the day is known."""
        return self.first == self.last

    @property
    def middle(self) -> date:
        """A day half way, for want of the real one."""
        return date.fromordinal((self.first.toordinal() + self.last.toordinal() + 1) // 2)


def read_when(text: object) -> When | None:
    """What a date, dateTime or instant says; None where it says none, or one that no calendar has.

    The day of a moment is that of its own offset, as the laboratory's calendar had it.
    """
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        return _moment(text) if "T" in text else _partial(text)
    except (ValueError, OverflowError):
        return None


def _partial(text: str) -> When | None:
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    last = first if day else date(year, last_month, calendar.monthrange(year, last_month)[1])
    return When(text, first, last)


def _moment(text: str) -> When | None:
    if not _MOMENT.fullmatch(text):
        return None
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    day = moment.date()
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return When(day.isoformat(), day, day, utc)
