"""Figures of two versions on the same people, with intervals of their differences."""

from dataclasses import dataclass

import numpy as np

from app.domain.certainty import Z95, wilson_interval
from app.domain.schema import BoolArray, FloatArray
from research.training.calibration import brier_score, calibration_line
from research.training.discrimination import FEWEST_OF_EACH, Interval, roc_auc, share_below


@dataclass(frozen=True, slots=True)
class OneVersion:
    """How one version does."""

    roc_auc: Interval | None
    brier: float
    mean_risk: float
    calibration: dict[str, float | None] | None
    high: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How two versions do on some people, and what would be otherwise with the second. Differences are the
    second's figure less the first's, with 95 % intervals."""

    people: int
    with_outcome: int
    one: OneVersion
    other: OneVersion
    auc_difference: Interval | None
    brier_difference: Interval
    to_high: tuple[int, int]
    """Labels that go from low to high: with the outcome, and without."""
    to_low: tuple[int, int]
    changed: Interval
    """The share whose label changes."""


def figures_of(
    outcome: BoolArray, risks: tuple[FloatArray, FloatArray], thresholds: tuple[float, float]
) -> Figures:
    """Of people with their risks by both versions, each of shape (n,), each high above its own threshold.

    How well risks tell who has the outcome is not told of fewer than `FEWEST_OF_EACH` with it or without it.
    """
    one, other = risks
    high, high_then = one > thresholds[0], other > thresholds[1]
    squares = (other - outcome) ** 2 - (one - outcome) ** 2
    up, down = ~high & high_then, high & ~high_then
    is_enough = min(int(outcome.sum()), int((~outcome).sum())) >= FEWEST_OF_EACH
    return Figures(
        people=len(outcome),
        with_outcome=int(outcome.sum()),
        one=_one(outcome, one, high, is_enough),
        other=_one(outcome, other, high_then, is_enough),
        auc_difference=auc_difference(outcome, one, other) if is_enough else None,
        brier_difference=_mean(squares),
        to_high=(int((up & outcome).sum()), int((up & ~outcome).sum())),
        to_low=(int((down & outcome).sum()), int((down & ~outcome).sum())),
        changed=_share(int((up | down).sum()), len(outcome)),
    )


def auc_difference(outcome: BoolArray, one: FloatArray, other: FloatArray) -> Interval | None:
    """The difference of two areas under ROC curves on the same people, by DeLong et al. (1988).

    None where fewer than two people have, or have not, the outcome.
    """
    cases = int(outcome.sum())
    controls = len(outcome) - cases
    if min(cases, controls) < 2:
        return None
    of_cases, of_controls = (
        then - now for now, then in zip(_placements(outcome, one), _placements(outcome, other), strict=True)
    )
    error = float(np.sqrt(of_cases.var(ddof=1) / cases + of_controls.var(ddof=1) / controls))
    value = float(of_cases.mean())
    return Interval(value, value - Z95 * error, value + Z95 * error)


def _share(part: int, whole: int) -> Interval:
    """A share with the interval of Wilson (1927)."""
    low, high = wilson_interval(part, whole)
    return Interval(part / whole, low, high)


def _one(outcome: BoolArray, risk: FloatArray, high: BoolArray, is_enough: bool) -> OneVersion:
    return OneVersion(
        roc_auc=roc_auc(outcome, risk) if is_enough else None,
        brier=brier_score(outcome, risk),
        mean_risk=float(risk.mean()),
        calibration=calibration_line(outcome, risk) if is_enough else None,
        high=int(high.sum()),
    )


def _placements(outcome: BoolArray, risk: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each case the share of controls below, of each control the share of cases above; ties count half."""
    cases, controls = risk[outcome], risk[~outcome]
    return share_below(np.sort(controls), cases), 1.0 - share_below(np.sort(cases), controls)


def _mean(values: FloatArray) -> Interval:
    """A mean with its interval, normal approximation."""
    value = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
    return Interval(value, value - Z95 * error, value + Z95 * error)
