"""The area under a ROC curve of rows that come in groups, with its interval."""

import math

import numpy as np

from app.domain.certainty import Z95
from app.domain.schema import BoolArray, FloatArray, IntArray


def clustered_auc(
    outcome: BoolArray, scores: FloatArray, groups: IntArray
) -> tuple[float, tuple[float, float]]:
    """The area, and its 95 % interval where rows of one group are alike (Obuchowski, 1997).

    Shapes (n,). Both kinds of rows are there, in two groups or more. Where each row is a group of its own,
    it is the interval of DeLong, DeLong and Clarke-Pearson (1988).
    """
    positive, negative = scores[outcome], scores[~outcome]
    auc_positive, auc_negative = _placements(positive, negative), 1 - _placements(negative, positive)
    auc = float(auc_positive.mean())
    names, place = np.unique(groups, return_inverse=True)
    sums = [
        np.bincount(place[mask], weights=placed - auc, minlength=len(names))
        for mask, placed in ((outcome, auc_positive), (~outcome, auc_negative))
    ]
    held = [np.unique(place[mask]) for mask in (outcome, ~outcome)]
    sizes = [len(positive), len(negative)]
    spread = [
        len(own) / max(len(own) - 1, 1) * float((total**2).sum()) / size
        for own, total, size in zip(held, sums, sizes, strict=True)
    ]
    together = len(names) / max(len(names) - 1, 1) * float((sums[0] * sums[1]).sum())
    variance = spread[0] / sizes[0] + spread[1] / sizes[1] + 2 * together / (sizes[0] * sizes[1])
    half = Z95 * math.sqrt(max(variance, 0.0))
    return auc, (max(auc - half, 0.0), min(auc + half, 1.0))


def _placements(own: FloatArray, others: FloatArray) -> FloatArray:
    """The share of the others below each, equal ones counted by half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, own, side="left")
    up_to = np.searchsorted(ordered, own, side="right")
    placements: FloatArray = (below + up_to) / (2 * len(others))
    return placements
