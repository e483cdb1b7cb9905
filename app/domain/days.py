"""A person's last days: what a question tells beside the values that are scored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from app.domain.errors import MOST_FAULTS, InvalidInputError, ValidationIssue
from app.domain.patient import canonical, problem_of, unknown_name
from app.domain.schema import FeatureSchema, Value

MOST_DAYS = 62
"""Two months."""
LAST_DAYS = 7
"""How many days a question carries unless told: a week has every weekday."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day, by feature; a day of which nothing is known has none."""

    date: date
    values: Mapping[str, Value]


def read_days(
    schema: FeatureSchema, given: Iterable[tuple[date, Mapping[str, object]]], pointer: str = "/days"
) -> tuple[Day, ...]:
    """Days in their order, each value checked by the schema's kinds and ranges; null is not known.

    Nothing is required of a day, and days are not checked against one another.

    Raises:
        InvalidInputError: unknown or wrongly typed features, numbers outside the clinical range, or a date
            that another day has.
    """
    told, seen = list(given), set[date]()
    faults: list[ValidationIssue] = []
    for number, (day, raw) in enumerate(told):
        place = f"{pointer}/{number}"
        if day in seen:
            faults.append(ValidationIssue(f"{place}/date", "is the date of another day"))
        seen.add(day)
        faults += _faults(schema, raw, f"{place}/features")
    if faults:
        raise InvalidInputError(faults[:MOST_FAULTS])
    return tuple(sorted((Day(day, _known(schema, raw)) for day, raw in told), key=lambda one: one.date))


def values_on(days: Sequence[Day], feature: str) -> Iterator[Value]:
    """The values of a feature on the days that tell it."""
    return (one.values[feature] for one in days if feature in one.values)


def _faults(schema: FeatureSchema, raw: Mapping[str, object], pointer: str) -> Iterator[ValidationIssue]:
    unknown = (name for name in raw if name not in schema)
    for name in islice(unknown, MOST_FAULTS):
        yield unknown_name(name, pointer)
    for feature in schema.features:
        value = raw.get(feature.name)
        if value is not None and (problem := problem_of(feature, value)) is not None:
            yield ValidationIssue(f"{pointer}/{feature.name}", problem)


def _known(schema: FeatureSchema, raw: Mapping[str, object]) -> dict[str, Value]:
    """In the schema's order, so that the same day is told the same."""
    return {
        name: canonical(feature, raw[name])
        for name, feature in schema.by_name.items()
        if raw.get(name) is not None
    }
