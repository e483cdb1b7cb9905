"""Figures with intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.evaluation.metrics.estimates import mean, quantile, share


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_interval_of_a_share_holds_it_and_stays_within_bounds(flags: list[bool]) -> None:
    found = share(flags)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 100


def test_wilson_by_hand() -> None:
    found = share([True] * 8 + [False] * 2)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((80, 49.02, 94.33), abs=0.01)


def test_nobody_has_no_figure_and_unknown_ones_are_left_out() -> None:
    assert share([]) is None
    assert mean([np.nan]) is None
    found = quantile([1.0, np.nan, 3.0])
    assert found is not None
    assert found.value == 2.0


def test_the_same_people_have_the_same_interval() -> None:
    assert mean([1.0, 2.0, 5.0]) == mean([1.0, 2.0, 5.0])
