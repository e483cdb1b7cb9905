"""What looks odd in a column that is read: codes for missing values, ids, missing by outcome, doubles."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from app.domain.schema import BoolArray, FloatArray

_CODES = (
    -999.0,
    -99.0,
    -9.0,
    -8.0,
    -7.0,
    -1.0,
    8.0,
    9.0,
    77.0,
    88.0,
    99.0,
    777.0,
    888.0,
    998.0,
    999.0,
    9999.0,
)
"""What questionnaires write where nothing is known."""
_SAMPLE = 5000
"""Rows that columns are compared in."""
_ALIKE = 0.98
_RARE = 5


def code_for_missing(values: FloatArray) -> tuple[float, int] | None:
    """A value that may stand for missing, with how many cells hold it; None if there is none.

    It is a usual code that lies further from all other values than they span, a negative one where no other
    value is below 0, or a 0 with a wide gap above it.
    """
    low, high = values.min(), values.max()
    for code in (low, high):
        rest = values[values != code]
        count = len(values) - len(rest)
        if count < 2 or len(np.unique(rest)) < 3:
            continue
        span, gap = rest.max() - rest.min(), np.abs(rest - code).min()
        if code in _CODES and (gap >= span or (code < 0 <= rest.min())):
            return float(code), count
        if code == 0 < rest.min() and gap > max(0.1 * np.median(rest), 5 * _usual_gap(rest)):
            return 0.0, count
    return None


def _usual_gap(values: FloatArray) -> float:
    return float(np.median(np.diff(np.unique(values))))


def is_like_an_id(values: "pd.Series") -> bool:
    """Whether whole numbers differ in every row, as ids do."""
    if values.dtype != np.float64 or values.isna().any():
        return False
    return bool((values % 1 == 0).all()) and values.nunique() == len(values)


def missing_by_outcome(values: "pd.Series", outcome: BoolArray) -> tuple[float, float] | None:
    """The shares missing with and without the outcome, if they differ by more than chance and 5 points.

    Chance: the difference is below 4 standard errors of two proportions.
    """
    missing = values.isna().to_numpy()
    share, cases = missing.mean(), outcome.sum()
    error = np.sqrt(share * (1 - share) * (1 / cases + 1 / (len(outcome) - cases)))
    there, absent = float(missing[outcome].mean()), float(missing[~outcome].mean())
    return (there, absent) if abs(there - absent) > max(4 * error, 0.05) else None


def rare_categories(values: "pd.Series") -> list[str]:
    """Categories that fewer people have than can be learned from."""
    counts = values.value_counts()
    return sorted(str(word) for word in counts[counts < _RARE].index)


def doubles(columns: "Mapping[str, pd.Series]") -> Iterator[tuple[str, str, float]]:
    """Pairs of columns of numbers that say nearly the same, with their rank correlation."""
    numeric = {name: values for name, values in columns.items() if values.dtype == np.float64}
    if len(numeric) < 2:
        return
    frame = pd.DataFrame(numeric)
    if len(frame) > _SAMPLE:
        frame = frame.sample(_SAMPLE, random_state=0)
    correlation = np.abs(frame.rank().corr(min_periods=30).to_numpy())
    names = list(numeric)
    for i, j in zip(*np.nonzero(np.triu(correlation >= _ALIKE, k=1)), strict=True):
        yield names[i], names[j], float(correlation[i, j])
