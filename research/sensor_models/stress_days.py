"""Days of LifeSnaps with a stress score: one row each, for `lifesnaps-stress`."""

from pathlib import Path

import pandas as pd

from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.sources.lifesnaps import lifesnaps
from research.training.errors import TrainingError

STRESSED_BELOW = 73
"""Fitbit's score, of which higher is better: about three days in ten are below."""
FACTS = ("gender", "age_band", "bmi_band")
FEATURES = (
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
_COUNTS = ["steps", "activity_minutes", "sleep_minutes"]
_OVERWEIGHT = 25.0


def stress_days(origin: Path, work: Path) -> pd.DataFrame:
    """The days that have a score, with whose they are, and whether they are scored as stressed.

    `origin` is the daily table or the folder that has it. Features are made in `work` as
    `turnpoint sensors features` makes them: what is dropped there is unknown here.

    Raises:
        TrainingError: it is no such table, or no day has a score.
    """
    try:
        outputs, _ = run(Order(lifesnaps(origin), work / "people.parquet"), lambda words, fraction: None)
    except SourceError as error:
        raise TrainingError(str(error)) from error
    days = pd.read_parquet(outputs.days, columns=["person_id", "stress_score", *FEATURES])
    days = days[days["stress_score"].notna()]
    if days.empty:
        raise TrainingError(f"No day of {origin} has a stress score.")
    people = pd.read_parquet(outputs.persons, columns=["person_id", *FACTS])
    table = days.merge(people.assign(bmi_band=people["bmi_band"].map(_band)), on="person_id")
    table[_COUNTS] = table[_COUNTS].round()
    stressed = (table["stress_score"] < STRESSED_BELOW).map({True: "yes", False: "no"})
    return table[["person_id", *FACTS, *FEATURES]].assign(stressed=stressed)


def _band(told: object) -> str | None:
    """The table has bands for some people, and for others whole numbers."""
    if not isinstance(told, str):
        return None
    if told in ("under 19", "25 or more"):
        return told
    is_high = told == "30 or more" or float(told) >= _OVERWEIGHT
    return "25 or more" if is_high else "19 to 24"
