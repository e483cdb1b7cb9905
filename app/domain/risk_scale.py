"""Which fall of the risk is worth offering, and how finely risks are told, by a model's decision threshold.

Beside a threshold of 50 % a fall of two points is small. Beside one of 2 % it is all there is.
"""

import math
from collections.abc import Iterable

from app.domain.tolerances import SAME

LEAST_REDUCTION = 0.02
"""Two points of risk: a smaller fall is not offered as help, where the threshold is 20 to 80 %."""
_SHARE = 0.1
"""Nearer to 0 or 1 the least fall is this share of the threshold's distance from there."""


_WHOLE_AXIS_FROM = 0.2
_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def least_reduction_at(threshold: float) -> float:
    """The smallest fall (0-1) that is worth offering beside a threshold: two points, or less near 0 and 1."""
    return min(LEAST_REDUCTION, _SHARE * min(threshold, 1 - threshold))


def point_at(threshold: float) -> float:
    """How finely targets are told: the power of ten that is not above the least fall, such as 0.01."""
    return float(10.0 ** math.floor(math.log10(least_reduction_at(threshold)) + SAME))


def axis_end(risks: Iterable[float], threshold: float) -> float:
    """Where an axis of risks from 0 on ends: at 1, or lower where the threshold and all risks are low."""
    if threshold >= _WHOLE_AXIS_FROM:
        return 1.0
    highest = max([threshold, *risks])
    return next(end for end in _ENDS if highest <= end or end == 1)
