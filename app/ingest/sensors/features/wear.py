"""How long a watch was worn."""

from app.ingest.sensors.day import WEAR_STREAMS, Day
from app.ingest.sensors.features.definition import Definition

VALID_DAY = 600
"""Minutes of wear that make a day: ten hours, as Troiano et al., Med Sci Sports Exerc 2008;40:181-188."""
TEN_HOURS = f"{VALID_DAY} worn minutes"
ALL_DAY = "midnight to midnight"

DEFINITIONS = (
    Definition(
        "wear_minutes", "time worn",
        "Minutes in which the watch had a heart rate of 25 to 250 (or, without heart rate, a stress or "
        "breathing reading) and did not say that it was off the wrist, on days with oxygen saturation, sleep "
        "or calories. Of a person, the mean of days of ten hours.",
        "min", ALL_DAY, "a stream that tells wear", 0, 1500, WEAR_STREAMS,
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    is_told = any(len(day.samples(stream)) for stream in WEAR_STREAMS)
    return {"wear_minutes": float(day.worn_minutes) if is_told else None}


def is_worn(day: Day) -> bool:
    """Whether the watch was worn for long enough."""
    return day.worn_minutes >= VALID_DAY
