"""One local day of a person: which minutes were worn, and what each stream says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.domain.schema import BoolArray, FloatArray
from app.ingest.sensors.calories import CaloriesForm
from app.ingest.sensors.glucose_metrics import SLOT
from app.ingest.sensors.local_days import LocalDay
from app.ingest.sensors.minutes import held, mask_of, minute_means
from app.ingest.sensors.sleep import Session
from app.ingest.sensors.streams import OFF_WRIST, Samples, Stream

WEAR_STREAMS = (Stream.HEART_RATE, Stream.STRESS, Stream.RESPIRATION)
"""Streams whose readings say that somebody wears the watch; the first that a person has counts."""
NIGHT = (0, 6)
DAY = (6, 24)
"""Hours of the clock; of glucose by Danne et al., Diabetes Care 2017;40:1631-1640, here of all streams."""


@dataclass(frozen=True)
class Day:
    """A local day; arrays of minutes have its own length, 1,380 to 1,500."""

    local: LocalDay
    streams: Mapping[Stream, Samples]
    sleep: Sequence[Session] = ()
    """All of the person's sessions."""
    is_confirmed: bool = True
    """Whether a stream that ends with wear has a reading on the day, or the person has no such stream."""
    calories_form: CaloriesForm = CaloriesForm.UNCLEAR
    _held: dict[Stream, FloatArray] = field(default_factory=dict)

    @cached_property
    def start(self) -> int:
        """Midnight, in seconds since 1970 in UTC."""
        return self.local.start

    @cached_property
    def end(self) -> int:
        """The next midnight."""
        return self.local.end

    def samples(self, stream: Stream) -> Samples:
        """All samples of a stream, whatever their day."""
        return self.streams.get(stream) or Samples.none()

    def minutes(self, stream: Stream) -> FloatArray:
        """What a stream says of each worn minute, NaN where it says nothing, shape (minutes,)."""
        if stream not in self._held:
            self._held[stream] = np.where(self.worn, self._read(stream), np.nan)
        return self._held[stream]

    @cached_property
    def worn(self) -> BoolArray:
        """The minutes in which the watch was worn, shape (minutes,); none where no stream tells it."""
        stream = next((one for one in WEAR_STREAMS if len(self.samples(one))), None)
        if stream is None or not self.is_confirmed:
            return np.zeros((self.end - self.start) // 60, dtype=np.bool_)
        return ~np.isnan(self._read(stream)) & ~self._off_wrist

    @property
    def worn_minutes(self) -> int:
        """How many minutes the watch was worn."""
        return int(self.worn.sum())

    def hours(self, hours: tuple[int, int]) -> slice:
        """The minutes between two hours of the clock, as a slice of arrays of minutes."""
        first, last = (self.local.at(hour) if hour < 24 else self.end for hour in hours)
        return slice((first - self.start) // 60, (last - self.start) // 60)

    @cached_property
    def in_bed(self) -> BoolArray:
        """The minutes of a session of sleep, shape (minutes,)."""
        near = [one for one in self.sleep if one.end > self.start and one.start < self.end]
        starts, ends = np.array([one.start for one in near], dtype=np.int64), [one.end for one in near]
        nothing = np.zeros(len(near), dtype=np.int64)
        spans = Samples(starts, np.array(ends, dtype=np.int64), nothing.astype(np.float64), nothing)
        return mask_of(spans, self.start, self.end)

    @cached_property
    def nights(self) -> list[Session]:
        """Sessions of sleep from which the person woke on this day."""
        return [one for one in self.sleep if self.start <= one.end < self.end]

    @cached_property
    def slots(self) -> FloatArray:
        """Glucose by five minutes from midnight, NaN where there is no reading, shape (minutes / 5,)."""
        return glucose_slots(self.samples(Stream.GLUCOSE), self.start, self.end)

    def _read(self, stream: Stream) -> FloatArray:
        return held(*minute_means(self.samples(stream), self.start, self.end))

    @cached_property
    def _off_wrist(self) -> BoolArray:
        """Minutes in which the watch says that nobody wears it; it says so as often as it reads stress."""
        stress = self.samples(Stream.STRESS)
        off = (stress.kind == OFF_WRIST).astype(np.float64)
        said = Samples(stress.start, stress.end, off, stress.kind)
        return held(*minute_means(said, self.start, self.end)) > 0


def glucose_slots(samples: Samples, start: int, end: int) -> FloatArray:
    """Means of the readings of each five minutes from `start` to `end`."""
    here = samples.between(start, end)
    read = ~np.isnan(here.value)
    place, count = (here.start[read] - start) // SLOT, (end - start) // SLOT
    sums = np.bincount(place, weights=here.value[read], minlength=count)[:count]
    number = np.bincount(place, minlength=count)[:count]
    return np.where(number > 0, sums / np.maximum(number, 1), np.nan)
