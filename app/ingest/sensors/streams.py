"""What a sensor records: streams, and a person's samples of one."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self

import numpy as np

from app.domain.schema import FloatArray, IntArray


class Stream(StrEnum):
    """A kind of record."""

    HEART_RATE = "heart_rate"  # beats per minute
    STRESS = "stress"  # 0 to 100, by the watch's own rule
    RESPIRATION = "respiration"  # breaths per minute
    OXYGEN_SATURATION = "oxygen_saturation"  # %
    STEPS = "steps"  # steps in an interval, of a kind of movement
    CALORIES = "calories"  # kcal
    SLEEP = "sleep"  # intervals of a stage
    GLUCOSE = "glucose"  # mg/dL


class Movement(IntEnum):
    """What an interval of steps is said to be."""

    UNSAID = 0
    SEDENTARY = 1
    ACTIVE = 2


class Stage(IntEnum):
    """A stage of sleep."""

    UNKNOWN = 0
    AWAKE = 1
    LIGHT = 2
    DEEP = 3
    REM = 4
    ASLEEP = 5  # asleep, and no more is said


OFF_WRIST = 1
"""The kind of a stress sample by which the watch says that nobody wears it."""


@dataclass(frozen=True, slots=True)
class Samples:
    """A stream's samples, sorted by time; all arrays are of one length.

    `start` and `end` are seconds since 1970 in UTC, equal where a sample is a point. A `value` of NaN says
    that the sensor had no reading. `kind` is a `Movement`, a `Stage` or `OFF_WRIST`, by stream.
    """

    start: IntArray
    end: IntArray
    value: FloatArray
    kind: IntArray

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def none(cls) -> Self:
        """No samples."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, np.empty(0), empty)

    def between(self, start: int, end: int) -> Self:
        """Those that start in [start, end)."""
        first, last = np.searchsorted(self.start, [start, end])
        return self._at(slice(first, last))

    def where(self, kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Self:
        """Those that a mask keeps."""
        return self._at(kept)

    def _at(self, index: "slice | np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Self:
        return type(self)(self.start[index], self.end[index], self.value[index], self.kind[index])


def readings(stream: Stream, samples: Samples) -> int:
    """How many samples tell something; a stage of sleep does so without a value."""
    return len(samples) if stream is Stream.SLEEP else int((~np.isnan(samples.value)).sum())


def merged(parts: list[Samples]) -> tuple[Samples, int]:
    """All samples of some parts in one order, and how many were there before.

    The same sample in two parts counts once. The order of parts and of samples within them makes no
    difference: samples are ordered by all that they hold.
    """
    if not parts:
        return Samples.none(), 0
    start, end, value, kind = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "end", "value", "kind")
    )
    comparable = np.where(np.isnan(value), -np.inf, value)
    order = np.lexsort((comparable, kind, end, start))
    start, end, value, kind, comparable = (one[order] for one in (start, end, value, kind, comparable))
    same = np.zeros(len(start), dtype=np.bool_)
    same[1:] = (
        (start[1:] == start[:-1])
        & (end[1:] == end[:-1])
        & (kind[1:] == kind[:-1])
        & (comparable[1:] == comparable[:-1])
    )
    return Samples(start, end, value, kind).where(~same), int(same.sum())
