"""The decision threshold that a draft begins with."""

import math

import numpy as np

from app.domain.schema import BoolArray

_LEAST, _MOST = 0.005, 0.95


def threshold_of(outcome: BoolArray) -> float:
    """How common the outcome is, in two significant digits, within 0.5 % to 95 %.

    A model of a rare outcome seldom estimates more than some per cent: at 50 % it would call nobody high. At
    the prevalence those are high whose estimate is above the average, whatever that is.
    """
    share = min(max(float(np.mean(outcome)), _LEAST), _MOST)
    return round(share, 1 - math.floor(math.log10(share)))
