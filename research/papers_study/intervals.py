"""Means with intervals that draw people: rows of one person are no further evidence of their own."""

from collections.abc import Sequence

import numpy as np

from app.domain.certainty import wilson_interval
from research.evaluation.metrics.estimates import Estimate

_SEED, _RESAMPLES = 2026, 2000


def mean_of_people(values: Sequence[float], persons: Sequence[int], scale: float = 1.0) -> Estimate | None:
    """The mean over rows, with the 95 % percentile bootstrap over people, each with all their rows.

    Unknown values are left out; None where nothing is left. Where all rows are alike a bootstrap has no
    width: of flags, Wilson's interval (1927) of as many people as there are stands for it.
    """
    told = np.array(values)
    known = ~np.isnan(told.astype(np.float64))
    value, whose = told.astype(np.float64)[known], np.array(persons)[known]
    if len(value) == 0:
        return None
    people, place = np.unique(whose, return_inverse=True)
    if told.dtype == bool and value.min() == value.max():
        low, high = wilson_interval(int(value[0]) * len(people), len(people))
        return Estimate(scale * float(value[0]), low=scale * low, high=scale * high)
    total, count = np.bincount(place, weights=value), np.bincount(place)
    drawn = np.random.default_rng(_SEED).integers(len(people), size=(_RESAMPLES, len(people)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(scale * float(value.mean()), low=scale * float(low), high=scale * float(high))
