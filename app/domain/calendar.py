"""Whole months between days."""

import calendar
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(earlier: date, later: date) -> int:
    """How many whole months have passed."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months if months_later(earlier, months) <= later else months - 1
