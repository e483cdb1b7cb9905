"""ROC-AUC where people have several rows, such as one for each day."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from app.domain.schema import BoolArray, FloatArray, IntArray
from research.training.discrimination import Interval

_DRAWS, _SEED = 1000, 0
_CELLS = 2_000_000
"""Draws times rows that are worked on at once: some 100 MB."""
_FEWEST = 5
"""People; of fewer, samples say the same again and again."""


def persons_of(ids: Sequence[str]) -> IntArray | None:
    """Whose row each is, numbered from 0; None where everybody has one row."""
    known, person = np.unique(ids, return_inverse=True)
    return None if len(known) == len(ids) else person.astype(np.int64)


def roc_auc_of_people(outcome: BoolArray, risk: FloatArray, person: IntArray) -> Interval | None:
    """Area under the ROC curve of rows, with an interval that draws people and not rows.

    Percentiles of bootstrap samples of people (Field and Welsh, 2007), each with all their rows; samples in
    which everybody has the outcome, or nobody, are left out. None where fewer than two rows have, or have
    not, the outcome, there are hardly any people, or hardly a sample could be judged.
    """
    if min(outcome.sum(), (~outcome).sum()) < 2:
        return None
    people = np.unique(person)
    if len(people) < _FEWEST:
        return None
    rng, size = np.random.default_rng(_SEED), len(people)
    drawn = np.array([np.bincount(rng.integers(size, size=size), minlength=size) for _ in range(_DRAWS)])
    column = np.searchsorted(people, person)
    blocks = np.array_split(drawn, -(-_DRAWS * len(person) // _CELLS))
    values = np.concatenate([_areas(outcome, risk, block[:, column]) for block in blocks])
    if len(values) < _DRAWS / 2:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    value = float(roc_auc_score(outcome, risk))
    return Interval(value, low=min(value, float(low)), high=max(value, float(high)))


def _areas(outcome: BoolArray, risk: FloatArray, times: IntArray) -> FloatArray:
    """ROC-AUC of each sample that has both outcomes; `times` (samples, rows) says how often a row is in it.

    The share of pairs of a row with the outcome and one without in which the former's risk is higher, where
    equal risks count half (Hanley and McNeil, 1982).
    """
    order = np.argsort(risk, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(risk[order]) > 0])
    having, without = (
        np.add.reduceat(times[:, order] * which[order], starts, axis=1) for which in (outcome, ~outcome)
    )
    below = np.cumsum(without, axis=1) - without
    pairs = having.sum(axis=1) * without.sum(axis=1)
    won = (having * (below + without / 2)).sum(axis=1)
    areas: FloatArray = won[pairs > 0] / pairs[pairs > 0]
    return areas
