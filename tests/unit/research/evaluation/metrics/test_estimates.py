"""Figures with intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.evaluation.metrics.estimates import mean, quantile, share


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_interval_of_a_share_holds_it_and_stays_within_bounds(flags: list[bool]) -> None:
    estimate = share(flags)
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.value + 1e-9
    assert estimate.value - 1e-9 <= estimate.high <= 100


def test_wilson_by_hand() -> None:
    estimate = share([True] * 8 + [False] * 2)
    assert estimate is not None
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((80, 49.02, 94.33), abs=0.01)


def test_nobody_has_no_figure_and_unknown_ones_are_left_out() -> None:
    assert share([]) is None
    assert mean([np.nan]) is None
    estimate = quantile([1.0, np.nan, 3.0])
    assert estimate is not None
    assert estimate.value == 2.0


def test_the_same_people_have_the_same_interval() -> None:
    assert mean([1.0, 2.0, 5.0]) == mean([1.0, 2.0, 5.0])
