"""Stress as the watch estimates it, from the heart rate's variability."""

import numpy as np

from app.ingest.sensors.day import DAY, Day
from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.features.heart import mean_of
from app.ingest.sensors.features.movement import sitting
from app.ingest.sensors.features.wear import ALL_DAY, is_worn
from app.ingest.sensors.streams import Stream

FEWEST = 300
"""Minutes with a reading that a day takes: the watch estimates none while somebody moves."""
FEWEST_AT_REST = 60
BANDS = (25, 50, 75)
"""Upper ends of Garmin's bands rest, low and medium; above is high."""
_STREAMS = (Stream.STRESS,)
_MINIMAL = f"{FEWEST} minutes with a reading; 600 worn minutes"

DEFINITIONS = (
    Definition(
        "stress_mean", "mean stress", "Mean of the minutes worn; 0 to 100, by Garmin's estimate.",
        "", ALL_DAY, _MINIMAL, 0, 100, _STREAMS,
    ),
    Definition(
        "stress_day", "stress by day", "Mean of the minutes worn.",
        "", "06:00 to 24:00", "240 minutes in the window", 0, 100, _STREAMS,
    ),
    Definition(
        "stress_rest_share", "share of rest", "Share of minutes with a reading of 0 to 25.",
        "", ALL_DAY, _MINIMAL, 0, 1, _STREAMS,
    ),
    Definition(
        "stress_low_share", "share of low stress", "Share of minutes with a reading of 26 to 50.",
        "", ALL_DAY, _MINIMAL, 0, 1, _STREAMS,
    ),
    Definition(
        "stress_medium_share", "share of medium stress", "Share of minutes with a reading of 51 to 75.",
        "", ALL_DAY, _MINIMAL, 0, 1, _STREAMS,
    ),
    Definition(
        "stress_high_share", "share of high stress", "Share of minutes with a reading of 76 to 100.",
        "", ALL_DAY, _MINIMAL, 0, 1, _STREAMS,
    ),
    Definition(
        "stress_at_rest", "stress at rest", "Mean of the minutes that are sedentary and not in bed.",
        "", ALL_DAY, f"{FEWEST_AT_REST} such minutes with a reading; a time in bed on the day", 0, 100,
        (Stream.STRESS, Stream.STEPS, Stream.SLEEP),
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    stress, rests = day.minutes(Stream.STRESS), sitting(day)
    known = stress[~np.isnan(stress)]
    told: dict[str, float | None] = {
        "stress_day": mean_of(stress[day.hours(DAY)], 240),
        "stress_at_rest": None if rests is None else mean_of(stress[rests], FEWEST_AT_REST),
    }
    if len(known) < FEWEST or not is_worn(day):
        return told
    edges = np.searchsorted(BANDS, known, side="left")
    shares = np.bincount(edges, minlength=4) / len(known)
    names = ("stress_rest_share", "stress_low_share", "stress_medium_share", "stress_high_share")
    return told | {"stress_mean": float(known.mean())} | dict(zip(names, shares.tolist(), strict=True))
