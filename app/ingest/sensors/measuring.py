"""From a person's streams to rows of days and one of the person, with what each feature was made of."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from app.ingest.sensors.calories import CaloriesForm, form_of
from app.ingest.sensors.day import WEAR_STREAMS, Day
from app.ingest.sensors.features.glucose import is_enough
from app.ingest.sensors.features.table import (
    BY_NAME,
    OF_DAYS,
    OF_PERSONS,
    days_used,
    measure_day,
    measure_person,
)
from app.ingest.sensors.features.wear import ALL_DAY, VALID_DAY, is_worn
from app.ingest.sensors.local_days import LocalDay, date_of, dates_between, dates_of
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import PersonData
from app.ingest.sensors.sleep import Session, sessions_of, without_overlaps
from app.ingest.sensors.streams import Samples, Stream

CONFIRMING = (Stream.OXYGEN_SATURATION, Stream.SLEEP, Stream.CALORIES)
"""Streams that end when the watch is taken off, while heart rate, stress and movement go on."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows of the tables about one person."""

    person: dict[str, Any]
    days: list[dict[str, Any]]
    provenance: list[dict[str, Any]]


def measure(data: PersonData, losses: Losses) -> Measured:
    """The rows about a person; days without anything between the first and the last are rows, too."""
    told = _of_table(data, losses) if data.days else {}
    whole: list[Day] = []
    if data.streams:
        whole, from_streams = _of_streams(data, losses)
        told |= from_streams
    dates = dates_between(min(told), max(told)) if told else []
    rows = [_day_row(data, day, told.get(day)) for day in dates]
    days = list(told.values())
    person = measure_person(days, whole)
    row: dict[str, Any] = {
        "person_id": data.person_id,
        "days_observed": len(told),
        "days_missing": len(dates) - len(told),
        "days_worn": sum(bool(one["worn"]) for one in rows),
        "days_glucose": sum("glucose_mean" in day for day in days),
        **data.facts,
    }
    row |= {name: person.get(name) for name in OF_PERSONS}
    return Measured(row, rows, _provenance(data, days, person, losses))


def _of_table(data: PersonData, losses: Losses) -> dict[date, dict[str, float]]:
    """What a table says of days, without what cannot be."""
    told: dict[date, dict[str, float]] = {}
    for day, values in sorted(data.days.items()):
        told[day] = _in_range(data, day, _of_wear(data, day, values, losses), losses)
    return told


def _of_wear(data: PersonData, day: date, values: Mapping[str, float], losses: Losses) -> Mapping[str, float]:
    """Without what takes a day of wear, where the table says that there was less."""
    if values.get("wear_minutes", VALID_DAY) >= VALID_DAY:
        return values
    losses.add(data.shown, Reason.DAY_NOT_WORN, 1, f"day {day.isoformat()}")
    return {name: value for name, value in values.items() if name == "wear_minutes" or not _takes_wear(name)}


def _takes_wear(name: str) -> bool:
    definition = BY_NAME[name]
    return definition.window == ALL_DAY and Stream.GLUCOSE not in definition.streams


def _in_range(data: PersonData, day: date, values: Mapping[str, float], losses: Losses) -> dict[str, float]:
    """The features of a day that can be."""
    kept = {name: one for name, one in values.items() if BY_NAME[name].low <= one <= BY_NAME[name].high}
    losses.add(data.shown, Reason.OUT_OF_RANGE, len(values) - len(kept), f"day {day.isoformat()}")
    return kept


def _of_streams(data: PersonData, losses: Losses) -> tuple[list[Day], dict[date, dict[str, float]]]:
    """Every local day on which a stream has something, with its features."""
    intervals, overlapping = without_overlaps(data.streams.get(Stream.SLEEP, Samples.none()))
    losses.add(data.shown, Reason.OVERLAPPING_SLEEP, overlapping)
    sleep, confirmed = sessions_of(intervals), _confirmed(data, losses)
    dates = set().union(*(dates_of(one.start, data.zone) for one in data.streams.values()))
    dates |= {date_of(one.end, data.zone) for one in sleep}
    form = _calories_form(data, losses)
    days = [
        Day(local, data.streams, _near(sleep, local), confirmed is None or local.date in confirmed, form)
        for local in (LocalDay(each, data.zone) for each in sorted(dates))
    ]
    told = {day.local.date: _in_range(data, day.local.date, measure_day(day), losses) for day in days}
    if any(len(data.streams.get(one, ())) for one in WEAR_STREAMS):
        unworn = sum(not is_worn(day) for day in days)
        losses.add(data.shown, Reason.DAY_NOT_WORN, unworn)
    elif any(not is_enough(day.slots) for day in days) or set(data.streams) != {Stream.GLUCOSE}:
        losses.add(data.shown, Reason.WEAR_UNKNOWN)
    return days, told


def _near(sleep: Sequence[Session], day: LocalDay) -> list[Session]:
    return [one for one in sleep if one.end >= day.start and one.start < day.end]


def _confirmed(data: PersonData, losses: Losses) -> set[date] | None:
    """The dates on which the watch was worn for sure; None where no stream tells.

    Calories are written all day, so that a day of wear has some. Oxygen saturation and sleep are of the
    night: where there are these alone, days between the first and the last are worn, too.
    """
    dates: set[date] = set()
    for stream in CONFIRMING:
        samples = data.streams.get(stream, Samples.none())
        if stream is not Stream.SLEEP:
            samples = samples.where(samples.value > 0)
        dates |= dates_of(samples.start, data.zone) | dates_of(samples.end, data.zone)
    if not dates:
        if any(len(data.streams.get(one, ())) for one in WEAR_STREAMS):
            losses.add(data.shown, Reason.WEAR_UNCONFIRMED)
        return None
    tells_days = len(data.streams.get(Stream.CALORIES, ())) > 0
    return dates if tells_days else set(dates_between(min(dates), max(dates)))


def _calories_form(data: PersonData, losses: Losses) -> CaloriesForm:
    samples = data.streams.get(Stream.CALORIES, Samples.none())
    samples = samples.where(~np.isnan(samples.value))
    if len(samples) == 0:
        return CaloriesForm.UNCLEAR
    days = np.array([date_of(int(moment), data.zone).toordinal() for moment in samples.start], dtype=np.int64)
    form = form_of(samples.value, days)
    if form is CaloriesForm.UNCLEAR:
        losses.add(data.shown, Reason.CALORIES_UNCLEAR, len(samples))
    return form


def _day_row(data: PersonData, day: date, told: Mapping[str, float] | None) -> dict[str, Any]:
    is_observed = told is not None
    values = told or {}
    row: dict[str, Any] = {
        "person_id": data.person_id,
        "date": day.isoformat(),
        "minutes_in_day": LocalDay(day, data.zone).minutes,
        "observed": is_observed,
        "worn": _is_worn(data, values),
    }
    return row | {name: values.get(name) for name in OF_DAYS}


def _is_worn(data: PersonData, values: Mapping[str, float]) -> bool:
    """A day of streams by its minutes; one of a table by a heart rate, which nobody has unworn."""
    if "wear_minutes" in values:
        return values["wear_minutes"] >= VALID_DAY
    return bool(data.days) and any(name.startswith("heart_rate") for name in values)


def _provenance(
    data: PersonData, days: Sequence[Mapping[str, float]], person: Mapping[str, float], losses: Losses
) -> list[dict[str, Any]]:
    """For each feature that is told: of how many days, files and records, and what of these was dropped."""
    rows = []
    dropped: dict[str, Counter[str]] = defaultdict(Counter)
    for loss in losses:
        dropped[loss.where][loss.reason.value] += loss.count
    for name in OF_PERSONS:
        used = days_used(name, days)
        if used == 0:
            continue
        files = [one for one in data.files if one.stream is None or one.stream in BY_NAME[name].streams]
        rows.append(
            {
                "person_id": data.person_id,
                "feature": name,
                "days": used,
                "told_of_person": name in person,
                "files": [one.path for one in files],
                "records": sum(one.read for one in files),
                "records_used": sum(one.used for one in files),
                "dropped": [
                    f"{reason} {count}"
                    for reason, count in sorted(sum((dropped[one.path] for one in files), Counter()).items())
                ],
            }
        )
    return rows
