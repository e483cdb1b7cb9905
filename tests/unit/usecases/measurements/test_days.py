"""The days on which a result can have been measured."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.usecases.measurements.days import earliest_day, latest_day


def test_today_is_good_wherever_it_is_today() -> None:
    today = datetime.now(UTC).date()
    assert today <= latest_day() <= today + timedelta(1)


@pytest.mark.parametrize(
    ("latest", "earliest"),
    [(date(2026, 11, 29), date(1996, 11, 29)), (date(2028, 2, 29), date(1998, 2, 28))],
)
def test_thirty_years_are_the_most(latest: date, earliest: date) -> None:
    assert earliest_day(latest) == earliest
