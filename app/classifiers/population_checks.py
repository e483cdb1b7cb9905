"""Whether the people of a model version are such as its schema takes."""

from collections.abc import Iterator, Mapping

import numpy as np

from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.links import ProportionalLink
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.domain.tolerances import GIVEN_SLACK

Columns = Mapping[str, FloatArray]
"""Each feature of everybody by name, shape (people,): NaN where unknown, 0 for a category that is known."""


def people_faults(schema: FeatureSchema, columns: Columns) -> Iterator[str]:
    """What is wrong with people, each a sentence's end that goes with the file's name."""
    for feature in schema.features:
        yield from _value_faults(feature, columns[feature.name])
    for link in schema.links:
        if isinstance(link, ProportionalLink) and link.identity is not None:
            expected = np.full(len(columns[link.feature]), link.identity.factor)
            for name, power in link.identity.powers.items():
                expected = expected * columns[name] ** power
            if (
                np.abs(columns[link.feature] - expected) > link.identity.tolerance * expected + GIVEN_SLACK
            ).any():
                yield f"holds people whose {link.feature} does not agree with its identity in task.toml"
    for relation in schema.relations:
        total = sum((factor * columns[name] for name, factor in relation.terms.items()), start=np.zeros(1))
        if relation.binds == "everybody" and (total > relation.bound + GIVEN_SLACK).any():
            yield f"holds people beyond the relation '{relation.name}' of task.toml"


def _value_faults(feature: Feature, values: FloatArray) -> Iterator[str]:
    if feature.missing is MissingPolicy.REFUSED and np.isnan(values).any():
        yield f"lacks values in the column '{feature.name}', which task.toml declares as never missing"
    if feature.clinical is not None and _beyond(values, *feature.clinical).any():
        yield f"holds values in the column '{feature.name}' beyond its clinical range in task.toml"
    if feature.kind is Kind.INTEGER and (values[~np.isnan(values)] % 1 != 0).any():
        yield f"holds fractions in the column '{feature.name}', which task.toml declares as integer"


def observed_faults(schema: FeatureSchema, columns: Columns, is_sample: bool) -> Iterator[str]:
    """Where `observed` is not the range of those learned from, of whom these may be a sample."""
    for feature in schema.features:
        known = columns[feature.name][~np.isnan(columns[feature.name])]
        if feature.observed is None or len(known) == 0:
            continue
        (low, high), near = feature.observed, feature.precision / 2 + GIVEN_SLACK
        if _beyond(known, low - near, high + near).any():
            yield f"holds values in the column '{feature.name}' beyond its observed range in task.toml"
        elif not is_sample and (known.min() > low + near or known.max() < high - near):
            yield (
                f"holds values from {known.min():g} to {known.max():g} in the column '{feature.name}', whose "
                f"observed range in task.toml is {low:g} to {high:g}"
            )


def _beyond(values: FloatArray, low: float, high: float) -> BoolArray:
    return (values < low) | (values > high)
