"""From a table's numbers to a feature's values: what every data set does alike."""

import math
from typing import TypeVar

import numpy as np
import pandas as pd

from app.domain.feature import Feature, Kind
from app.domain.schema import Value
from research.training.people import Tally
from research.training.ranges import decimals_of

Measured = TypeVar("Measured", "pd.Series[float]", pd.DataFrame)


def clinical(feature: Feature, values: Measured, tally: Tally) -> Measured:
    """The values inside the feature's clinical range; those outside become unknown and are counted."""
    assert feature.clinical is not None
    low, high = feature.clinical
    inside = values.where((values >= low) & (values <= high))
    tally.lose(feature.name, int(np.sum(values.notna().to_numpy() & inside.isna().to_numpy())))
    return inside


def in_kind(feature: Feature, value: float) -> Value:
    """A number as the feature holds it, rounded to its precision; NaN is unknown."""
    if math.isnan(value):
        return None
    steps = round(value / feature.precision)
    if feature.kind is Kind.INTEGER:
        return round(steps * feature.precision)
    return round(steps * feature.precision, decimals_of(feature))
