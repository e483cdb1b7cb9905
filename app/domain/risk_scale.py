"""Which fall of the risk is worth offering, and how finely risks are told, by a model's decision threshold.

Beside a threshold of 50 % a fall of two points is small. Beside one of 2 % it is all there is.
"""

import math

from app.domain.tolerances import SAME

LEAST_REDUCTION = 0.02
"""Two points of risk: a smaller fall is not offered as help, where the threshold is 20 to 80 %."""
_SHARE = 0.1
"""Nearer to 0 or 1 the least fall is this share of the threshold's distance from there."""


def least_reduction_at(threshold: float) -> float:
    """The smallest fall (0-1) that is worth offering beside a threshold: two points, or less near 0 and 1."""
    return min(LEAST_REDUCTION, _SHARE * min(threshold, 1 - threshold))


def point_at(threshold: float) -> float:
    """How finely targets are told: the power of ten that is not above the least fall, such as 0.01."""
    return float(10.0 ** math.floor(math.log10(least_reduction_at(threshold)) + SAME))
