"""Whether risks mean what they say among people left out, and a map that mends them where it does.

Boosted trees by log loss are calibrated as a rule. So a map is kept only where it helps people on whom it was
not fitted, by a margin: a map that helps by chance would only add noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import isotonic_regression

from app.classifiers.link import LOGISTIC, Link, LinkKind
from app.domain.schema import BoolArray, FloatArray
from research.training.calibration import brier_score, calibration_line, logistic_line
from research.training.folds import Folds

MARGIN = 0.01
"""Share of the log loss of people left out that a map must take away to be kept."""
ISOTONIC_NEEDS = 1000
"""People; from fewer a map of many steps is not fitted."""
_FEWEST_CASES = 100
"""With and without the outcome, for the same reason."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """The map kept, and how calibrated people left out were told with each."""

    link: Link
    """The map kept; the logistic one is none."""
    figures: dict[str, dict[str, Any]]
    """By "none", "platt" and "isotonic": of people left out, for each what `told` says."""


def recalibration_of(margin: FloatArray, outcome: BoolArray, folds: Folds) -> Recalibration:
    """The map that helps most by `MARGIN` or more, if any does.

    `margin` is each training person's, in log-odds, by a classifier that did not see them. A map is judged on
    a fold by one fitted to the other folds. The one kept is fitted to all.
    """
    tried = {"none": LOGISTIC.risk(margin)}
    for kind, fit in _kinds(outcome).items():
        if (risk := _crossed(fit, margin, outcome, folds)) is not None:
            tried[kind] = risk
    losses = {kind: log_loss(outcome, risk) for kind, risk in tried.items()}
    best = min(losses, key=lambda kind: losses[kind])
    is_worth_it = losses[best] <= (1 - MARGIN) * losses["none"]
    kept = _kinds(outcome)[best](margin, outcome) if is_worth_it else None
    return Recalibration(kept or LOGISTIC, {kind: told(outcome, risk) for kind, risk in tried.items()})


def told(outcome: BoolArray, risk: FloatArray) -> dict[str, Any]:
    """Slope and intercept, Brier score, log loss, and how many are expected for each who has the outcome."""
    return {
        **calibration_line(outcome, risk),
        "brier": brier_score(outcome, risk),
        "log_loss": log_loss(outcome, risk),
        "expected_to_observed": float(risk.sum() / outcome.sum()),
    }


def log_loss(outcome: BoolArray, risk: FloatArray) -> float:
    """Mean negative log-likelihood; a risk of 0 or 1 counts as one in a million short of it."""
    clipped = np.clip(risk, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(outcome, np.log(clipped), np.log1p(-clipped))))


_Fit = Callable[[FloatArray, BoolArray], Link | None]


def _kinds(outcome: BoolArray) -> dict[str, _Fit]:
    with_it = int(outcome.sum())
    is_many = len(outcome) >= ISOTONIC_NEEDS and min(with_it, len(outcome) - with_it) >= _FEWEST_CASES
    return {"platt": platt, "isotonic": isotonic} if is_many else {"platt": platt}


def platt(margin: FloatArray, outcome: BoolArray) -> Link | None:
    """The logistic map by maximum likelihood; None where it would fall, or there is none.

    There is none where everybody has the outcome, or nobody.
    """
    with_it, without = margin[outcome], margin[~outcome]
    if not len(with_it) or not len(without):
        return None
    if np.ptp(margin) == 0 or with_it.min() >= without.max():
        return None
    intercept, slope = logistic_line(outcome, margin)
    is_rising = np.isfinite([slope, intercept]).all() and slope > 0
    return Link(LinkKind.PLATT, slope=slope, intercept=intercept) if is_rising else None


def isotonic(margin: FloatArray, outcome: BoolArray) -> Link | None:
    """The best map that never falls, as lines between the means of its steps.

    Risks stay one half person off 0 and 1: nobody is told that they cannot have the outcome, or must. None
    where there is one step alone.
    """
    # People of one margin get one risk, so they are one point that counts as many as they are.
    at, of, people = np.unique(margin, return_inverse=True, return_counts=True)
    levels = isotonic_regression(np.bincount(of, weights=outcome) / people, sample_weight=people)
    starts = np.flatnonzero(np.diff(levels, prepend=-1.0) > 0)
    margins = np.add.reduceat(at * people, starts) / np.add.reduceat(people, starts)
    least = 0.5 / len(margin)
    risks = np.clip(levels[starts], least, 1 - least)
    distinct = np.append(True, np.diff(margins) > 0)
    points = margins[distinct].tolist(), risks[distinct].tolist()
    return (
        Link(LinkKind.ISOTONIC, margins=tuple(points[0]), risks=tuple(points[1]))
        if len(points[0]) > 1
        else None
    )


def _crossed(fit: _Fit, margin: FloatArray, outcome: BoolArray, folds: Folds) -> FloatArray | None:
    """Everybody's risk by a map that was fitted without them; None where a fold has no such map."""
    risk = np.empty(len(margin))
    for seen, left_out in folds:
        mapped = fit(margin[seen], outcome[seen])
        if mapped is None:
            return None
        risk[left_out] = mapped.risk(margin[left_out])
    return risk
