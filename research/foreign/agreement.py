"""Whether what was read of a classifier says what its library says."""

import numpy as np

from app.classifiers.forest import Forest
from app.domain.schema import FloatArray
from research.foreign.given import GivenClassifier
from research.training.errors import TrainingError

TOLERANCE = 1e-6
"""Of a risk: libraries that add up in single precision differ in the seventh digit."""
_ROWS, _SHARE_UNKNOWN, _SEED = 2000, 0.1, 11


def check_agreement(given: GivenClassifier, rows: FloatArray) -> None:
    """Compare the classifier as it would be hosted with its library, on encoded rows.

    Both are asked in single precision, as the gateway asks.

    Raises:
        TrainingError: they differ, or the rows hold unknown values and the classifier takes none.
    """
    asked = rows.astype(np.float32).astype(np.float64)
    unknown = np.isnan(asked)
    if unknown.any() and not given.takes_unknown:
        names = [f"'{given.column_names[column]}'" for column in np.flatnonzero(unknown.any(axis=0))]
        raise TrainingError(
            f"the classifier ({given.kind}) takes no unknown values, but some people have none for "
            f"{', '.join(names)}: put an imputer before it, or leave these people out"
        )
    expected = np.asarray(given.reference(asked), dtype=np.float64)
    difference = float(np.abs(given.hosted().risk(asked) - expected).max(initial=0.0))
    if not difference <= TOLERANCE:
        raise TrainingError(
            f"the trees that were read from the classifier give other risks than {given.library} does, by up "
            f"to {difference:.2g} on {len(rows)} rows: it does something that is not read here"
        )


def telling_rows(given: GivenClassifier) -> FloatArray:
    """Rows whose values lie at, and just beside, the thresholds of the trees; shape (n, columns)."""
    rng = np.random.default_rng(_SEED)
    rows = np.empty((_ROWS, len(given.column_names)))
    for column in range(rows.shape[1]):
        rows[:, column] = rng.choice(_values(given.forest, column), _ROWS)
    if given.takes_unknown:
        rows[rng.random(rows.shape) < _SHARE_UNKNOWN] = np.nan
    return rows


def _values(forest: Forest, column: int) -> FloatArray:
    splits = (forest.left >= 0) & (forest.column == column) & np.isfinite(forest.threshold)
    at = np.unique(forest.threshold[splits])
    below, above = (np.nextafter(at, np.float32(end)) for end in (-np.inf, np.inf))
    usual = np.array([0.0, 1.0, -1.0, 2.5], dtype=np.float32)
    values = np.concatenate([usual, at, below, above])
    return values[np.isfinite(values)].astype(np.float64)
