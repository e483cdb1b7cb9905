"""Records as a file has them, and which are readings: sentinels, limits, clocks that were not set."""

from array import array
from dataclasses import dataclass, field

import numpy as np

from app.domain.schema import BoolArray, FloatArray
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.streams import OFF_WRIST, Samples, Stream
from app.ingest.sensors.times import EARLIEST

MOST_RECORDS = 4_000_000
"""Records of one file; a reading each second for six weeks is less."""
LIMITS: dict[Stream, tuple[float, float]] = {
    Stream.HEART_RATE: (25, 250),
    Stream.STRESS: (0, 100),
    Stream.RESPIRATION: (3, 60),
    Stream.OXYGEN_SATURATION: (50, 100),
    Stream.STEPS: (0, 100_000),
    Stream.CALORIES: (0, 20_000),
    Stream.GLUCOSE: (40, 400),
}
"""What a reading can be, by stream and in its unit; both ends belong to it."""
_SAYS_NONE: dict[Stream, float] = {
    Stream.HEART_RATE: 0,
    Stream.OXYGEN_SATURATION: 0,
    Stream.RESPIRATION: 0,
    Stream.GLUCOSE: 0,
    Stream.STRESS: -1,
    Stream.STEPS: -1,
    Stream.CALORIES: -1,
}
"""At and below this number a device says that it has no reading."""
_OFF_WRIST = -1
_A_DAY = 86_400
_HOURS = 24


@dataclass(slots=True)
class RawRecords:
    """Records in the order of their file."""

    start: "array[int]" = field(default_factory=lambda: array("q"))
    end: "array[int]" = field(default_factory=lambda: array("q"))
    value: "array[float]" = field(default_factory=lambda: array("d"))
    kind: "array[int]" = field(default_factory=lambda: array("q"))
    number: "array[int]" = field(default_factory=lambda: array("q"))
    """Which record of the file each is, from 1."""

    def add(self, start: int, end: int, value: float, kind: int, number: int) -> None:
        """One more; `value` is NaN where the record has none."""
        self.start.append(start)
        self.end.append(end)
        self.value.append(value)
        self.kind.append(kind)
        self.number.append(number)

    def __len__(self) -> int:
        return len(self.start)


def clean(stream: Stream, raw: RawRecords, where: str, losses: Losses, made_at: int | None) -> Samples:
    """The samples in a file's records; what is none is counted by its first place.

    A number that says "no reading" becomes NaN: the device was there, and measured nothing. `made_at` is when
    the file was made, in seconds since 1970: nothing in it is later than a day after.
    """
    start, end = np.array(raw.start, dtype=np.int64), np.array(raw.end, dtype=np.int64)
    value, kind = np.array(raw.value, dtype=np.float64), np.array(raw.kind, dtype=np.int64)
    number = np.array(raw.number, dtype=np.int64)
    kept = np.ones(len(start), dtype=np.bool_)

    def drop(wrong: BoolArray, reason: Reason) -> None:
        nonlocal kept
        fresh = wrong & kept
        if fresh.any():
            losses.add(where, reason, int(fresh.sum()), f"record {number[int(np.argmax(fresh))]}")
            kept = kept & ~wrong

    latest = np.iinfo(np.int64).max if made_at is None else made_at + _A_DAY
    drop((start < EARLIEST) | (end > latest), Reason.TIME_IMPLAUSIBLE)
    drop(end < start, Reason.ENDS_BEFORE_START)
    drop(end - start > _A_DAY, Reason.INTERVAL_TOO_LONG)
    if stream is Stream.SLEEP:
        drop((value < 0) | (value > _HOURS), Reason.OUT_OF_RANGE)  # hours asleep of a night told as a whole
        return Samples(start, end, value, kind).where(kept)
    none = _is_none(stream, value)
    if (said := none & kept).any():
        losses.add(where, Reason.NO_READING, int(said.sum()), f"record {number[int(np.argmax(said))]}")
    low, high = LIMITS[stream]
    drop(~none & ((value < low) | (value > high)), Reason.OUT_OF_RANGE)
    if stream is Stream.STRESS:
        kind = np.where(value == _OFF_WRIST, OFF_WRIST, kind)
    return Samples(start, end, np.where(none, np.nan, value), kind).where(kept)


def _is_none(stream: Stream, value: FloatArray) -> BoolArray:
    return np.isnan(value) | (value <= _SAYS_NONE[stream])
