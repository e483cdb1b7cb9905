"""ROC-AUC where people have several rows, such as one for each day."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from app.domain.schema import BoolArray, FloatArray, IntArray
from research.training.discrimination import Interval

_DRAWS, _SEED = 1000, 0
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
    rows_of = [np.flatnonzero(person == one) for one in people]
    rng, values = np.random.default_rng(_SEED), []
    for _ in range(_DRAWS):
        drawn = np.concatenate([rows_of[one] for one in rng.integers(len(rows_of), size=len(rows_of))])
        if 0 < outcome[drawn].sum() < len(drawn):
            values.append(roc_auc_score(outcome[drawn], risk[drawn]))
    if len(values) < _DRAWS / 2:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    value = float(roc_auc_score(outcome, risk))
    return Interval(value, low=min(value, float(low)), high=max(value, float(high)))
