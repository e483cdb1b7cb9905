"""Questions about people, or about their days, of the tables that `turnpoint sensors features` wrote."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.days import LAST_DAYS
from app.domain.feature import Feature, Kind
from app.domain.horizon import is_tomorrow
from app.domain.patient import problem_of
from app.domain.schema import FeatureSchema, Value
from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.writing import Outputs

Row = Mapping[str, Any]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom is asked about, on which day, and how many days before are told beside; None is everybody, the
    newest. Of a model of people there is no day, and the newest ones are told."""

    person: str | None = None
    day: date | None = None
    last_days: int = LAST_DAYS


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a person; `day` is the one that the values are of, None of a model of people. It is
    not among `days`."""

    person_id: str
    day: str | None
    features: Mapping[str, Value]
    days: Sequence[Mapping[str, Any]]
    not_taken: tuple[str, ...]
    """Features that the table tells in a word which the model does not know; they count as unknown."""
    not_taken_of_days: Mapping[str, int]
    """Of how many of `days` a feature is left out: a word that the model does not know, or out of range."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Somebody who cannot be asked about, and why."""

    person_id: str
    why: str


def is_of_days(schema: FeatureSchema) -> bool:
    """Whether a model's rows are days: what it proposes is for tomorrow."""
    return is_tomorrow(schema.model.horizon)


def questions_of(persons: Path, schema: FeatureSchema, wanted: Wanted) -> Iterator[Question | Unasked]:
    """A question about each person of the table, in its order; of a model of days, about one day of theirs.

    That is the day of `wanted`, or the newest that tells what the model requires and every lever of it that
    some day of the person tells; where no day tells them together, the newest that tells any of them.

    Raises:
        SourceError: it is no such table, tells none of the model's features, or has not got the person; or a
            day is wanted of a model of people.
    """
    if wanted.day is not None and not is_of_days(schema):
        raise SourceError(f"--day has no place here: {schema.model.name} is asked about people, not days.")
    outputs, names = Outputs(persons), list(schema.by_name)
    people = _read(outputs.persons, names, wanted.person)
    told_of_days = _read(outputs.days, ["date", *names], wanted.person)
    _check(persons, schema, people, told_of_days)
    by_person = defaultdict[str, list[Row]](list)
    for row in told_of_days.to_pylist():
        by_person[row["person_id"]].append(row)
    if wanted.person is not None and len(people) == 0:
        raise SourceError(f"{persons} has nobody of that id.")
    return (_about(schema, person, by_person[person["person_id"]], wanted) for person in people.to_pylist())


def _read(path: Path, names: Sequence[str], person: str | None) -> pa.Table:
    """The columns that there are of these, and whose each row is."""
    try:
        there = set(pq.read_schema(path).names)
        columns = ["person_id", *(name for name in names if name in there)]
        own = None if person is None else [("person_id", "==", person)]
        return pq.read_table(path, columns=columns, filters=own)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}: `turnpoint sensors features` writes it.") from None
    except (OSError, pa.ArrowException):
        raise SourceError(f"{path} is no table of `turnpoint sensors features`.") from None


def _check(persons: Path, schema: FeatureSchema, people: pa.Table, days: pa.Table) -> None:
    told = {*people.column_names, *(days.column_names if is_of_days(schema) else ())}
    if is_of_days(schema) and "date" not in told:
        raise SourceError(f"{Outputs(persons).days} is no table of `turnpoint sensors features`.")
    required = [one.name for one in schema.features if one.missing == "refused" and one.name not in told]
    if required or not told & set(schema.by_name):
        lacks = ", ".join(required) or "any of the features"
        raise SourceError(f"{persons} does not tell what {schema.model.name} takes: it lacks {lacks}.")


def _about(schema: FeatureSchema, person: Row, days: Sequence[Row], wanted: Wanted) -> Question | Unasked:
    person_id = str(person["person_id"])
    days = sorted(days, key=lambda one: str(one["date"]))
    if not is_of_days(schema):
        newest = date.fromisoformat(str(days[-1]["date"])) if days else None
        return _question(schema, person_id, None, person, _until(days, newest, wanted.last_days))
    chosen = _chosen(schema, person, days, wanted.day)
    if isinstance(chosen, str):
        return Unasked(person_id, chosen)
    told = {**person, **{name: value for name, value in chosen.items() if name in schema}}
    day = str(chosen["date"])
    before = date.fromisoformat(day) - _DAY
    return _question(schema, person_id, day, told, _until(days, before, wanted.last_days))


def _chosen(schema: FeatureSchema, person: Row, days: Sequence[Row], day: date | None) -> Row | str:
    """The day that is asked about, or why there is none."""
    if day is not None:
        same = [one for one in days if one["date"] == day.isoformat()]
        return same[0] if same else "the table has no such day of theirs"
    columns = set(days[0]) if days else set()
    required = [one.name for one in schema.features if one.missing == "refused" and one.name in columns]
    enough = [one for one in days if all(one[name] is not None for name in required)]
    levers = [one.name for one in schema.actionable if one.name in columns]
    known = [name for name in levers if any(one[name] is not None for one in enough)]
    if not known:
        return "no day tells what the model takes"
    whole = [one for one in enough if all(one[name] is not None for name in known)]
    some = [one for one in enough if any(one[name] is not None for name in known)]
    return (whole or some)[-1]


def _until(days: Sequence[Row], last: date | None, count: int) -> list[Row]:
    """So many days of the calendar up to one, those that the table does not have left out."""
    if last is None or count == 0:
        return []
    first = last - _DAY * (count - 1)
    return [one for one in days if first.isoformat() <= str(one["date"]) <= last.isoformat()]


def _question(
    schema: FeatureSchema, person_id: str, day: str | None, told: Row, days: Sequence[Row]
) -> Question:
    values = {one.name: _value(one, told.get(one.name)) for one in schema.features}
    own: list[dict[str, Any]] = [{"date": str(row["date"]), "features": _taken(schema, row)} for row in days]
    lost_of_days = Counter(
        one.name
        for row, beside in zip(days, own, strict=True)
        for one in schema.features
        if _is_told(row.get(one.name)) and one.name not in beside["features"]
    )
    lost = tuple(name for name, value in values.items() if value is None and _is_told(told.get(name)))
    known = {name: value for name, value in values.items() if value is not None}
    told_days = own if any(one["features"] for one in own) else []
    return Question(person_id, day, known, told_days, lost, lost_of_days)


def _taken(schema: FeatureSchema, row: Row) -> dict[str, Value]:
    """What the model takes of a day beside the question; one value that it does not take costs no answer."""
    values = {one.name: _value(one, row.get(one.name)) for one in schema.features}
    return {
        name: value
        for name, value in values.items()
        if value is not None and problem_of(schema[name], value) is None
    }


def _value(feature: Feature, told: Any) -> Value:
    """What a cell of the table is to the model; None where it is empty, or no value of the feature."""
    if not _is_told(told):
        return None
    if feature.kind is Kind.CATEGORY:
        return told if any(told == one.value for one in feature.categories) else None
    if isinstance(told, str):
        return None
    if feature.kind is Kind.BOOLEAN:
        return bool(told) if told in (0, 1) else None
    return round(told) if feature.kind is Kind.INTEGER else float(told)


def _is_told(cell: Any) -> bool:
    """Whether a cell has something: what is not a number is how some writers leave one empty."""
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))
