"""A day minute by minute: what was read, and for how long a reading holds."""

import numpy as np

from app.domain.schema import BoolArray, FloatArray
from app.ingest.sensors.streams import Samples

HOLDS = 5
"""Minutes for which a reading holds unless another follows: its own and the next four."""


def minute_means(samples: Samples, start: int, end: int) -> tuple[FloatArray, BoolArray]:
    """Means of the readings of each minute from `start` to `end`, and in which minutes the device wrote.

    Both have shape (minutes,). A minute without a reading is NaN.
    """
    count = (end - start) // 60
    here = samples.between(start, end)
    place = ((here.start - start) // 60).astype(np.int64)
    inside = place < count
    place, value = place[inside], here.value[inside]
    read = ~np.isnan(value)
    sums = np.bincount(place[read], weights=value[read], minlength=count)
    number = np.bincount(place[read], minlength=count)
    wrote = np.bincount(place, minlength=count) > 0
    with np.errstate(invalid="ignore"):
        return np.where(number > 0, sums / np.maximum(number, 1), np.nan), wrote


def held(means: FloatArray, wrote: BoolArray) -> FloatArray:
    """The same, each reading held for `HOLDS` minutes; not beyond a minute in which the device had none."""
    place = np.arange(len(means))
    last = np.maximum.accumulate(np.where(wrote, place, -1)) if len(means) else place
    still = (last >= 0) & (place - last < HOLDS)
    return np.where(still, means[np.maximum(last, 0)], np.nan)


def mask_of(intervals: Samples, start: int, end: int) -> BoolArray:
    """The minutes from `start` to `end` of which at least half lies in an interval, shape (minutes,)."""
    count = (end - start) // 60
    edges = np.zeros(count + 1, dtype=np.int64)
    first = np.clip((intervals.start - start + 30) // 60, 0, count)
    last = np.clip((intervals.end - start + 30) // 60, 0, count)
    np.add.at(edges, first, 1)
    np.add.at(edges, np.maximum(last, first), -1)
    return np.cumsum(edges[:-1]) > 0


def runs_of(mask: BoolArray) -> list[tuple[int, int]]:
    """First minutes and lengths of unbroken stretches of a mask."""
    padded = np.concatenate(([False], mask, [False])).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    return [(int(first), int(last - first)) for first, last in zip(starts, ends, strict=True)]
