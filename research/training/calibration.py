"""Whether risks mean what they say: among people given 30 %, do 30 % have the outcome?"""

import math
from typing import Any

import numpy as np

from app.domain.schema import BoolArray, FloatArray

BINS = 10
_NEWTON_STEPS = 25


def calibration_bins(outcome: BoolArray, risk: FloatArray) -> list[dict[str, Any]]:
    """Ten bins of equal count in order of risk: people, mean risk, and the share with the outcome."""
    order = np.argsort(risk, kind="stable")
    return [
        {"n": len(part), "mean_risk": float(risk[part].mean()), "observed": float(outcome[part].mean())}
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def calibration_line(outcome: BoolArray, risk: FloatArray) -> dict[str, float | None]:
    """Calibration slope and intercept (Cox, 1958; terms as in Van Calster et al., 2019).

    `slope` is that of a logistic regression of the outcome on the log-odds of the risk: 1 is ideal, below
    it risks are too extreme. `intercept` is calibration in the large, with the slope held at 1: 0 is
    ideal, above it risks are too low. There is no slope, None, where the risks part the people with the
    outcome from those without it, or do not differ. Neither is there, None, where risks lie so near 0 and 1
    that no line through them can be found.
    """
    clipped = np.clip(risk, 1e-6, 1 - 1e-6)
    log_odds = np.log(clipped / (1 - clipped))
    ones = np.ones_like(log_odds)
    in_the_large = _logistic(ones[:, None], outcome, offset=log_odds)
    line = None if _has_no_slope(outcome, log_odds) else logistic_line(outcome, log_odds)
    return {"slope": _told(line and line[1]), "intercept": _told(float(in_the_large[0]))}


def _told(coefficient: float | None) -> float | None:
    return None if coefficient is None or not math.isfinite(coefficient) else coefficient


def _has_no_slope(outcome: BoolArray, log_odds: FloatArray) -> bool:
    with_it, without = log_odds[outcome], log_odds[~outcome]
    return bool(np.ptp(log_odds) == 0 or with_it.min() >= without.max() or with_it.max() <= without.min())


def logistic_line(outcome: BoolArray, log_odds: FloatArray) -> tuple[float, float]:
    """Intercept and slope of the logistic regression of the outcome on some log-odds (Platt, 1999).

    Both are NaN where none can be found.
    """
    design = np.column_stack([np.ones_like(log_odds), log_odds])
    intercept, slope = _logistic(design, outcome, np.zeros_like(log_odds))
    return float(intercept), float(slope)


def brier_score(outcome: BoolArray, risk: FloatArray) -> float:
    """Mean squared difference between risk and outcome (Brier, 1950): 0 is perfect."""
    return math.fsum((risk - outcome) ** 2) / len(risk)


def _logistic(design: FloatArray, outcome: BoolArray, offset: FloatArray) -> FloatArray:
    """Maximum-likelihood coefficients by Newton's method; unpenalised, unlike scikit-learn's default.

    NaN where the steps lead nowhere, as they do where all risks are all but 0 or 1.
    """
    coefficients = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        with np.errstate(over="ignore"):
            fitted = 1.0 / (1.0 + np.exp(-(design @ coefficients + offset)))
        weight = fitted * (1.0 - fitted)
        try:
            step = np.linalg.solve(design.T @ (design * weight[:, None]), design.T @ (outcome - fitted))
        except np.linalg.LinAlgError:
            return np.full_like(coefficients, np.nan)
        coefficients = coefficients + step
    return coefficients
