"""Heart rate."""

import numpy as np

from app.domain.schema import FloatArray
from app.ingest.sensors.day import DAY, NIGHT, Day
from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.features.wear import ALL_DAY, TEN_HOURS, is_worn
from app.ingest.sensors.streams import Stream

WINDOW, FEWEST = 30, 24
"""Minutes over which a resting heart rate is averaged, and how many of them must have a reading."""
LONG_DAY, LONG_NIGHT = 480, 180
"""Minutes that a mean of the day, and of the night, takes."""
_STREAMS = (Stream.HEART_RATE,)

DEFINITIONS = (
    Definition(
        "heart_rate_mean", "mean heart rate", "Mean of the minutes worn.",
        "beats/min", ALL_DAY, TEN_HOURS, 25, 250, _STREAMS,
    ),
    Definition(
        "heart_rate_resting", "resting heart rate", "Lowest mean of 30 minutes in a row.",
        "beats/min", ALL_DAY, f"{TEN_HOURS}; 24 of the 30 minutes", 25, 250, _STREAMS,
    ),
    Definition(
        "heart_rate_day", "heart rate by day", "Mean of the minutes worn.",
        "beats/min", "06:00 to 24:00", "480 minutes in the window", 25, 250, _STREAMS,
    ),
    Definition(
        "heart_rate_night", "heart rate at night", "Mean of the minutes worn.",
        "beats/min", "00:00 to 06:00", "180 minutes in the window", 25, 250, _STREAMS,
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    beats = day.minutes(Stream.HEART_RATE)
    worn = is_worn(day)
    return {
        "heart_rate_mean": mean_of(beats, 1) if worn else None,
        "heart_rate_resting": _resting(beats) if worn else None,
        "heart_rate_day": mean_of(beats[day.hours(DAY)], LONG_DAY),
        "heart_rate_night": mean_of(beats[day.hours(NIGHT)], LONG_NIGHT),
    }


def mean_of(minutes: FloatArray, fewest: int) -> float | None:
    """The mean of minutes that have a value, if there are enough of them."""
    known = minutes[~np.isnan(minutes)]
    return float(known.mean()) if len(known) >= max(fewest, 1) else None


def _resting(beats: FloatArray) -> float | None:
    known = ~np.isnan(beats)
    number = np.convolve(known, np.ones(WINDOW), "valid")
    sums = np.convolve(np.where(known, beats, 0), np.ones(WINDOW), "valid")
    enough = number >= FEWEST
    return float((sums[enough] / number[enough]).min()) if enough.any() else None
