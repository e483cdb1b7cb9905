"""Who is asked about and which targets are drawn, by a model's decision threshold.

Beside a threshold of 50 % people of 30 % or more are asked about, and targets go down to 25 %. Beside another
one these are as large a share of it, and targets are as fine as the least fall that is offered as help.
"""

import math

import numpy as np

from app.domain.schema import ModelInfo
from app.domain.tolerances import SAME

_ASKED, _LOWEST = 0.6, 0.5
"""Of the threshold: from which risk on people are asked about, and the lowest target of any."""
_NEAR = (0.5, 4.0)
"""How far below the present risk a target is that changes of behaviour may reach, in least falls."""
_ABOVE = 5.0
"""How far above the threshold a target may be, in least falls."""


def least_risk(facts: ModelInfo) -> float:
    """People of less risk are not asked about: what would take it further down is of no use to anyone."""
    return _ASKED * facts.threshold


def drawn_target(facts: ModelInfo, rng: np.random.Generator, risk: float) -> float:
    """A target below a risk of `least_risk` or more.

    The usual one for a third of the high risks; else one near the present risk, or any below it.
    """
    threshold, fall, digits = facts.threshold, facts.least_reduction, _digits(facts)
    drawn = rng.random()
    if risk > threshold and drawn < 1 / 3:
        return threshold
    if drawn < 2 / 3:
        nearest, furthest = _NEAR
        near = risk - float(rng.uniform(nearest * fall, furthest * fall))
        return max(round(near, digits), 10.0**-digits)
    lowest = _LOWEST * threshold
    highest = max(lowest, min(risk - fall, threshold + _ABOVE * fall))
    return round(float(rng.uniform(lowest, highest)), digits)


def _digits(facts: ModelInfo) -> int:
    """Decimals of a target: as many as keep one that is near the present risk below it."""
    return math.floor(-math.log10(facts.least_reduction) + SAME) + 1
