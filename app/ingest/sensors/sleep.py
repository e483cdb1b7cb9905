"""Sleep: intervals of stages joined into sessions; a session belongs to the local day of waking."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.domain.schema import BoolArray
from app.ingest.sensors.streams import Samples, Stage

LONGEST_GAP = 2 * 3600
"""Seconds between two intervals of one session; after more, another one begins."""
ASLEEP = (Stage.LIGHT, Stage.DEEP, Stage.REM, Stage.ASLEEP)


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch in bed; intervals do not overlap."""

    intervals: Samples

    @property
    def start(self) -> int:
        return int(self.intervals.start[0])

    @property
    def end(self) -> int:
        return int(self.intervals.end[-1])

    def minutes(self, *stages: Stage) -> float:
        """Minutes in some stages."""
        length = (self.intervals.end - self.intervals.start) / 60
        # Where a night is told as a whole, its value is the hours asleep in it.
        told = (self.intervals.kind == Stage.ASLEEP) & ~np.isnan(self.intervals.value)
        length = np.where(told, np.minimum(60 * self.intervals.value, length), length)
        return float(length[np.isin(self.intervals.kind, stages)].sum())

    @property
    def asleep(self) -> float:
        """Minutes asleep."""
        return self.minutes(*ASLEEP)

    @property
    def in_bed(self) -> float:
        """Minutes from the first interval to the end of the last, gaps between them included."""
        return (self.end - self.start) / 60

    @property
    def has_stages(self) -> bool:
        """Whether more is said than that somebody slept."""
        return bool(np.isin(self.intervals.kind, (Stage.LIGHT, Stage.DEEP, Stage.REM)).any())

    @property
    def unknown_share(self) -> float:
        """Share of the time in bed of which the device does not know the stage, gaps included."""
        known = np.isin(self.intervals.kind, (Stage.AWAKE, *ASLEEP))
        minutes = float((self.intervals.end - self.intervals.start)[known].sum()) / 60
        return 1 - minutes / self.in_bed if self.in_bed > 0 else 1.0

    @property
    def falls_asleep(self) -> int | None:
        """When the first interval asleep starts."""
        asleep = np.isin(self.intervals.kind, ASLEEP)
        return int(self.intervals.start[int(np.argmax(asleep))]) if asleep.any() else None


def without_overlaps(intervals: Samples) -> tuple[Samples, int]:
    """Intervals that do not overlap, and how many had to give way, in whole or in part.

    Of two that overlap, the one that starts earlier keeps the time in common; of two that start together, the
    longer one. `intervals` are sorted as `merged` gives them.
    """
    order = np.lexsort((intervals.kind, -intervals.end, intervals.start))
    start, end = intervals.start[order].copy(), intervals.end[order]
    reached = np.maximum.accumulate(end) if len(end) else end
    overlapping: BoolArray = np.zeros(len(start), dtype=np.bool_)
    if len(start):
        overlapping[1:] = start[1:] < reached[:-1]
        start[1:] = np.maximum(start[1:], reached[:-1])
    whole = Samples(start, end, intervals.value[order], intervals.kind[order])
    return whole.where(end > start), int(overlapping.sum())


def sessions_of(intervals: Samples) -> Sequence[Session]:
    """Sessions of intervals that do not overlap, in their order."""
    if len(intervals) == 0:
        return []
    breaks = np.flatnonzero(intervals.start[1:] - intervals.end[:-1] > LONGEST_GAP) + 1
    edges = [0, *breaks.tolist(), len(intervals)]
    return [
        Session(intervals.between(int(intervals.start[first]), int(intervals.start[last - 1]) + 1))
        for first, last in pairwise(edges)
    ]
