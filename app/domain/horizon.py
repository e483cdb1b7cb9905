"""When a plan is looked at again: after the time that the model's steps are meant for."""

import calendar
import re
from datetime import date, timedelta

_MONTHS = 12
"""Where the model's own words name no time."""
_SPAN = re.compile(r"\b([0-9]{1,3})\s*(day|week|month|year)s?\b", re.IGNORECASE)
_TOMORROW = "tomorrow"
LATEST_DAYS = 731
"""Two years: a review further away is no review."""


def is_tomorrow(horizon: str | None) -> bool:
    """Whether steps are meant for the next day, so that a model is asked about days."""
    return (horizon or "").strip().lower() == _TOMORROW


def review_after(horizon: str | None, today: date) -> date:
    """The day on which the time of a horizon such as "12 months" or "tomorrow" is over.

    It is two years from today at most.
    """
    if is_tomorrow(horizon):
        return today + timedelta(days=1)
    found = _SPAN.search(horizon or "")
    count, unit = (int(found[1]), found[2].lower()) if found else (_MONTHS, "month")
    if unit in ("day", "week"):
        there = today + timedelta(days=count * (7 if unit == "week" else 1))
    else:
        there = _months_on(today, count * (12 if unit == "year" else 1))
    return min(there, latest_review(today))


def latest_review(today: date) -> date:
    """The last day that a review may be on."""
    return today + timedelta(days=LATEST_DAYS)


def _months_on(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
