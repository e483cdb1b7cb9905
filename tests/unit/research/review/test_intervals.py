"""Few cases that are all alike leave a method's figures uncertain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.review.verdicts import mean_over_cases


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(1.0, 0.757, 1.0), (0.0, 0.0, 0.243), (0.5, 0.254, 0.746)],
)
def test_twelve_cases_that_are_all_alike_have_wilsons_interval(value: float, low: float, high: float) -> None:
    told = mean_over_cases([value] * 12)
    assert told is not None
    assert (told.value, told.low, told.high) == pytest.approx((value, low, high), abs=1e-3)


def test_ratings_that_are_all_alike_have_an_interval_within_the_scale() -> None:
    told = mean_over_cases([5.0] * 12, ends=(1, 5))
    assert told is not None
    assert (told.value, told.low, told.high) == pytest.approx((5, 1 + 4 * 0.7575, 5), abs=1e-3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_is_within_the_ends_and_wide_where_cases_are_alike(values: list[float]) -> None:
    told = mean_over_cases(values)
    assert told is not None
    assert told.low is not None
    assert told.high is not None
    assert 0 <= told.low <= told.high <= 1
    if len(set(values)) == 1:
        assert told.low <= told.value <= told.high
        assert told.high - told.low > 0.1


def test_of_no_case_nothing_is_told() -> None:
    assert mean_over_cases([]) is None
