"""Months later are whole months between."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import months_between, months_later

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@given(DAYS, st.integers(0, 120))
def test_so_many_months_later_so_many_have_passed(day: date, months: int) -> None:
    later = months_later(day, months)
    assert months_between(day, later) == months
    assert later.day == day.day or months_later(later, 1).month != later.month
    assert (later.year - day.year) * 12 + later.month - day.month == months


@given(DAYS, DAYS)
def test_months_that_have_passed_are_whole(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    months = months_between(earlier, later)
    assert months_later(earlier, months) <= later < months_later(earlier, months + 1)


def test_the_end_of_a_shorter_month() -> None:
    assert months_later(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert months_later(date(2026, 10, 12), 36) == date(2029, 10, 12)
