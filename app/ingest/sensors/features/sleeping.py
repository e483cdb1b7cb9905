"""Sleep: the longest session from which a person woke on the day, and naps beside it."""

from app.ingest.sensors.day import Day
from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.sleep import Session
from app.ingest.sensors.streams import Stage, Stream

SHORTEST, LONGEST = 180, 1440
"""Minutes in bed that make a night; after more a watch was left to write."""
MOST_UNKNOWN = 0.25
"""Share of the time in bed, gaps included, of which the stage may be unknown."""
_WINDOW = "the longest session that ended on the day"
_MINIMAL = "3 to 24 hours in bed, of 75 % of which the stage is known"
_STAGES = f"{_MINIMAL}; a device that tells stages"
_STREAMS = (Stream.SLEEP,)

DEFINITIONS = (
    Definition(
        "sleep_minutes", "sleep", "Minutes in light, deep or REM sleep.",
        "min", _WINDOW, _MINIMAL, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_in_bed_minutes", "time in bed", "Minutes from the session's start to its end.",
        "min", _WINDOW, _MINIMAL, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_efficiency", "sleep efficiency", "Minutes asleep for each 100 minutes in bed.",
        "%", _WINDOW, _STAGES, 0, 100, _STREAMS,
    ),
    Definition(
        "sleep_light_minutes", "light sleep", "Minutes in this stage.",
        "min", _WINDOW, _STAGES, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_deep_minutes", "deep sleep", "Minutes in this stage.",
        "min", _WINDOW, _STAGES, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_rem_minutes", "REM sleep", "Minutes in this stage.",
        "min", _WINDOW, _STAGES, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_awake_minutes", "time awake in bed", "Minutes awake within the session.",
        "min", _WINDOW, _STAGES, 0, 1500, _STREAMS,
    ),
    Definition(
        "sleep_onset_hour", "sleep onset",
        "What the clock says when sleep begins, in hours from midnight of the day of waking: -1.5 is 22:30.",
        "h", _WINDOW, _MINIMAL, -24, 24, _STREAMS,
    ),
    Definition(
        "sleep_wake_hour", "time of waking",
        "What the clock says when the session ends, in hours from midnight.",
        "h", _WINDOW, _MINIMAL, 0, 24, _STREAMS,
    ),
    Definition(
        "nap_minutes", "naps", "Minutes asleep in other sessions that ended on the day.",
        "min", "the day's other sessions", "a night as above", 0, 1500, _STREAMS,
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    night = main_night(day.nights)
    if night is None:
        return {}
    onset = night.falls_asleep
    told: dict[str, float | None] = {
        "sleep_minutes": night.asleep,
        "sleep_in_bed_minutes": night.in_bed,
        "sleep_onset_hour": day.local.clock_hours(night.start if onset is None else onset),
        "sleep_wake_hour": day.local.clock_hours(night.end),
        "nap_minutes": sum(one.asleep for one in day.nights if one is not night),
    }
    if not night.has_stages:
        return told
    return told | {
        "sleep_efficiency": 100 * night.asleep / night.in_bed,
        "sleep_light_minutes": night.minutes(Stage.LIGHT),
        "sleep_deep_minutes": night.minutes(Stage.DEEP),
        "sleep_rem_minutes": night.minutes(Stage.REM),
        "sleep_awake_minutes": night.minutes(Stage.AWAKE),
    }


def main_night(nights: list[Session]) -> Session | None:
    """The longest session, if it is a night of which enough is known."""
    if not nights:
        return None
    longest = max(nights, key=lambda one: (one.in_bed, one.start))
    is_night = SHORTEST <= longest.in_bed <= LONGEST and longest.unknown_share <= MOST_UNKNOWN
    return longest if is_night else None
