"""LifeSnaps' daily table: Fitbit days of 71 people, and what is wrong with them.

Yfantidou et al., "LifeSnaps, a 4-month multi-modal dataset capturing unobtrusive snapshots of our lives in
the wild", Scientific Data 2022; Zenodo 7229547; CC BY 4.0.
"""

from pathlib import Path

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.sources.daily_table import DailyTable, Values
from app.ingest.sensors.sources.mapping import Column, FactColumn, Mapping

SHA256 = "82c84ee495be4b0ff636a8a44271ffb124e2358d9dd52012b529b897f3d54963"
"""Of `lifesnaps_daily.csv` as it is known here."""
_FULL_DAY = 1439
"""Minutes of activity of all kinds that fill a day, but for rounding."""
_MOVES = (
    "steps",
    "distance",
    "activity_light_minutes",
    "activity_moderate_minutes",
    "activity_vigorous_minutes",
    "sedentary_minutes",
    "calories_total",
)
_AGE_BANDS = {"<30": "under 30", ">=30": "30 or more"}
_BMI_BANDS = {
    "<19": "under 19",
    **{f"{whole}.0": "19 to 24" for whole in range(19, 25)},
    **{f"{whole}.0": "25 or more" for whole in range(25, 30)},
    ">=25": "25 or more",
    ">=30": "25 or more",
}
"""The table has whole numbers for some people and bands for others; these bands are all people's."""
_MAPPING = Mapping(
    person="id",
    date="date",
    columns={
        "heart_rate_mean": Column(column="bpm"),
        "heart_rate_resting": Column(column="resting_hr", missing=(0,)),
        "respiration_night": Column(column="full_sleep_breathing_rate", missing=(0,)),
        "spo2_night_mean": Column(column="spo2", missing=(0,)),
        "steps": Column(column="steps"),
        "distance": Column(column="distance"),
        "calories_total": Column(column="calories"),
        "activity_light_minutes": Column(column="lightly_active_minutes"),
        "activity_moderate_minutes": Column(column="moderately_active_minutes"),
        "activity_vigorous_minutes": Column(column="very_active_minutes"),
        "sedentary_minutes": Column(column="sedentary_minutes"),
        "sleep_in_bed_minutes": Column(column="sleep_duration", scale=1 / 60_000),  # milliseconds
        "sleep_minutes": Column(column="minutesAsleep", missing=(0,)),
        "sleep_awake_minutes": Column(column="minutesAwake"),
        "hrv_rmssd_night": Column(column="rmssd", missing=(0,)),
        "skin_temperature_night": Column(column="nightly_temperature"),
        "vo2_max": Column(column="filteredDemographicVO2Max", missing=(0,)),
        "stress_score": Column(column="stress_score", missing=(0,)),
    },
    facts={
        "gender": FactColumn(column="gender"),
        "age_band": FactColumn(column="age", words=_AGE_BANDS),
        "bmi_band": FactColumn(column="bmi", words=_BMI_BANDS),
    },
)


def lifesnaps(path: Path) -> DailyTable:
    """The table in a file, or in a folder that has it under its name."""
    return DailyTable(
        "lifesnaps", path / "lifesnaps_daily.csv" if path.is_dir() else path, _MAPPING, mend_day
    )


def mend_day(values: Values, where: str, place: str, losses: Losses) -> Values:
    """A day without what the watch cannot know, and with what follows from the rest.

    Where no heart rate was read, nobody wore it: its zeros are no stillness, and calories are those of a body
    at rest. Where the minutes of all activity fill the day, sedentary time has sleep and time unworn in it.
    """
    if "heart_rate_mean" not in values and "heart_rate_resting" not in values:
        unworn = [name for name in _MOVES if name in values]
        losses.add(where, Reason.DAY_NOT_WORN, 1 if unworn else 0, place)
        values = {name: value for name, value in values.items() if name not in unworn}
    active = [values.get(f"activity_{kind}_minutes") for kind in ("light", "moderate", "vigorous")]
    known = [one for one in active if one is not None]
    if len(known) == len(active):
        values = values | {"activity_minutes": sum(known)}
        if "sedentary_minutes" in values and sum(known) + values["sedentary_minutes"] >= _FULL_DAY:
            losses.add(f"{where}, sedentary_minutes", Reason.FILLS_THE_DAY, 1, place)
            values = {name: value for name, value in values.items() if name != "sedentary_minutes"}
    in_bed, asleep = values.get("sleep_in_bed_minutes"), values.get("sleep_minutes")
    if in_bed and asleep is not None and asleep <= in_bed:
        values = values | {"sleep_efficiency": 100 * asleep / in_bed}
    return values
