"""The groups of people for which figures are given: who belongs to which."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.domain.feature import Kind
from app.domain.schema import BoolArray, FeatureSchema, Value
from research.training.data_set import Grouping

AGE = "age"
_BANDS = ((0, 17), (18, 39), (40, 59), (60, 79), (80, 120))
_MOST_CATEGORIES = 12
"""Of a feature that is grouped by: more would be a table to look things up in, and groups of nobody."""


def grouping_by_schema(schema: FeatureSchema) -> Grouping:
    """What there is to group by in a table that nobody knows: its fixed categories, and age in years."""
    categories = (
        feature.name
        for feature in schema.features
        if feature.kind is Kind.CATEGORY
        and feature.action is None
        and len(feature.categories) <= _MOST_CATEGORIES
    )
    return Grouping(tuple(categories), _BANDS if _is_in_years(schema) else ())


def _is_in_years(schema: FeatureSchema) -> bool:
    age = schema.by_name.get(AGE)
    return age is not None and age.kind in (Kind.NUMBER, Kind.INTEGER) and age.ucum in (None, "a")


def groups_of(
    schema: FeatureSchema, grouping: Grouping, people: Sequence[Mapping[str, Value]]
) -> Iterator[tuple[str, str, BoolArray]]:
    """Categories and age bands: what is grouped by, the group's label, and who belongs to it, if anybody."""
    for feature in (schema[name] for name in grouping.categories):
        for category in feature.categories:
            who = np.array([person[feature.name] == category.value for person in people])
            if who.any():
                yield feature.label, category.label, who
    for low, high in grouping.age_bands:
        who = np.array([_is_within(person[AGE], low, high) for person in people])
        if who.any():
            is_last = (low, high) == grouping.age_bands[-1]
            yield schema[AGE].label, f"{low} and over" if is_last else f"{low}-{high}", who


def _is_within(age: Value, low: int, high: int) -> bool:
    """Whether somebody of this age in years, if it is known, has had as many birthdays."""
    return age is not None and low <= float(age) < high + 1
