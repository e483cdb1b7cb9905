"""Continuous glucose monitoring, as summary metrics alone."""

from collections.abc import Sequence

import numpy as np

from app.domain.schema import FloatArray
from app.ingest.sensors.day import DAY, NIGHT, Day, glucose_slots
from app.ingest.sensors.features.definition import Definition, Level
from app.ingest.sensors.features.wear import ALL_DAY
from app.ingest.sensors.glucose_metrics import HIGH, LOW, band_shares, episodes, gmi, mage, variation
from app.ingest.sensors.streams import Stream

ENOUGH = 0.7
"""Share of a day's five-minute slots with a reading: Battelino et al. 2019 ask for 70 % of the time."""
FEWEST_DAYS = 3
_STREAMS = (Stream.GLUCOSE,)
_MINIMAL = "readings in 70 % of the day's five minutes"
_DAYS = f"{FEWEST_DAYS} such days"
_ALL = "all days with enough readings"
_BANDS = {
    "glucose_very_low_share": ("very low glucose", "Share of readings below 54 mg/dL."),
    "glucose_low_share": ("low glucose", "Share of readings from 54 to below 70 mg/dL."),
    "glucose_in_range_share": ("glucose in range", "Share of readings from 70 to 180 mg/dL."),
    "glucose_high_share": ("high glucose", "Share of readings above 180 and up to 250 mg/dL."),
    "glucose_very_high_share": ("very high glucose", "Share of readings above 250 mg/dL."),
}

TOLD_BY = dict.fromkeys(("glucose_gmi", "glucose_cv_all", "glucose_mage_all"), "glucose_mean")
"""The day's feature by which it is known on which days each rests."""

DEFINITIONS = (
    Definition(
        "glucose_mean", "mean glucose",
        "Mean of the readings; words for the sensor's limits count as 40 and 400.",
        "mg/dL", ALL_DAY, _MINIMAL, 40, 400, _STREAMS,
    ),
    Definition(
        "glucose_day", "glucose by day", "Mean of the readings.",
        "mg/dL", "06:00 to 24:00", "readings in 70 % of the window", 40, 400, _STREAMS,
    ),
    Definition(
        "glucose_night", "glucose at night", "Mean of the readings.",
        "mg/dL", "00:00 to 06:00", "readings in 70 % of the window", 40, 400, _STREAMS,
    ),
    Definition(
        "glucose_cv", "variation of glucose", "Standard deviation for each 100 of the mean, within the day.",
        "%", ALL_DAY, _MINIMAL, 0, 200, _STREAMS,
    ),
    *(
        Definition(name, label, meaning, "", ALL_DAY, _MINIMAL, 0, 1, _STREAMS)
        for name, (label, meaning) in _BANDS.items()
    ),
    Definition(
        "glucose_mage", "mean amplitude of glycaemic excursions",
        "Mean of the swings larger than one standard deviation of the day, in the direction of the first.",
        "mg/dL", ALL_DAY, f"{_MINIMAL}; one such swing", 0, 360, _STREAMS,
    ),
    Definition(
        "glucose_high_episodes", "excursions above 180 mg/dL", "How often it lasts 15 minutes or more.",
        "", ALL_DAY, _MINIMAL, 0, 50, _STREAMS,
    ),
    Definition(
        "glucose_low_episodes", "excursions below 70 mg/dL", "How often it lasts 15 minutes or more.",
        "", ALL_DAY, _MINIMAL, 0, 50, _STREAMS,
    ),
    Definition(
        "glucose_gmi", "glucose management indicator", "3.31 + 0.02392 times the mean of all readings.",
        "%", _ALL, _DAYS, 4, 13, _STREAMS, Level.PERSON,
    ),
    Definition(
        "glucose_cv_all", "variation of glucose over all days",
        "Standard deviation for each 100 of the mean.",
        "%", _ALL, _DAYS, 0, 200, _STREAMS, Level.PERSON,
    ),
    Definition(
        "glucose_mage_all", "mean amplitude of glycaemic excursions over all days",
        "Mean of the swings above one standard deviation of all readings, in the direction of the first.",
        "mg/dL", _ALL, f"{_DAYS}; one such swing", 0, 360, _STREAMS, Level.PERSON,
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    slots = day.slots
    told: dict[str, float | None] = {
        f"glucose_{name}": _mean(slots[hours.start // 5 : hours.stop // 5])
        for name, hours in (("day", day.hours(DAY)), ("night", day.hours(NIGHT)))
    }
    if not is_enough(slots):
        return told
    known = ~np.isnan(slots)
    values = slots[known]
    return (
        told
        | {"glucose_mean": float(values.mean()), "glucose_cv": variation(values), "glucose_mage": mage(slots)}
        | dict(zip(_BANDS, band_shares(values), strict=True))
        | {
            "glucose_high_episodes": float(episodes(slots > HIGH, known)),
            "glucose_low_episodes": float(episodes(slots < LOW, known)),
        }
    )


def measure_person(days: Sequence[Day]) -> dict[str, float | None]:
    """What all days together tell, of those with enough readings."""
    valid = [day for day in days if is_enough(day.slots)]
    if len(valid) < FEWEST_DAYS:
        return {}
    slots = np.concatenate([day.slots for day in valid])
    values = slots[~np.isnan(slots)]
    # Days in between that have too few readings are a gap, for swings must not leap over them.
    first, last = valid[0], valid[-1]
    trace = glucose_slots(first.samples(Stream.GLUCOSE), first.start, last.end)
    for day in days:
        if first.start <= day.start <= last.start and not is_enough(day.slots):
            trace[(day.start - first.start) // 300 : (day.end - first.start) // 300] = np.nan
    return {
        "glucose_gmi": gmi(float(values.mean())),
        "glucose_cv_all": variation(values),
        "glucose_mage_all": mage(trace),
    }


def is_enough(slots: FloatArray) -> bool:
    """Whether enough of these slots have a reading."""
    return len(slots) > 0 and float((~np.isnan(slots)).mean()) >= ENOUGH


def _mean(slots: FloatArray) -> float | None:
    return float(np.nanmean(slots)) if is_enough(slots) else None
