"""The groups of people for which figures are given: who belongs to which."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.domain.schema import BoolArray, FeatureSchema, Value
from research.training.data_set import Grouping


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
        who = np.array([low <= float(person["age"] or 0) <= high for person in people])
        if who.any():
            yield "Age", f"{low} and over" if (low, high) == grouping.age_bands[-1] else f"{low}-{high}", who
