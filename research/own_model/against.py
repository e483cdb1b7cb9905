"""How often a classifier goes against the directions that its owner expects, on which it was not held."""

from collections.abc import Callable, Iterator

import numpy as np

from app.domain.feature import Feature, Kind, Monotonicity
from app.domain.schema import FeatureSchema, FloatArray

_OF_RANGE = 0.05
"""A step of a feature that no action moves, as a share of its observed range."""
_SAME = 1e-9
"""Risks that differ by less are the same."""


def directions_of_given(
    schema: FeatureSchema, risk: Callable[[FloatArray], FloatArray], rows: FloatArray
) -> Iterator[str]:
    """What the card says of directions that were told of a classifier which was fitted without them.

    `rows` are held-out people, encoded, of shape (people, columns).
    """
    told = [feature for feature in schema.features if feature.risk is not Monotonicity.FREE]
    if not told:
        return
    found = "; ".join(_found(schema, feature, risk, rows) for feature in told)
    yield (
        "No direction was imposed on the classifier: its risk may go against what its owner expects of a "
        f"feature. How often it does, one step up, of held-out people: {found}."
    )


def _found(
    schema: FeatureSchema, feature: Feature, risk: Callable[[FloatArray], FloatArray], rows: FloatArray
) -> str:
    column, step = schema.column_of[feature.name], _step(feature)
    most = 1.0 if feature.observed is None else feature.observed[1]
    asked = rows[rows[:, column] + step <= most]  # false of whom it is not known
    expected = feature.risk.value
    if not len(asked):
        return f"{feature.label} ({expected} expected), nobody could be asked"
    moved = asked.copy()
    moved[:, column] += step
    rise = risk(moved) - risk(asked)
    against = rise < -_SAME if feature.risk is Monotonicity.RISING else rise > _SAME
    return f"{feature.label} ({expected} expected, step {step:g}), {int(against.sum())} of {len(asked)}"


def _step(feature: Feature) -> float:
    if feature.kind is Kind.BOOLEAN or feature.observed is None:
        return 1.0
    if feature.action is not None:
        return float(feature.action.step)
    low, high = feature.observed
    digits = np.ceil((high - low) * _OF_RANGE / feature.precision - 1e-9)
    return float(max(digits, 1) * feature.precision)
