"""All features, in the order of the tables' columns, and how a day and a person are measured."""

from collections.abc import Iterable, Mapping, Sequence

from app.ingest.sensors.day import Day
from app.ingest.sensors.features import (
    breathing,
    daily_tables,
    glucose,
    heart,
    movement,
    regularity,
    sleeping,
    stress,
    wear,
)
from app.ingest.sensors.features.definition import Definition, Level

_MEASURED = (wear, heart, stress, breathing, movement, sleeping, glucose)
DEFINITIONS: tuple[Definition, ...] = (
    *(one for module in _MEASURED for one in module.DEFINITIONS),
    *daily_tables.DEFINITIONS,
    *regularity.DEFINITIONS,
)
"""Every feature."""
BY_NAME: Mapping[str, Definition] = {one.name: one for one in DEFINITIONS}
OF_DAYS: tuple[str, ...] = tuple(one.name for one in DEFINITIONS if one.level is Level.DAY)
"""Names of what a day has, in order."""
OF_PERSONS: tuple[str, ...] = tuple(one.name for one in DEFINITIONS)
"""Names of what a person has: the means of the days, and what takes several days."""
FEWEST_DAYS = 3
"""Days that must tell a feature before a person's mean does."""


def measure_day(day: Day) -> dict[str, float]:
    """The features that a day tells; those that it cannot tell are not there."""
    told = [module.measure(day) for module in _MEASURED]
    return {name: value for one in told for name, value in one.items() if value is not None}


def measure_person(days: Sequence[Mapping[str, float]], whole: Sequence[Day]) -> dict[str, float]:
    """The features of a person, of what the days tell; `whole` are those days where there are streams."""
    told: dict[str, float] = {}
    for name in OF_DAYS:
        values = [day[name] for day in days if name in day and _counts(name, day)]
        if len(values) >= FEWEST_DAYS:
            told[name] = sum(values) / len(values)
    further = glucose.measure_person(whole) | regularity.measure_person(days)
    return told | {name: value for name, value in further.items() if value is not None}


def _counts(name: str, day: Mapping[str, float]) -> bool:
    """Days before and after wear would make a person's wear look short."""
    return name != "wear_minutes" or day[name] >= wear.VALID_DAY


def days_used(name: str, days: Iterable[Mapping[str, float]]) -> int:
    """How many days a person's feature is made of."""
    told_by = (regularity.TOLD_BY | glucose.TOLD_BY).get(name, name)
    return sum(told_by in day and _counts(told_by, day) for day in days)
