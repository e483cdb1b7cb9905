"""Columns that tell the outcome nearly alone: they may have been written down after it, or because of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from app.domain.schema import BoolArray, FloatArray

LEAK = 0.95
"""A single column with a higher ROC-AUC is suspected."""
_FOLDS = 5
_FEWEST = 5
"""People with, and without, the outcome of whom a column must tell something before it is judged."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A suspected column: its ROC-AUC alone, of its values or of where they are missing."""

    column: str
    auc: float
    by_missing: bool


def leaks_of(columns: "Mapping[str, pd.Series]", outcome: BoolArray) -> list[Leak]:
    """The columns that are suspected, the worst first."""
    found = []
    for name, values in columns.items():
        missing = values.isna().to_numpy()
        told = ((auc_alone(values, outcome), False), (_auc(missing.astype(np.float64), outcome), True))
        auc, by_missing = max(told)
        if auc > LEAK:
            found.append(Leak(name, auc, by_missing))
    return sorted(found, key=lambda leak: -leak.auc)


def auc_alone(values: "pd.Series", outcome: BoolArray) -> float:
    """ROC-AUC of a column among those of whom it tells something, whichever way round; 0.5 of too few.

    Categories are ordered by how common the outcome is in each, as other people of the table have it.
    """
    known = values.notna().to_numpy()
    there = outcome[known]
    if values.dtype == np.float64 or values.dtype == "boolean":
        return _auc(values[known].to_numpy(dtype=np.float64), there)
    codes, _ = pd.factorize(values[known])
    return _auc(_others_share(codes, there), there)


def _auc(score: FloatArray, outcome: BoolArray) -> float:
    cases = int(outcome.sum())
    controls = len(outcome) - cases
    if min(cases, controls) < _FEWEST:
        return 0.5
    above = (
        rankdata(score)[outcome].sum() - cases * (cases + 1) / 2
    )  # ties count half (Mann and Whitney, 1947)
    auc = float(above / (cases * controls))
    return max(auc, 1 - auc)


def _others_share(codes: "np.typing.NDArray[np.int64]", outcome: BoolArray) -> FloatArray:
    """How common the outcome is in each person's category among those of the other folds."""
    fold = np.random.default_rng(0).permutation(len(codes)) % _FOLDS
    share = np.empty(len(codes))
    for number in range(_FOLDS):
        others, mine = fold != number, fold == number
        prior = outcome[others].mean()
        count = np.bincount(codes[others], minlength=codes.max() + 1)
        cases = np.bincount(codes[others], weights=outcome[others], minlength=codes.max() + 1)
        share[mine] = ((cases + prior) / (count + 1))[codes[mine]]
    return share
