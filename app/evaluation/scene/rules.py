"""The two settings of the study: what may change, and what a change is worth.

*Actionable*: the schema's own rules. *Free*, as in the papers: any known feature may take any observed value,
whatever its direction, and nothing moves along. There a change costs the schema's fixed part and its length
in standard deviations, a category's one.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from app.domain.feature import Direction, Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray

CATEGORY_EFFORT = 1.0
_STEP_SD = 0.25
"""A free step of a feature that has none of its own."""


class Setting(StrEnum):
    """What may change."""

    ACTIONABLE = "actionable"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a method may do: `schema` has the actions that count."""

    schema: FeatureSchema
    setting: Setting

    @property
    def categories(self) -> bool:
        return self.setting is Setting.FREE

    def may_change(self, feature: Feature) -> bool:
        """Whether some answer to somebody may change it, on its own or along with another."""
        if feature.kind is Kind.CATEGORY:
            return self.categories
        return feature.action is not None or feature.name in self.schema.link_of


def rules_of(schema: FeatureSchema, setting: Setting, sd: FloatArray) -> Rules:
    """The rules of a setting; `sd` has shape (columns,)."""
    if setting is Setting.ACTIONABLE:
        return Rules(schema, setting)
    return Rules(freed(schema, sd, Direction.INCREASE), setting)


def freed(schema: FeatureSchema, sd: FloatArray, towards: Direction) -> FeatureSchema:
    """A schema in which every feature but categories may go one way to the end of its observed range."""
    told: dict[str, Any] = schema.model_dump(by_alias=True) | {"link": ()}
    told["feature"] = [_freed(feature, schema, sd, towards) for feature in schema.features]
    return FeatureSchema.model_validate(told)


def _freed(feature: Feature, schema: FeatureSchema, sd: FloatArray, towards: Direction) -> dict[str, Any]:
    told = feature.model_dump()
    if feature.kind is Kind.CATEGORY:
        return told
    spread = float(sd[schema.column_of[feature.name]])
    step = _step(feature, spread)
    action = {"direction": towards, "verb": f"changing {feature.label}", "step": step}
    action |= {"limit": feature.observed or (0.0, 1.0), "effort": max(step / spread, 1e-6)}
    return told | {"action": action, "noise": feature.noise}


def _step(feature: Feature, spread: float) -> float:
    if feature.action is not None or not feature.is_numeric:
        return feature.action.step if feature.action is not None else 1.0
    steps = max(1, math.floor(_STEP_SD * spread / feature.precision + 0.5))
    return float(np.round(steps * feature.precision, 6))
