"""How far what is asked has moved from the people of a model's data, as one number and as one word."""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOVED, CHANGED = 0.1, 0.25
"""Bounds of the population stability index in common use (Siddiqi, Credit Risk Scorecards, 2006): below
0.1 nothing significant has changed, above 0.25 there is a major shift."""
LEAST = 200
"""Questions below which nothing is judged. Where nothing has changed, the index of B bins and n questions is
about (B - 1) (1/n + 1/m), for m people of reference (Yurdakul, Statistical Properties of Population
Stability Index, 2018): with eleven bins and many people 200 questions give 0.05 on average, and over 0.1
less than once in twenty times."""
_FLOOR = 1e-4
"""The share that an empty bin counts as: the index has a logarithm of the shares' ratio."""


class Drift(StrEnum):
    """What the index comes to, in a word."""

    TOO_FEW = "too_few"
    STABLE = "stable"
    MOVED = "moved"
    CHANGED = "changed"


def stability_index(asked: ArrayLike, reference: ArrayLike) -> float:
    """The population stability index of two histograms over the same bins: counts, each with a sum above 0.

    PSI = sum over bins of (a - r) ln(a / r), for shares a and r: Jeffreys' divergence. 0 for equal shares,
    never less, and the same either way round. An empty bin counts as a share of 0.01 %.
    """
    a, r = _shares(asked), _shares(reference)
    return float(np.sum((a - r) * np.log(a / r)))


def judged(index: float) -> Drift:
    """The word for an index of enough questions."""
    if index < MOVED:
        return Drift.STABLE
    return Drift.MOVED if index <= CHANGED else Drift.CHANGED


def worst(words: "list[Drift]") -> Drift:
    """What has moved furthest says what the whole has."""
    order = list(Drift)
    return max(words, key=order.index)


def _shares(counts: ArrayLike) -> NDArray[np.float64]:
    many = np.asarray(counts, dtype=np.float64)
    return np.maximum(many / many.sum(), _FLOOR)
