"""How rarely a person's values come together, whatever each value by itself.

A Gaussian copula over the numeric and yes/no features (the nonparanormal of Liu, Lafferty and Wasserman,
2009): each value becomes the normal score of its mid-rank among real people, standardised; R is the
correlation of these scores. The oddity of a person with scores z is

    t = z' R⁻¹ z - z' z = -2 log(copula density) - log det R :

the squared Mahalanobis distance, which DACE (Kanamori et al., 2020) takes as plausibility, less what it
would be were the features independent. By the lemma of Neyman and Pearson no score tells real people
better from people put together at random out of the same values, as far as the copula holds.
"""

from dataclasses import dataclass, replace

import numpy as np

from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.engine.copula import Margin, alike, correlation_of, margin_of, scores_of, varies

_NO_CORRELATION = 1e-6
"""A spread below this is that of one known feature, or of independent ones: nothing can be odd."""


@dataclass(frozen=True, slots=True)
class JointDensity:
    """The copula of real people of the target class, with their own oddities (sorted)."""

    columns: IntArray
    """The columns compared: not those of categories, nor what other features determine."""
    margins: tuple[Margin, ...]
    correlation: FloatArray
    """Shape (compared columns, compared columns), positive definite, ones on the diagonal."""
    self_excess: FloatArray
    """Shape (people,), sorted."""

    def mahalanobis_excess(self, rows: FloatArray) -> FloatArray:
        """t of each row over its known features, in standard deviations under the copula, shape (n,).

        Leaving out rows and columns of R marginalises unknown features exactly. Over any set of features
        t has mean 0 and variance 2 · (sum of squared correlations off the diagonal): dividing by its root
        makes people with different unknowns comparable.
        """
        scores = scores_of(self.margins, rows[:, self.columns])
        mahalanobis_excess = np.zeros(len(rows))
        for who, known in alike(~np.isnan(scores)):
            z = scores[np.ix_(who, known)]
            mahalanobis_excess[who] = ((z @ self._form(known)) * z).sum(axis=1)
        return mahalanobis_excess

    def form(self, row: FloatArray) -> tuple[FloatArray, IntArray]:
        """The quadratic form in normal scores that gives the oddity of people who have known what this row
        has, of shape (k, k), and which k of the compared columns that is.
        """
        known = np.flatnonzero(~np.isnan(row[self.columns]))
        return self._form(known), known

    def rank(self, mahalanobis_excess: FloatArray) -> FloatArray:
        """Share (0-100) of real people whose values come together more readily, shape (n,)."""
        return (
            100.0 * np.searchsorted(self.self_excess, mahalanobis_excess, side="left") / len(self.self_excess)
        )

    def percentiles(self, rows: FloatArray) -> FloatArray:
        """The rank of each row's oddity, shape (n,)."""
        return self.rank(self.mahalanobis_excess(rows))

    def _form(self, known: IntArray) -> FloatArray:
        # For normal z with the correlation R, z' A z has the mean tr(AR) and the variance 2 tr((AR)²) (Mathai
        # and Provost, 1992). Here A = R⁻¹ - I, so AR = I - R: nothing on the diagonal, so the mean is 0.
        r, apart = self.correlation[np.ix_(known, known)], np.eye(len(known))
        spread = np.sqrt(2 * ((r - apart) ** 2).sum())
        return (np.linalg.inv(r) - apart) / max(spread, _NO_CORRELATION)


def density_of(schema: FeatureSchema, rows: FloatArray) -> JointDensity:
    """The copula of real people with these encoded rows, of shape (people, columns)."""
    compared = [
        c for name, c in schema.column_of.items() if schema[name].missing is not MissingPolicy.DERIVED
    ]
    columns = np.array([c for c in compared if varies(rows[:, c])], dtype=np.int64)
    margins = tuple(margin_of(rows[:, column]) for column in columns)
    correlation = correlation_of(scores_of(margins, rows[:, columns]))
    unranked = JointDensity(columns, margins, correlation, self_excess=np.empty(0))
    return replace(unranked, self_excess=np.sort(unranked.mahalanobis_excess(rows)))
