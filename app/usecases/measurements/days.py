"""On which days something can have been measured: a result, or one of a person's days."""

from datetime import UTC, date, datetime, timedelta

MOST_YEARS = 30
_FURTHEST_EAST = timedelta(hours=14)
"""Ahead of UTC: a clinician there is not told that today is in the future."""


def latest_day() -> date:
    """Today, where it is latest on Earth."""
    return (datetime.now(UTC) + _FURTHEST_EAST).date()


def earliest_day(latest: date) -> date:
    """So long before the latest that nothing measured counts."""
    try:
        return latest.replace(year=latest.year - MOST_YEARS)
    except ValueError:  # 29 February
        return latest.replace(year=latest.year - MOST_YEARS, day=28)
