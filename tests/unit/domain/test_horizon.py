"""When a plan is looked at again by default."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.horizon import latest_review, review_after
from tests.unit.domain.schemas import SHIPPED

DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("horizon", "there"),
    [
        ("12 months", date(2027, 11, 29)),
        ("3 months", date(2027, 2, 28)),
        ("a year or 1 year", date(2027, 11, 29)),
        ("6 weeks", DAY + timedelta(weeks=6)),
        ("tomorrow", DAY + timedelta(days=1)),
        ("90 days", DAY + timedelta(days=90)),
        ("10 years", latest_review(DAY)),
        ("soon", date(2027, 11, 29)),
        (None, date(2027, 11, 29)),
    ],
)
def test_it_is_when_the_horizon_is_over(horizon: str | None, there: date) -> None:
    assert review_after(horizon, DAY) == there


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.text() | st.from_regex(r"[0-9]{1,3} months"))
def test_it_is_a_day_that_a_review_may_be_on(today: date, horizon: str) -> None:
    assert today <= review_after(horizon, today) <= latest_review(today)


@pytest.mark.parametrize("content", SHIPPED, ids=lambda content: content["model"]["name"])
def test_it_reads_the_horizons_of_the_shipped_models(content: dict[str, dict[str, str]]) -> None:
    assert review_after(content["model"]["horizon"], DAY) == date(2027, 11, 29)
