"""Respiration and oxygen saturation."""

import numpy as np

from app.ingest.sensors.day import NIGHT, Day
from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.features.heart import LONG_NIGHT, mean_of
from app.ingest.sensors.features.wear import ALL_DAY, TEN_HOURS, is_worn
from app.ingest.sensors.minutes import minute_means
from app.ingest.sensors.streams import Stream

FEWEST = 60
"""Minutes with a reading of oxygen saturation that a night takes."""
HYPOXAEMIC = 90
_EVENING, _NOON = 18, 12
_RESPIRATION, _SATURATION = (Stream.RESPIRATION,), (Stream.OXYGEN_SATURATION,)
_WINDOW, _MINIMAL = "18:00 the day before to 12:00", f"{FEWEST} minutes with a reading"

DEFINITIONS = (
    Definition(
        "respiration_mean", "mean respiratory rate", "Mean of the minutes worn.",
        "breaths/min", ALL_DAY, TEN_HOURS, 3, 60, _RESPIRATION,
    ),
    Definition(
        "respiration_night", "respiratory rate at night", "Mean of the minutes worn.",
        "breaths/min", "00:00 to 06:00", "180 minutes in the window", 3, 60, _RESPIRATION,
    ),
    Definition(
        "spo2_night_mean", "oxygen saturation at night", "Mean of the minutes with a reading.",
        "%", _WINDOW, _MINIMAL, 50, 100, _SATURATION,
    ),
    Definition(
        "spo2_night_low", "low oxygen saturation at night", "5th percentile of the minutes with a reading.",
        "%", _WINDOW, _MINIMAL, 50, 100, _SATURATION,
    ),
    Definition(
        "spo2_below_90_share", "share of oxygen saturation below 90 %",
        "Share of the minutes with a reading.",
        "", _WINDOW, _MINIMAL, 0, 1, _SATURATION,
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    breaths = day.minutes(Stream.RESPIRATION)
    told: dict[str, float | None] = {
        "respiration_mean": mean_of(breaths, 1) if is_worn(day) else None,
        "respiration_night": mean_of(breaths[day.hours(NIGHT)], LONG_NIGHT),
    }
    window = day.local.at(_EVENING, -1), day.local.at(_NOON)
    means, _ = minute_means(day.samples(Stream.OXYGEN_SATURATION), *window)
    night = means[~np.isnan(means)]
    if len(night) < FEWEST:
        return told
    return told | {
        "spo2_night_mean": float(night.mean()),
        "spo2_night_low": float(np.percentile(night, 5)),
        "spo2_below_90_share": float((night < HYPOXAEMIC).mean()),
    }
