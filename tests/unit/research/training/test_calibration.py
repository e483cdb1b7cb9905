"""Calibration slope, intercept and bins."""

import numpy as np
import pytest

from research.training.calibration import brier_score, calibration_bins, calibration_line


def test_risks_that_mean_what_they_say_are_on_the_diagonal() -> None:
    # 10 of 50 people given 20 %, and 40 of 50 given 80 %, have the outcome.
    risk = np.repeat([0.2, 0.8], 50)
    outcome = np.tile(np.arange(50), 2) < np.repeat([10, 40], 50)

    assert calibration_line(outcome, risk) == pytest.approx({"slope": 1.0, "intercept": 0.0}, abs=1e-9)


def test_too_extreme_risks_have_a_slope_below_one() -> None:
    risk = np.repeat([0.05, 0.95], 50)
    outcome = np.tile(np.arange(50), 2) < np.repeat([10, 40], 50)

    # The log-odds of 0.8 over those of 0.95.
    assert calibration_line(outcome, risk)["slope"] == pytest.approx(np.log(4) / np.log(19))


def test_too_low_risks_have_an_intercept_above_zero() -> None:
    risk = np.repeat([0.1, 0.3], 50)
    outcome = np.arange(100) % 2 == 0

    # Half have the outcome: by symmetry the shift that makes it so is the mean of the two log-odds.
    assert calibration_line(outcome, risk)["intercept"] == pytest.approx((np.log(9) + np.log(7 / 3)) / 2)


def test_bins_have_equal_counts_in_order_of_risk() -> None:
    risk = np.linspace(0.99, 0.01, 25)

    bins = calibration_bins(risk > 0.5, risk)

    assert sorted({part["n"] for part in bins}) == [2, 3]
    assert [part["mean_risk"] for part in bins] == sorted(part["mean_risk"] for part in bins)
    assert (bins[0]["observed"], bins[-1]["observed"]) == (0.0, 1.0)


def test_brier_score() -> None:
    assert brier_score(np.array([True, False]), np.array([0.8, 0.4])) == pytest.approx(0.1)


def test_of_risks_of_0_and_1_alone_no_line_is_told() -> None:
    rng = np.random.default_rng(3)
    outcome = rng.random(200) < 0.4
    for wrong in (1, 40, 199):
        risk = outcome.astype(float)
        risk[rng.choice(200, wrong, replace=False)] = rng.integers(0, 2, wrong)
        line = calibration_line(outcome, risk)
        assert all(value is None or np.isfinite(value) for value in line.values())


def test_risks_near_0_for_people_with_the_outcome_stop_nothing() -> None:
    outcome = np.arange(40) % 2 == 0
    assert calibration_line(outcome, np.where(np.arange(40) < 39, 0.0, 1.0))["intercept"] is None
