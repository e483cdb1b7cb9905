"""Summary metrics of continuous glucose monitoring, by their published definitions.

Time in ranges, coefficient of variation: Battelino et al., Diabetes Care 2019;42:1593-1603. GMI: Bergenstal
et al., Diabetes Care 2018;41:2275-2280. Episodes: Danne et al., Diabetes Care 2017;40:1631-1640. MAGE:
Service et al., Diabetes 1970;19:644-655; as in Baghurst, Diabetes Technol Ther 2011;13:296-302, wiggles below
one standard deviation never split an excursion. docs/sensors.md says why no package does this here.
"""

import numpy as np

from app.domain.schema import BoolArray, FloatArray

SLOT = 300
"""Seconds of one reading."""
MOST_MISSING = 12
"""Slots without a reading that an excursion may span: an hour."""
EPISODE = 3
"""Slots beyond a limit that make an episode, and slots back that end it: 15 minutes."""
VERY_LOW, LOW, HIGH, VERY_HIGH = 54.0, 70.0, 180.0, 250.0
"""Limits of the bands in mg/dL: below 54, 54 to 69, 70 to 180, 181 to 250, above 250."""
MEAN_TO_GMI = (3.31, 0.02392)


def band_shares(values: FloatArray) -> tuple[float, float, float, float, float]:
    """Shares of readings in the five bands, from very low to very high; they add up to one."""
    very_low, low = values < VERY_LOW, values < LOW
    high, very_high = values > HIGH, values > VERY_HIGH
    parts = (very_low, low & ~very_low, ~low & ~high, high & ~very_high, very_high)
    shares = [float(part.mean()) for part in parts]
    return shares[0], shares[1], shares[2], shares[3], shares[4]


def variation(values: FloatArray) -> float | None:
    """Coefficient of variation in %, with the sample's standard deviation; None below two readings."""
    return float(100 * values.std(ddof=1) / values.mean()) if len(values) > 1 else None


def gmi(mean: float) -> float:
    """Glucose management indicator in %, of a mean glucose in mg/dL."""
    return MEAN_TO_GMI[0] + MEAN_TO_GMI[1] * mean


def mage(slots: FloatArray) -> float | None:
    """Mean amplitude of glycaemic excursions in mg/dL; None where none is above one standard deviation.

    `slots` are readings on a grid of five minutes, NaN where there is none. An excursion runs from one
    turning point to the next, is larger than one standard deviation of all readings, and counts if it goes
    the way of the first one. A gap of more than an hour ends what goes on.
    """
    known = slots[~np.isnan(slots)]
    if len(known) < 3:
        return None
    deviation = float(known.std(ddof=1))
    swings = [swing for part in _unbroken(slots) for swing in _swings(part, deviation)]
    if deviation == 0 or not swings:
        return None
    counted = [abs(swing) for swing in swings if (swing > 0) == (swings[0] > 0)]
    return float(np.mean(counted))


def _unbroken(slots: FloatArray) -> list[FloatArray]:
    """Readings between gaps of more than an hour."""
    places = np.flatnonzero(~np.isnan(slots))
    breaks = np.flatnonzero(np.diff(places) > MOST_MISSING + 1) + 1
    return [slots[part] for part in np.split(places, breaks)]


def _swings(values: FloatArray, least: float) -> list[float]:
    """Signed differences from each turning point to the next that are larger than `least`."""
    lowest = highest = extreme = float(values[0])
    turns: list[float] = []
    way = 0
    for value in values.tolist():
        if way == 0:
            lowest, highest = min(lowest, value), max(highest, value)
            if value - lowest > least:
                turns, way, extreme = [lowest], 1, value
            elif highest - value > least:
                turns, way, extreme = [highest], -1, value
        elif way * (value - extreme) > 0:
            extreme = value
        elif way * (extreme - value) > least:
            turns.append(extreme)
            way, extreme = -way, value
    return np.diff([*turns, extreme]).tolist() if way else []


def episodes(beyond: BoolArray, known: BoolArray) -> int:
    """How often a limit is passed for 15 minutes or more; slots without a reading are passed over."""
    count, outside, inside, is_on = 0, 0, 0, False
    for beyond_it in beyond[known].tolist():
        outside, inside = (outside + 1, 0) if beyond_it else (0, inside + 1)
        if not is_on and outside >= EPISODE:
            count, is_on = count + 1, True
        elif is_on and inside >= EPISODE:
            is_on = False
    return count
