"""Calibration among people left out: a map is kept where it helps, and nowhere else."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.classifiers.link import LOGISTIC, LinkKind
from app.classifiers.training_procedure import Sample
from app.domain.schema import BoolArray, FloatArray
from research.own_model.recalibration import (
    MARGIN,
    isotonic,
    log_loss,
    platt,
    recalibration_of,
)
from research.training.folds import Folds, folds_of

PEOPLE = 3000


def people_with(risk: FloatArray, seed: int = 0) -> BoolArray:
    return np.random.default_rng(seed).random(len(risk)) < risk


def folds(margin: FloatArray, outcome: BoolArray) -> Folds:
    return list(folds_of(Sample(margin[:, None], outcome), [str(row) for row in range(len(margin))]))


@pytest.fixture
def true_margin() -> FloatArray:
    return np.random.default_rng(1).normal(-1, 1.5, PEOPLE)


def test_risks_that_mean_what_they_say_are_left_alone(true_margin: FloatArray) -> None:
    outcome = people_with(LOGISTIC.risk(true_margin))
    found = recalibration_of(true_margin, outcome, folds(true_margin, outcome))
    assert found.link == LOGISTIC
    assert found.figures["none"]["slope"] == pytest.approx(1, abs=0.15)
    assert found.figures["none"]["expected_to_observed"] == pytest.approx(1, abs=0.1)


def test_risks_that_are_too_extreme_are_drawn_in(true_margin: FloatArray) -> None:
    outcome = people_with(LOGISTIC.risk(true_margin))
    extreme = 3 * true_margin + 1
    found = recalibration_of(extreme, outcome, folds(extreme, outcome))
    assert found.link.kind is LinkKind.PLATT
    assert (found.link.slope, found.link.intercept) == pytest.approx((1 / 3, -1 / 3), abs=0.08)
    figures = found.figures
    assert figures["none"]["slope"] == pytest.approx(1 / 3, abs=0.1)
    assert figures["platt"]["slope"] == pytest.approx(1, abs=0.15)
    assert figures["platt"]["log_loss"] <= (1 - MARGIN) * figures["none"]["log_loss"]
    assert figures["platt"]["brier"] < figures["none"]["brier"]


def test_what_no_straight_line_mends_gets_an_isotonic_map() -> None:
    margin = np.random.default_rng(2).uniform(-4, 4, 4000)
    outcome = people_with(np.where(margin < 0, 0.05, np.where(margin < 2, 0.4, 0.45)))
    found = recalibration_of(margin, outcome, folds(margin, outcome))
    assert found.link.kind is LinkKind.ISOTONIC
    told = found.link.risk(np.array([-3.0, 1.0, 3.5]))
    assert told == pytest.approx([0.05, 0.4, 0.45], abs=0.06)


def test_few_people_get_no_map_of_many_steps() -> None:
    margin = np.random.default_rng(2).uniform(-4, 4, 400)
    outcome = people_with(np.where(margin < 0, 0.05, 0.4))
    assert "isotonic" not in recalibration_of(margin, outcome, folds(margin, outcome)).figures


def test_there_is_no_logistic_map_where_margins_part_the_two_groups() -> None:
    outcome = np.arange(100) >= 50
    assert platt(np.linspace(-1, 1, 100), outcome) is None
    assert platt(np.zeros(100), outcome) is None
    falling = platt(-np.linspace(-1, 1, 100) + np.random.default_rng(0).normal(0, 0.5, 100), outcome)
    assert falling is None


@pytest.mark.parametrize("outcome", [np.zeros(20, dtype=bool), np.ones(20, dtype=bool)])
def test_there_is_no_logistic_map_of_people_who_are_all_alike(outcome: BoolArray) -> None:
    assert platt(np.linspace(-1, 1, 20), outcome) is None


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_an_isotonic_map_gives_people_of_one_margin_their_share(seed: int, steps: int) -> None:
    """Trees of few leaves give many people the same margin; the order of rows must not count."""
    rng = np.random.default_rng(seed)
    shares = np.sort(rng.integers(1, 40, steps)) / 40
    assume(len(set(shares)) == steps)
    margin = np.repeat(np.arange(steps) / 4 - 0.5, 40)
    outcome = np.concatenate([np.arange(40) < 40 * share for share in shares])
    order = rng.permutation(len(margin))
    for places in (slice(None), slice(None, None, -1), order):
        mapped = isotonic(margin[places], outcome[places])
        assert mapped is not None
        assert mapped.risk(np.unique(margin)) == pytest.approx(shares)


@given(st.integers(0, 10_000), st.floats(-3, 3), st.integers(20, 300))
def test_an_isotonic_map_never_falls_and_never_says_never(seed: int, shift: float, people: int) -> None:
    rng = np.random.default_rng(seed)
    margin = rng.normal(shift, 1, people).round(1)
    outcome = people_with(LOGISTIC.risk(margin), seed)
    mapped = isotonic(margin, outcome)
    if mapped is None:
        return
    assert (np.diff(mapped.margins) > 0).all()
    assert (np.diff(mapped.risks) >= 0).all()
    assert 0 < min(mapped.risks) <= max(mapped.risks) < 1
    told = mapped.risk(np.linspace(-8, 8, 200))
    assert (np.diff(told) >= 0).all()
    assert log_loss(outcome, mapped.risk(margin)) < 1
