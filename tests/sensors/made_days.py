"""Days made of invented streams, without files."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from app.ingest.sensors.local_days import LocalDay
from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import Measured, measure
from app.ingest.sensors.person import PersonData
from app.ingest.sensors.streams import Samples, Stream, merged

CENTRAL = ZoneInfo("America/Chicago")
ORDINARY, SHORT, LONG = date(2024, 2, 14), date(2024, 3, 10), date(2024, 11, 3)
"""Days of 24, 23 and 25 hours in Chicago."""


def every_minute(day: LocalDay, value: float = 70.0) -> Samples:
    """A reading each minute of a day."""
    start = np.arange(day.start, day.end, 60, dtype=np.int64)
    return points(start, np.full(len(start), value))


def points(start: Iterable[int], value: Iterable[float], kind: int = 0) -> Samples:
    moments = np.array(list(start), dtype=np.int64)
    values = np.array(list(value), dtype=np.float64)
    return merged([Samples(moments, moments, values, np.full(len(moments), kind, dtype=np.int64))])[0]


def spans(*told: tuple[int, int, float, int]) -> Samples:
    """Intervals of start, end, value, kind."""
    start, end, value, kind = (np.array(one) for one in zip(*told, strict=True))
    whole = Samples(
        start.astype(np.int64), end.astype(np.int64), value.astype(np.float64), kind.astype(np.int64)
    )
    return merged([whole])[0]


def measured(streams: Mapping[Stream, Samples], losses: Losses | None = None) -> Measured:
    """What somebody in Chicago with these streams is told."""
    return measure(PersonData("9001", CENTRAL, streams), losses or Losses())


def told_of(day: date, streams: Mapping[Stream, Samples]) -> dict[str, float]:
    """The features of one day that are told."""
    [row] = [one for one in measured(streams).days if one["date"] == day.isoformat()]
    return {name: value for name, value in row.items() if value is not None}
