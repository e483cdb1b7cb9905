"""Days with stress as a device estimates it: one row each, for `lifesnaps-stress` and `aireadi-stress`."""

from pathlib import Path

import pandas as pd

from app.ingest.sensors.sources.aireadi import AiReadi
from app.ingest.sensors.sources.lifesnaps import lifesnaps
from research.sensor_models.measured_days import Making, measured_days
from research.training.errors import TrainingError

STRESSED_BELOW = 73
"""Fitbit's score, of which higher is better: about three days in ten are below."""
RESTED_UP_TO = 25
"""The upper end of Garmin's band of rest; a day whose mean from 06:00 to 24:00 is above is a stressed one."""
FITBIT_FACTS = ("gender", "age_band", "bmi_band")
FITBIT_FEATURES = (
    "heart_rate_resting",
    "hrv_rmssd_night",
    "respiration_night",
    "skin_temperature_night",
    "steps",
    "activity_minutes",
    "sleep_minutes",
    "sleep_efficiency",
)
"""Features of days, by their names in `turnpoint sensors features`."""
GARMIN_FACTS = ("age", "bmi")
GARMIN_FEATURES = ("steps", "sedentary_minutes", "sleep_minutes", "sleep_onset_hour")
HEART_FEATURES = ("heart_rate_resting", "heart_rate_day", "heart_rate_night")
"""What the watch works stress out from; one of the two models is told it."""
_COUNTS = {"steps", "activity_minutes", "sedentary_minutes", "sleep_minutes"}
_AS_USUAL = Making()


def fitbit_days(origin: Path, work: Path, making: Making = _AS_USUAL) -> pd.DataFrame:
    """The days of LifeSnaps that have a score, with whose they are, and whether they are scored as stressed.

    `origin` is the daily table or the folder that has it, or what `turnpoint sensors features` made of it.

    Raises:
        TrainingError: it is no such table, or no day has a score.
    """
    features = ["stress_score", *FITBIT_FEATURES]
    days = measured_days(origin, lifesnaps, features, FITBIT_FACTS, work, making.processes)
    return _labelled(days, "stress_score", days["stress_score"] < STRESSED_BELOW, origin)


def garmin_days(
    origin: Path, work: Path, making: Making = _AS_USUAL, with_heart: bool = False
) -> pd.DataFrame:
    """The days of AI-READI with stress from 06:00 to 24:00, and whether its mean is above the band of rest.

    `origin` is the release's folder, or what `turnpoint sensors features` made of it. The heart rate of the
    day is told `with_heart`.

    Raises:
        TrainingError: it is no such folder or table, or no day has a reading of stress.
    """
    features = ["stress_day", *GARMIN_FEATURES, *(HEART_FEATURES if with_heart else ())]

    def source(folder: Path) -> AiReadi:
        return AiReadi(folder, making.zone, making.without_zone)

    days = measured_days(origin, source, features, GARMIN_FACTS, work, making.processes)
    return _labelled(days, "stress_day", days["stress_day"] > RESTED_UP_TO, origin)


def _labelled(days: pd.DataFrame, told_by: str, stressed: "pd.Series[bool]", origin: Path) -> pd.DataFrame:
    """The days that tell the outcome, without what tells it; counts are whole."""
    known = days[told_by].notna()
    if not known.any():
        raise TrainingError(f"No day of {origin} has a {told_by}.")
    counts = [name for name in days.columns if name in _COUNTS]
    table = days.assign(stressed=stressed.map({True: "yes", False: "no"}))[known].drop(columns=told_by)
    table[counts] = table[counts].round()
    return table.reset_index(drop=True)
