"""F1 before labels were lost, after, and with rows made: what comes back, in points and as a share.

F1 is the mean of both classes'. The points regained are the mean over draws of (F1 with rows - F1 scarce).
The F1 recovery is their share of the points lost: the mean of (F1 with rows - F1 scarce) over the mean of
(F1 with all labels - F1 scarce). It has no meaning where nothing was lost: it is told only where the interval
of the points lost lies above 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.augmentation.report import name_of
from research.evaluation.augmentation.trial import SCARCE, WHOLE
from research.evaluation.metrics.estimates import Estimate
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec
from research.papers_study.scarcity import FoldTrial

MAGNITUDES = (0.5, 1.0, 2.0)
_SEED, _RESAMPLES = 2026, 5000
_WORDS = {0.5: "50 %", 1.0: "100 %", 2.0: "200 %"}

SPEC = TableSpec(
    "F1 before, scarce and after",
    "On people of the fold, whom nobody drew, changed or learned from. F1 is the mean of both classes', in "
    "%; of ways to make rows, at 100 %. 50, 100, 200 %: rows added, as a share of the labels lost. Points: "
    "F1 with rows less F1 scarce, mean over folds and draws. Recovery: these points as % of those lost; not "
    "told (-) where the interval of the points lost reaches 0: there is nothing to regain then. In brackets: "
    "95 %, drawing folds and, within them, draws.",
    (
        Column("f1", "F1", decimals=1, interval=True),
        *(
            column
            for magnitude in MAGNITUDES
            for column in (
                Column(f"points {magnitude}", f"points, {_WORDS[magnitude]}", decimals=1, interval=True),
                Column(f"share {magnitude}", f"recovery, {_WORDS[magnitude]}", interval=True),
            )
        ),
    ),
    first="rows by",
)


@dataclass(frozen=True)
class Scores:
    """F1 of one scarcity in per cent, by fold and draw: shape (folds, draws)."""

    whole: FloatArray
    scarce: FloatArray

    def lost(self) -> Estimate:
        """Points lost with the labels."""
        return _estimate(self.whole - self.scarce)

    def regained(self, tried: FloatArray) -> Estimate:
        """Points that come back."""
        return _estimate(tried - self.scarce)

    def share(self, tried: FloatArray) -> Estimate | None:
        """Share of the points lost that comes back, per cent; None where nothing was lost, beyond chance."""
        lost = self.lost()
        if lost.low is None or lost.low <= 0:
            return None
        won, gone = tried - self.scarce, self.whole - self.scarce
        drawn = 100 * _resampled(won) / _resampled(gone)
        low, high = np.percentile(drawn, [2.5, 97.5])
        return Estimate(float(100 * won.mean() / gone.mean()), low=float(low), high=float(high))


def scores_of(trials: Sequence[FoldTrial], scarcity: str) -> Scores:
    """Those without anything made."""
    return Scores(*(f1_of(trials, scarcity, key, 0.0) for key in (WHOLE, SCARCE)))


def f1_of(trials: Sequence[FoldTrial], scarcity: str, augmenter: str, magnitude: float) -> FloatArray:
    """F1 in per cent, shape (folds, draws); nothing where it was not tried."""
    asked = (scarcity, augmenter, magnitude)
    found = {
        (one.fold, one.trial.seed): 100 * one.trial.scores.f1
        for one in trials
        if (one.trial.scarcity, one.trial.augmenter, one.trial.magnitude) == asked
    }
    folds, seeds = (sorted({key[place] for key in found}) for place in (0, 1))
    return np.array([[found[fold, seed] for seed in seeds] for fold in folds])


def recovery_rows(trials: Sequence[FoldTrial], scarcity: str) -> dict[str, Figures]:
    """The table of one scarcity: with all labels, with those left, then each way to make rows."""
    scores = scores_of(trials, scarcity)
    rows: dict[str, Figures] = {
        "all labels": {"f1": _estimate(scores.whole)},
        "scarce": {"f1": _estimate(scores.scarce)},
    }
    for key in augmenters_of(trials, scarcity):
        figures: Figures = {}
        for magnitude in MAGNITUDES:
            tried = f1_of(trials, scarcity, key, magnitude)
            if tried.size:
                figures[f"points {magnitude}"] = scores.regained(tried)
                figures[f"share {magnitude}"] = scores.share(tried)
            if magnitude == 1.0 and tried.size:
                figures["f1"] = _estimate(tried)
        rows[name_of(key)] = figures
    return rows


def augmenters_of(trials: Sequence[FoldTrial], scarcity: str) -> list[str]:
    """The ways to make rows that were tried, in their order."""
    keys = dict.fromkeys(one.trial.augmenter for one in trials if one.trial.scarcity == scarcity)
    return [key for key in keys if key not in (WHOLE, SCARCE)]


def headline(trials: Sequence[FoldTrial], scarcity: str) -> str:
    """How much goes with the labels."""
    lost = scores_of(trials, scarcity).lost()
    whose = "both classes" if scarcity == "both" else f"the {scarcity} class"
    return (
        f"Half the labels of {whose} gone: {lost.value:.1f} points of F1 lost "
        f"({lost.low:.1f} to {lost.high:.1f})."
    )


def _estimate(values: FloatArray) -> Estimate:
    low, high = np.percentile(_resampled(values), [2.5, 97.5])
    return Estimate(float(values.mean()), low=float(low), high=float(high))


def _resampled(values: FloatArray) -> FloatArray:
    """Means of bootstrap samples of folds and, within each, of draws; the same samples for the same shape."""
    rng, (folds, draws) = np.random.default_rng(_SEED), values.shape
    fold = rng.integers(folds, size=(_RESAMPLES, folds, 1))
    draw = rng.integers(draws, size=(_RESAMPLES, folds, draws))
    means: FloatArray = values[fold, draw].mean(axis=(1, 2))
    return means
