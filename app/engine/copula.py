"""The parts of a Gaussian copula (the nonparanormal of Liu, Lafferty and Wasserman, 2009).

Margins turn values into normal scores, and R is the correlation of those scores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from app.compiled import compiled
from app.domain.schema import BoolArray, FloatArray, IntArray

BEYOND = 1000.0
"""How many times its own span a feature's scale goes on, as steep as inside, below and above."""
LEAST_WEIGHT = 0.01
"""The least weight of independence: keeps features that determine one another from counting for all."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The normal scores of one feature: linear between the values that people have, and beyond them."""

    values: FloatArray
    """The distinct values, rising, and one far off at either end."""
    scores: FloatArray
    """Of the same shape; over people their mean is 0 and their variance 1."""

    def score(self, values: FloatArray) -> FloatArray:
        """The normal scores of values, shape (n,); unknown stays NaN."""
        return _interpolate(np.ascontiguousarray(values), self.values, self.scores)

    def value(self, score: float) -> float:
        """The value of a normal score: what `score` takes it to."""
        return float(np.interp(score, self.scores, self.values))


@compiled
def _interpolate(wanted: FloatArray, values: FloatArray, scores: FloatArray) -> FloatArray:
    """As `numpy.interp`, which takes longer to begin than a handful of values takes to look up."""
    result = np.empty(len(wanted))
    for index in range(len(wanted)):
        value = min(max(wanted[index], values[0]), values[-1])
        if np.isnan(wanted[index]):
            result[index] = np.nan
            continue
        above = max(np.searchsorted(values, value), 1)  # 0 at the very first value, which has none below
        part = (value - values[above - 1]) / (values[above] - values[above - 1])
        result[index] = scores[above - 1] + part * (scores[above] - scores[above - 1])
    return result


def margin_of(values: FloatArray) -> Margin:
    """The normal scores of one feature by the mid-ranks of its known values, shape (people,).

    A value shared by many (a yes, a 0) gets the rank in their middle. Ties leave the scores a variance below
    1, so they are standardised: else features with many ties would count for less.
    """
    distinct, count = np.unique(values[~np.isnan(values)], return_counts=True)
    scores = ndtri((np.cumsum(count) - count / 2) / count.sum())
    scores -= np.average(scores, weights=count)
    scores /= np.sqrt(np.average(scores**2, weights=count))
    return Margin(_carried_on(distinct), _carried_on(scores))


def _carried_on(rising: FloatArray) -> FloatArray:
    away = BEYOND * (rising[-1] - rising[0])
    return np.concatenate([[rising[0] - away], rising, [rising[-1] + away]])


def scores_of(margins: tuple[Margin, ...], values: FloatArray) -> FloatArray:
    """The normal score of each value, shape (n, margins)."""
    scores = np.empty(values.shape)
    for index, margin in enumerate(margins):
        scores[:, index] = margin.score(values[:, index])
    return scores


def correlation_of(scores: FloatArray) -> FloatArray:
    """Correlations over the pairs known together, shrunk towards independence until they fit together.

    The weight of independence is that of Schäfer and Strimmer (2005): the summed sampling variances of
    the correlations, (1 - r²)² / (pairs - 1), over their summed squares. It is also the least eigenvalue.
    """
    known = (~np.isnan(scores)).astype(np.float64)
    z = np.nan_to_num(scores)  # what is not known adds nothing to the sums below
    pairs = known.T @ known
    scale = np.sqrt((z**2).T @ known)  # of one feature over the people in whom the other is known too
    product = scale * scale.T
    r = np.divide(z.T @ z, product, out=np.zeros_like(pairs), where=product > 0)
    np.fill_diagonal(r, 1.0)
    off = ~np.eye(len(r), dtype=bool)
    variance = ((1 - r[off] ** 2) ** 2 / np.maximum(pairs[off] - 1, 1)).sum()
    weight = np.clip(variance / max((r[off] ** 2).sum(), np.finfo(float).tiny), LEAST_WEIGHT, 1.0)
    return (1 - weight) * _nearest_correlation(r) + weight * np.eye(len(r))


def _nearest_correlation(r: FloatArray) -> FloatArray:
    """Without the negative eigenvalues that correlations over different people can have.

    The spectral method of Rebonato and Jäckel (1999): they are set to 0, and the diagonal back to 1.
    """
    eigenvalues, vectors = np.linalg.eigh(r)
    lifted = (vectors * np.maximum(eigenvalues, 0)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return lifted / np.outer(scale, scale)


def varies(values: FloatArray) -> bool:
    """Whether the known values differ at all: what does not is no part of a copula."""
    return len(np.unique(values[~np.isnan(values)])) > 1


def alike(known: BoolArray) -> Iterator[tuple[IntArray, IntArray]]:
    """The rows of each pattern of known features, and those features."""
    patterns: dict[bytes, list[int]] = {}
    for index, pattern in enumerate(known):
        patterns.setdefault(pattern.tobytes(), []).append(index)
    for who in patterns.values():
        yield np.array(who), np.flatnonzero(known[who[0]])
