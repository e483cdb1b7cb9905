"""How regular a person's sleep is, which takes several nights."""

import statistics
from collections.abc import Mapping, Sequence

from app.ingest.sensors.features.definition import Definition, Level
from app.ingest.sensors.streams import Stream

FEWEST = 5
"""Nights that a spread takes."""
_WINDOW, _MINIMAL, _STREAMS = "all nights", f"{FEWEST} nights", (Stream.SLEEP,)
TOLD_BY = {
    "sleep_onset_spread": "sleep_onset_hour",
    "sleep_wake_spread": "sleep_wake_hour",
    "sleep_minutes_spread": "sleep_minutes",
}
"""The day's feature that each is the spread of."""

DEFINITIONS = (
    Definition(
        "sleep_onset_spread", "irregularity of sleep onset", "Standard deviation of the hour over nights.",
        "h", _WINDOW, _MINIMAL, 0, 34, _STREAMS, Level.PERSON,
    ),
    Definition(
        "sleep_wake_spread", "irregularity of waking", "Standard deviation of the hour over nights.",
        "h", _WINDOW, _MINIMAL, 0, 17, _STREAMS, Level.PERSON,
    ),
    Definition(
        "sleep_minutes_spread", "irregularity of sleep",
        "Standard deviation of the minutes asleep over nights.",
        "min", _WINDOW, _MINIMAL, 0, 1100, _STREAMS, Level.PERSON,
    ),
)  # fmt: skip


def measure_person(days: Sequence[Mapping[str, float]]) -> dict[str, float | None]:
    """Spreads over the nights that tell them."""
    told: dict[str, float | None] = {}
    for name, of in TOLD_BY.items():
        values = [day[of] for day in days if of in day]
        told[name] = statistics.stdev(values) if len(values) >= FEWEST else None
    return told
