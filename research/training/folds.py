"""Cross-validation among training people: who is left out in turn."""

from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from app.classifiers.training_procedure import Sample
from app.domain.schema import IntArray

FOLDS = 5

Folds = Sequence[tuple[IntArray, IntArray]]
"""Who is learned from and who is left out, by position."""


def folds_of(people: Sample, ids: Sequence[str]) -> Iterator[tuple[IntArray, IntArray]]:
    """Who is learned from and who is left out: each row is left out once, and all rows of one id together."""
    if len(set(ids)) == len(ids):
        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(people.rows, people.outcome)
    else:
        whole = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
        yield from whole.split(people.rows, people.outcome, np.unique(ids, return_inverse=True)[1])
