"""Kind, precision and ranges of a feature, from a column of an owner's table."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from app.domain.feature import Kind
from app.domain.feature_checks import EXACT, LEAST_PRECISION
from app.domain.schema import FloatArray

MOST_CATEGORIES = 20
"""A category of more values is left to its owner to be grouped: each takes a column of the classifier."""
_USUAL = 0.99
"""Share of the values that precision must be fine enough for."""
_FINEST = -round(math.log10(LEAST_PRECISION))
_LARGEST_INTEGER = 2**31 - 1
"""Whole numbers are kept in 32 bits."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number is measured: kind, last digit, what is possible, what was seen."""

    kind: Kind
    precision: float
    clinical: tuple[float, float]
    observed: tuple[float, float]

    @property
    def decimals(self) -> int:
        return max(0, -math.floor(math.log10(self.precision) + 1e-9))


def kind_of(values: "pd.Series", unit: str | None) -> Kind:
    """The kind of a column: two whole numbers other than 0 and 1, without a unit, are codes of a category."""
    if values.dtype == "boolean":
        return Kind.BOOLEAN
    if values.dtype != np.float64:
        return Kind.CATEGORY
    known = values.dropna().to_numpy()
    if (known % 1 != 0).any():
        return Kind.NUMBER
    if unit is None and len(np.unique(known)) == 2:
        return Kind.CATEGORY
    return Kind.INTEGER if np.abs(known).max() * 2 <= _LARGEST_INTEGER else Kind.NUMBER


def scale_of(values: FloatArray, learned_from: FloatArray) -> Scale | None:
    """The scale of a number's known values; None if they are too small to be told apart at any precision.

    `learned_from` are those of the people whom `observed` tells of.
    """
    low, high = float(values.min()), float(values.max())
    whole = bool((values % 1 == 0).all())
    decimals = 0 if whole else _decimals(values)
    span = high - low
    coarsest = max(abs(low - span), abs(high + span)) / EXACT
    exponent = max(-decimals, math.ceil(math.log10(coarsest)) if coarsest > 0 else -decimals)
    precision = float(f"1e{exponent}")
    rounded = np.round(values / precision)
    if len(np.unique(rounded)) < min(10, len(np.unique(values))):
        return None
    places = max(0, -exponent)
    kind = Kind.INTEGER if whole and max(abs(low), abs(high)) * 2 <= _LARGEST_INTEGER else Kind.NUMBER
    seen = np.round(learned_from / precision) * precision
    observed = (_tidy(round(float(seen.min()), places)), _tidy(round(float(seen.max()), places)))
    return Scale(kind, precision, _possible(low, high, precision, places), observed)


def _decimals(values: FloatArray) -> int:
    """How many decimals nearly all values need."""
    for decimals in range(_FINEST):
        scaled = values * 10**decimals
        if np.mean(np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1, np.abs(scaled))) >= _USUAL:
            return decimals
    return _FINEST


def _possible(low: float, high: float, precision: float, places: int) -> tuple[float, float]:
    """A range wider than what was seen by half of it on both sides, in tidy numbers, on one side of 0."""
    half = max((high - low) / 2, precision)
    unit = max(float(f"1e{math.floor(math.log10(half))}"), precision)
    lowest, highest = math.floor((low - half) / unit) * unit, math.ceil((high + half) / unit) * unit
    if low >= 0:
        lowest = max(lowest, 0.0)
    if high <= 0:
        highest = min(highest, 0.0)
    return _tidy(round(lowest, places)), _tidy(round(highest, places))


def _tidy(value: float) -> float:
    return value + 0.0  # no -0.0
