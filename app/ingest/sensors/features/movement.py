"""Steps, activity, sitting and calories."""

import numpy as np

from app.domain.schema import BoolArray
from app.ingest.sensors.calories import burned
from app.ingest.sensors.day import Day
from app.ingest.sensors.features.definition import Definition
from app.ingest.sensors.features.sleeping import main_night
from app.ingest.sensors.features.wear import ALL_DAY, TEN_HOURS, is_worn
from app.ingest.sensors.minutes import mask_of, runs_of
from app.ingest.sensors.streams import Movement, Stream

BOUT = 30
"""Minutes of sitting in a row that make a bout."""
_STEPS = (Stream.STEPS,)
_WITH_SLEEP = (Stream.STEPS, Stream.SLEEP)
_BED_KNOWN = f"{TEN_HOURS}; a night in bed that ended on the day"

DEFINITIONS = (
    Definition(
        "steps", "steps",
        "Steps of the minutes worn; those of an interval are spread evenly over it. AI-READI's files "
        "label so what may be an intensity.",
        "steps", ALL_DAY, TEN_HOURS, 0, 100_000, _STEPS,
    ),
    Definition(
        "activity_minutes", "activity",
        "Worn minutes that the watch names walking, running or another sport.",
        "min", ALL_DAY, TEN_HOURS, 0, 1500, _STEPS,
    ),
    Definition(
        "sedentary_minutes", "sedentary time", "Worn minutes that the watch names sedentary, outside bed.",
        "min", ALL_DAY, _BED_KNOWN, 0, 1500, _WITH_SLEEP,
    ),
    Definition(
        "sedentary_bouts", "sedentary bouts", "How often these minutes come 30 or more in a row.",
        "", ALL_DAY, _BED_KNOWN, 0, 50, _WITH_SLEEP,
    ),
    Definition(
        "calories_active", "active calories",
        "Calories burned by moving. Counters that add up over the day and single amounts are told apart by "
        "person: a counter never falls but at resets.",
        "kcal", ALL_DAY, f"{TEN_HOURS}; ten changes within days", 0, 20_000, (Stream.CALORIES,),
    ),
)  # fmt: skip


def measure(day: Day) -> dict[str, float | None]:
    """The day's features by name, None where they cannot be told."""
    if not is_worn(day):
        return {}
    told: dict[str, float | None] = {"calories_active": _calories(day)}
    moves = day.samples(Stream.STEPS)
    # What ends as the day begins is of the day before.
    here = (moves.start < day.end) & ((moves.end > day.start) | (moves.start >= day.start))
    if (here & ~np.isnan(moves.value)).any():
        told["steps"] = _steps(day)
    if (moves.kind[here] != Movement.UNSAID).any():
        active = mask_of(moves.where(moves.kind == Movement.ACTIVE), day.start, day.end) & day.worn
        told["activity_minutes"] = float(active.sum())
        if (sits := sitting(day)) is not None:
            told["sedentary_minutes"] = float(sits.sum())
            told["sedentary_bouts"] = float(sum(length >= BOUT for _, length in runs_of(sits)))
    return told


def sitting(day: Day) -> BoolArray | None:
    """The minutes that are worn, sedentary and not in bed, shape (minutes,).

    None where the night that ended on the day is not known: a watch names a sleeper sedentary, too.
    """
    if main_night(day.nights) is None:
        return None
    moves = day.samples(Stream.STEPS)
    sedentary = mask_of(moves.where(moves.kind == Movement.SEDENTARY), day.start, day.end)
    return sedentary & day.worn & ~day.in_bed


def _steps(day: Day) -> float:
    """Steps in proportion to the part of each interval that is in this day and worn."""
    moves = day.samples(Stream.STEPS)
    moves = moves.where(~np.isnan(moves.value) & (moves.end >= day.start) & (moves.start < day.end))
    edges = day.start + 60 * np.arange(len(day.worn) + 1)
    worn_until = np.concatenate(([0.0], np.cumsum(60.0 * day.worn)))
    inside = np.interp(moves.end, edges, worn_until) - np.interp(moves.start, edges, worn_until)
    length = moves.end - moves.start
    at_once = (length == 0) & (moves.start >= day.start)
    place = np.clip((moves.start - day.start) // 60, 0, len(day.worn) - 1)
    share = np.where(at_once, day.worn[place], inside / np.maximum(length, 1))
    return float((moves.value * share).sum())


def _calories(day: Day) -> float | None:
    here = day.samples(Stream.CALORIES).between(day.start, day.end)
    return burned(here.value[~np.isnan(here.value)], day.calories_form)
