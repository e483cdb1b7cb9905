"""A schema without constraints: any known feature may take any observed value, whatever its direction.

Nothing moves along with another. A change costs the schema's fixed part and its length in standard
deviations, a category's one. Not for advice: it is how papers ask, and how rows are made for training.
"""

import math
from typing import Any

import numpy as np

from app.domain.feature import Direction, Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray

CATEGORY_EFFORT = 1.0
_STEP_SD = 0.25
"""A free step of a feature that has none of its own."""


def unconstrained(schema: FeatureSchema, sd: FloatArray, towards: Direction) -> FeatureSchema:
    """A schema in which every feature but categories may go one way to the end of its observed range."""
    data: dict[str, Any] = schema.model_dump(by_alias=True) | {"link": (), "effect": ()}
    data["feature"] = [_feature(feature, schema, sd, towards) for feature in schema.features]
    return FeatureSchema.model_validate(data)


def _feature(feature: Feature, schema: FeatureSchema, sd: FloatArray, towards: Direction) -> dict[str, Any]:
    data = feature.model_dump() | dict.fromkeys(("role", "theme", "treatment", "consequence", "always"))
    if feature.kind is Kind.CATEGORY:
        return data | {"action": None}
    spread = float(sd[schema.column_of[feature.name]]) or 1.0  # nobody differs: any length will do
    step = _step(feature, spread)
    action = {"direction": towards, "verb": f"changing {feature.label}", "step": step}
    action |= {"limit": feature.observed or (0.0, 1.0), "effort": max(step / spread, 1e-6)}
    return data | {"action": action, "noise": feature.noise}


def _step(feature: Feature, spread: float) -> float:
    if own := feature.action or feature.treatment:
        return own.step
    if not feature.is_numeric:
        return 1.0
    steps = max(1, math.floor(_STEP_SD * spread / feature.precision + 0.5))
    return float(np.round(steps * feature.precision, 6))
