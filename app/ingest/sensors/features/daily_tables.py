"""Features that only a table of days tells: a device or its app worked them out."""

from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.features.wear import ALL_DAY

_TOLD = "a row of the day"
_NIGHT = "the night that ended on the day"

DEFINITIONS = (
    Definition(
        "calories_total", "calories", "All calories burned, at rest and moving, as the device tells them.",
        "kcal", ALL_DAY, _TOLD, 300, 20_000,
    ),
    Definition("distance", "distance", "As the device tells it.", "m", ALL_DAY, _TOLD, 0, 200_000),
    Definition(
        "activity_light_minutes", "light activity", "As the device tells it.", "min", ALL_DAY, _TOLD, 0, 1500
    ),
    Definition(
        "activity_moderate_minutes", "moderate activity", "As the device tells it.",
        "min", ALL_DAY, _TOLD, 0, 1500,
    ),
    Definition(
        "activity_vigorous_minutes", "vigorous activity", "As the device tells it.",
        "min", ALL_DAY, _TOLD, 0, 1500,
    ),
    Definition(
        "hrv_rmssd_night", "heart rate variability at night",
        "Root mean square of successive differences between beats, as the device tells it.",
        "ms", _NIGHT, _TOLD, 1, 300,
    ),
    Definition(
        "skin_temperature_night", "skin temperature at night", "As the device tells it.",
        "°C", _NIGHT, _TOLD, 15, 42,
    ),
    Definition(
        "vo2_max", "cardiorespiratory fitness", "Oxygen uptake at the most, as the device estimates it.",
        "mL/kg/min", ALL_DAY, _TOLD, 5, 90,
    ),
    Definition(
        "stress_score", "stress management score",
        "Fitbit's score of 1 to 100; higher is better, the reverse of the stress features.",
        "", ALL_DAY, _TOLD, 1, 100,
    ),
)  # fmt: skip
