"""What rows made for a scarce class are worth: figures over draws, with intervals and paired tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import wilcoxon

from app.domain.schema import FloatArray
from research.evaluation.augmentation.trial import SCARCE, WHOLE, Trial
from research.evaluation.metrics.estimates import Estimate, mean
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec

_SEED, _RESAMPLES = 2026, 10_000
MEASURES = ("f1", "f1_low", "f1_high", "balanced", "auc")
_BASELINE = "oversampling"

RECOVERY = TableSpec(
    "What is regained",
    "Means over draws of people, on everybody held out, at the magnitude of 1: as many rows as labels were "
    "lost. F1: mean of both classes'. Regained: share of the F1 lost with the labels, (F1 with rows - F1 "
    "scarce) / (F1 with all labels - F1 scarce), of means, with the 95 % bootstrap interval over draws; the "
    "same of AUC. p: Wilcoxon's signed-rank test over draws, two-sided, F1 against no rows and against "
    "random oversampling. Rows: of those wanted, % made and % that are people as they are.",
    (
        Column("f1", "F1, %", decimals=1, interval=True),
        Column("f1_low", "low class", decimals=1),
        Column("f1_high", "high class", decimals=1),
        Column("balanced", "balanced accuracy", decimals=1),
        Column("auc", "AUC, %", decimals=1),
        Column("regained", "F1 regained, %", interval=True),
        Column("auc_regained", "AUC regained, %", interval=True),
        Column("p_none", "p, none", decimals=3),
        Column("p_baseline", "p, oversampling", decimals=3),
        Column("made", "rows made"),
        Column("unchanged", "unchanged"),
        Column("seconds", "s", decimals=1),
    ),
    first="rows by",
)
MAGNITUDES = TableSpec(
    "How many rows",
    "F1 regained, %, when half as many rows are added as labels were lost, as many, or twice as many.",
    (
        Column("0.5", "half", interval=True),
        Column("1.0", "as many", interval=True),
        Column("2.0", "twice", interval=True),
    ),
    first="rows by",
)


@dataclass(frozen=True)
class Draws:
    """Trials of one scarcity that share their draws: the same people, the same labels lost."""

    whole: Sequence[Trial]
    scarce: Sequence[Trial]
    tried: Sequence[Trial]

    def of(self, measure: str) -> tuple[FloatArray, FloatArray, FloatArray]:
        """One measure in per cent with all labels, with those left, and with rows: each of shape (draws,)."""
        return tuple(  # type: ignore[return-value]
            np.array([100 * getattr(one.scores, measure) for one in those])
            for those in (self.whole, self.scarce, self.tried)
        )

    def share(self, measure: str) -> Estimate:
        """Share of what was lost that is regained, per cent; a ratio of means, resampled over draws."""
        whole, scarce, tried = self.of(measure)
        drawn = np.random.default_rng(_SEED).integers(len(whole), size=(_RESAMPLES, len(whole)))
        lost_f1, won = (whole - scarce), (tried - scarce)
        shares = 100 * won[drawn].mean(axis=1) / lost_f1[drawn].mean(axis=1)
        low, high = np.percentile(shares, [2.5, 97.5])
        return Estimate(float(100 * won.mean() / lost_f1.mean()), low=float(low), high=float(high))


def recovery_rows(
    trials: Sequence[Trial], scarcity: str, name_of: Callable[[str], str]
) -> dict[str, Figures]:
    """The table of one scarcity: with all labels, with those left, then each augmenter."""
    of = {key: _at(trials, scarcity, key, 0.0) for key in (WHOLE, SCARCE)}
    rows: dict[str, Figures] = {"all labels": _mean_scores(of[WHOLE]), "none": _mean_scores(of[SCARCE])}
    baseline = _at(trials, scarcity, _BASELINE, 1.0)
    for key in _keys(trials, scarcity):
        tried = _at(trials, scarcity, key, 1.0)
        draws = _paired(of[WHOLE], of[SCARCE], tried)
        rows[name_of(key)] = {
            **_mean_scores(tried),
            "regained": draws.share("f1"),
            "auc_regained": draws.share("auc"),
            "p_none": _test(tried, of[SCARCE]),
            "p_baseline": None if key == _BASELINE else _test(tried, baseline),
            "made": Estimate(100 * sum(t.made for t in tried) / sum(t.wanted for t in tried)),
            "unchanged": Estimate(100 * sum(t.unchanged for t in tried) / sum(t.wanted for t in tried)),
            "seconds": Estimate(float(np.mean([t.seconds for t in tried]))),
        }
    return rows


def magnitude_rows(
    trials: Sequence[Trial], scarcity: str, name_of: Callable[[str], str]
) -> dict[str, Figures]:
    """Share of lost F1 that is regained, by magnitude."""
    whole, scarce = (_at(trials, scarcity, key, 0.0) for key in (WHOLE, SCARCE))
    rows: dict[str, Figures] = {}
    for key in _keys(trials, scarcity):
        rows[name_of(key)] = {}
        for magnitude in (0.5, 1.0, 2.0):
            if tried := _at(trials, scarcity, key, magnitude):
                rows[name_of(key)][str(magnitude)] = _paired(whole, scarce, tried).share("f1")
    return rows


def lost_f1(trials: Sequence[Trial], scarcity: str) -> Estimate | None:
    """How much F1 goes with the labels, in points of per cent."""
    whole, scarce = (_at(trials, scarcity, key, 0.0) for key in (WHOLE, SCARCE))
    pairs = zip(whole, scarce, strict=True)
    return mean([100 * (one.scores.f1 - other.scores.f1) for one, other in pairs])


def _keys(trials: Sequence[Trial], scarcity: str) -> list[str]:
    keys = dict.fromkeys(one.augmenter for one in trials if one.scarcity == scarcity)
    return [key for key in keys if key not in (WHOLE, SCARCE)]


def _at(trials: Sequence[Trial], scarcity: str, key: str, magnitude: float) -> list[Trial]:
    """By the seed of the draw."""
    matching = [t for t in trials if (t.scarcity, t.augmenter, t.magnitude) == (scarcity, key, magnitude)]
    return sorted(matching, key=lambda trial: trial.seed)


def _paired(whole: list[Trial], scarce: list[Trial], tried: list[Trial]) -> Draws:
    """The draws that an augmenter was tried on."""
    seeds = {trial.seed for trial in tried}
    return Draws(
        whole=[t for t in whole if t.seed in seeds],
        scarce=[t for t in scarce if t.seed in seeds],
        tried=tried,
    )


def _mean_scores(trials: Sequence[Trial]) -> Figures:
    return {measure: mean([100 * getattr(t.scores, measure) for t in trials]) for measure in MEASURES}


def _test(tried: Sequence[Trial], others: Sequence[Trial]) -> Estimate | None:
    """The p-value of equal F1 on the draws both were tried on; None where there are too few to tell."""
    by_seed = {trial.seed: trial.scores.f1 for trial in others}
    differences = [trial.scores.f1 - by_seed[trial.seed] for trial in tried if trial.seed in by_seed]
    if len(differences) < 6 or not any(differences):
        return None
    return Estimate(float(wilcoxon(differences).pvalue))
