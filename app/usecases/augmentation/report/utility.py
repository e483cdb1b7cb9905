"""What rows are worth to the model's own learner."""

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from app.classifiers.training_procedure import Sample, fit, risk_of
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.usecases.augmentation.report.figures import Difference, Scores, Utility
from app.usecases.augmentation.report.inputs import ReportInputs

_RESAMPLES, _PARTS = 1_000, 20
Score = Callable[[BoolArray, FloatArray, float], FloatArray]
"""Of people with these outcomes, shape (n,), and risks, shape (draws, n), at a threshold: shape (draws,)."""


def utility(inputs: ReportInputs, seed: int) -> Utility | None:
    """Fit as the model was, on its training people, with and without the rows.

    None without rows, and where nobody of one class was held out.
    """
    tested, training = inputs.held_out, inputs.training
    if not len(inputs.synthetic) or len(np.unique(tested.outcome)) < 2:
        return None
    schema = inputs.schema
    labels = np.full(len(inputs.synthetic), inputs.label)
    with_rows = Sample(
        np.concatenate([training.rows, inputs.synthetic]), np.concatenate([training.outcome, labels])
    )
    before, after = (risk_of(fit(schema, sample), tested.rows) for sample in (training, with_rows))
    limit, drawn = schema.model.threshold, _drawn(tested.outcome, seed)
    return Utility(
        real=_scores(tested.outcome, before, limit),
        augmented=_scores(tested.outcome, after, limit),
        **{
            name: _difference(score, tested.outcome, before, after, limit, drawn)
            for name, score in SCORES.items()
        },
    )


def _f1(outcome: BoolArray, risk: FloatArray, limit: float) -> FloatArray:
    predicted = risk > limit
    right = [(predicted == outcome)[:, outcome == label].sum(axis=1) for label in (False, True)]
    wrong = (predicted != outcome).sum(axis=1)
    mean: FloatArray = np.mean([2 * hits / np.maximum(2 * hits + wrong, 1) for hits in right], axis=0)
    return mean


def _balanced_accuracy(outcome: BoolArray, risk: FloatArray, limit: float) -> FloatArray:
    right = (risk > limit) == outcome
    mean: FloatArray = np.mean([right[:, outcome == label].mean(axis=1) for label in (False, True)], axis=0)
    return mean


def _auc(outcome: BoolArray, risk: FloatArray, limit: float) -> FloatArray:
    """Mann and Whitney's U over all pairs; the threshold plays no part."""
    high, low = int(outcome.sum()), int((~outcome).sum())
    ranks = rankdata(risk, axis=1)[:, outcome].sum(axis=1)
    share: FloatArray = (ranks - high * (high + 1) / 2) / (high * low)
    return share


SCORES: dict[str, Score] = {"f1": _f1, "balanced_accuracy": _balanced_accuracy, "auc": _auc}
"""Computed for all draws at once: scikit-learn's, one draw at a time, take longer than both fits."""


def _drawn(outcome: BoolArray, seed: int) -> IntArray:
    """People drawn with replacement, each by one of the same outcome, shape (draws, n)."""
    rng = np.random.default_rng(seed)
    drawn = np.empty((_RESAMPLES, len(outcome)), dtype=np.int64)
    for label in (False, True):
        members = np.flatnonzero(outcome == label)
        drawn[:, members] = rng.choice(members, (_RESAMPLES, len(members)))
    return drawn


def _scores(outcome: BoolArray, risk: FloatArray, limit: float) -> Scores:
    return Scores(**{name: float(score(outcome, risk[None], limit)[0]) for name, score in SCORES.items()})


def _difference(
    score: Score, outcome: BoolArray, before: FloatArray, after: FloatArray, limit: float, drawn: IntArray
) -> Difference:
    scores = [score(outcome, risk[None], limit)[0] for risk in (before, after)]
    differences = [
        score(outcome, after[some], limit) - score(outcome, before[some], limit)
        for some in np.array_split(drawn, _PARTS)
    ]
    low, high = np.percentile(np.concatenate(differences), [2.5, 97.5])
    return Difference(value=float(scores[1] - scores[0]), low=float(low), high=float(high))
