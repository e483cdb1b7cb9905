"""Figures of many people with their 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.certainty import wilson_interval
from app.domain.schema import FloatArray

_SEED, _RESAMPLES = 2026, 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its interval; one without an interval is an exact count."""

    value: float
    low: float | None = None
    high: float | None = None


def share(flags: Sequence[bool]) -> Estimate | None:
    """Percentage of people with Wilson's score interval (1927); None of nobody."""
    count = len(flags)
    if count == 0:
        return None
    low, high = wilson_interval(sum(flags), count)
    return Estimate(100 * sum(flags) / count, low=100 * low, high=100 * high)


def mean(values: Sequence[float]) -> Estimate | None:
    """With the percentile bootstrap's interval over people (Efron, 1979)."""
    known = _known(values)
    return _resampled(known, known.mean(), np.mean) if len(known) else None


def quantile(values: Sequence[float], at: float = 0.5) -> Estimate | None:
    """The median, or another quantile, with the percentile bootstrap's interval."""
    known = _known(values)
    if len(known) == 0:
        return None
    return _resampled(known, np.quantile(known, at), lambda x, axis: np.quantile(x, at, axis=axis))


def _known(values: Sequence[float]) -> FloatArray:
    numbers = np.array(values, dtype=np.float64)
    return numbers[~np.isnan(numbers)]


def _resampled(known: FloatArray, value: float, of: Callable[..., FloatArray]) -> Estimate:
    draws = np.random.default_rng(_SEED).choice(known, size=(_RESAMPLES, len(known)))
    low, high = np.percentile(of(draws, axis=1), [2.5, 97.5])
    return Estimate(float(value), low=float(low), high=float(high))
