"""What is usual for each value of a person, given all their others.

Under a Gaussian copula the normal score z_i of one value, given the others, is normal. With Q = R⁻¹ over the
known features and g = Qz, its mean is z_i - g_i / Q_ii and its variance 1 / Q_ii (Lauritzen, 1996), so that
g_i / √Q_ii is how many standard deviations the value is off.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.engine.copula import Margin, alike, correlation_of, margin_of, scores_of, varies


@dataclass(frozen=True, slots=True)
class Expected:
    """Normal scores with their means and standard deviations given the others; NaN where unknown.

    Each of shape (people, compared columns).
    """

    scores: FloatArray
    means: FloatArray
    spreads: FloatArray

    @property
    def off(self) -> FloatArray:
        """How far each score is from its mean, in standard deviations; positive above."""
        return (self.scores - self.means) / self.spreads


@dataclass(frozen=True, slots=True)
class Conditional:
    """The copula of everybody that a model learned from, whichever their outcome."""

    columns: IntArray
    """The columns compared: of categories all but the commonest value; not what other features determine."""
    margins: tuple[Margin, ...]
    correlation: FloatArray

    def expected(self, rows: FloatArray) -> Expected:
        """What is usual for each known value of encoded rows, shape (people, columns)."""
        scores = scores_of(self.margins, rows[:, self.columns])
        means, spreads = np.full_like(scores, np.nan), np.full_like(scores, np.nan)
        for who, known in alike(~np.isnan(scores)):
            # One inverse gives the mean of every value given the others: no regression for each.
            precision = np.linalg.inv(self.correlation[np.ix_(known, known)])
            variance = 1 / np.diag(precision)
            z = scores[np.ix_(who, known)]
            means[np.ix_(who, known)] = z - (z @ precision) * variance
            spreads[np.ix_(who, known)] = np.sqrt(variance)
        return Expected(scores, means, spreads)


def conditional_of(schema: FeatureSchema, rows: FloatArray) -> Conditional:
    """The copula of real people with these encoded rows, of shape (people, columns)."""
    compared = [column for column in _compared(schema, rows) if varies(rows[:, column])]
    columns = np.array(compared, dtype=np.int64)
    margins = tuple(margin_of(rows[:, column]) for column in columns)
    return Conditional(columns, margins, correlation_of(scores_of(margins, rows[:, columns])))


def _compared(schema: FeatureSchema, rows: FloatArray) -> list[int]:
    compared: list[int] = []
    start = 0
    for feature in schema.features:
        own = list(range(start, start + len(feature.columns)))
        start += len(own)
        if len(own) > 1:  # the others tell the commonest
            own.remove(max(own, key=lambda column: np.nansum(rows[:, column])))
        if feature.missing is not MissingPolicy.DERIVED:
            compared += own
    return compared
