"""Figures of two versions on the same people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.comparison.figures import auc_difference, figures_of
from research.training.discrimination import roc_auc

PEOPLE = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 20)), min_size=8, max_size=60
).filter(lambda people: 2 <= sum(one[0] for one in people) <= len(people) - 2)
THRESHOLD = st.floats(0.05, 0.6)


def _columns(people: list[tuple[bool, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    outcome, one, other = (np.array(column) for column in zip(*people, strict=True))
    return outcome.astype(bool), one / 20, other / 20


@given(PEOPLE)
def test_the_difference_of_areas_is_that_of_the_areas_and_turns_with_the_versions(
    people: list[tuple[bool, int, int]],
) -> None:
    outcome, one, other = _columns(people)
    areas = [roc_auc(outcome, risk) for risk in (one, other)]
    difference, turned = auc_difference(outcome, one, other), auc_difference(outcome, other, one)
    assert difference is not None
    assert turned is not None
    assert areas[0] is not None
    assert areas[1] is not None
    assert difference.value == pytest.approx(areas[1].value - areas[0].value, abs=1e-12)
    assert difference.low <= difference.value <= difference.high
    assert (turned.low, turned.high) == pytest.approx((-difference.high, -difference.low), abs=1e-12)


@given(PEOPLE, THRESHOLD, THRESHOLD)
def test_labels_that_change_are_told_by_outcome(
    people: list[tuple[bool, int, int]], threshold: float, other_threshold: float
) -> None:
    outcome, one, other = _columns(people)
    told = figures_of(outcome, (one, other), (threshold, other_threshold))
    now, then = one > threshold, other > other_threshold
    assert sum(told.to_high) + sum(told.to_low) == int((now != then).sum())
    assert told.to_high == (int((~now & then & outcome).sum()), int((~now & then & ~outcome).sum()))
    assert told.other.high - told.one.high == sum(told.to_high) - sum(told.to_low)
    assert told.brier_difference.value == pytest.approx(told.other.brier - told.one.brier, abs=1e-12)
    assert told.changed.low <= told.changed.value <= told.changed.high


def test_the_interval_of_a_pair_is_narrower_than_that_of_strangers() -> None:
    """Two versions that err alike are compared on the same people."""
    random = np.random.default_rng(5)
    outcome = random.random(400) < 0.4
    one = np.clip(0.3 + 0.2 * outcome + 0.2 * random.standard_normal(400), 0, 1)
    other = np.clip(one + 0.02 * random.standard_normal(400), 0, 1)
    difference, alone = auc_difference(outcome, one, other), roc_auc(outcome, one)
    assert difference is not None
    assert alone is not None
    assert difference.high - difference.low < 0.5 * (alone.high - alone.low)


@pytest.mark.parametrize(("cases", "controls"), [(1, 2), (9, 300), (300, 9)])
def test_of_too_few_there_is_no_area_and_no_line(cases: int, controls: int) -> None:
    risk = np.random.default_rng(5).random(cases + controls)
    told = figures_of(np.arange(cases + controls) < cases, (risk, risk), (0.3, 0.3))
    assert (told.auc_difference, told.one.roc_auc, told.one.calibration) == (None, None, None)
    assert told.with_outcome == cases


def test_of_ten_and_ten_there_are() -> None:
    risk = np.random.default_rng(5).random(20)
    told = figures_of(np.arange(20) < 10, (risk, risk), (0.3, 0.3))
    assert told.auc_difference is not None
    assert told.one.roc_auc is not None
    assert told.one.calibration is not None
