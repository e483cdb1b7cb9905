"""Figures of many people with their 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray

_SEED, _RESAMPLES, _Z = 2026, 1000, 1.959964


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
    p, z2 = sum(flags) / count, _Z**2
    middle = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * np.sqrt(p * (1 - p) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return Estimate(
        100 * p, low=100 * float(max(0.0, middle - half)), high=100 * float(min(1.0, middle + half))
    )


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
