"""Values and findings in a clinician's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.counterfactual import PermittedChange
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import number, risk_text
from app.usecases.counterfactuals.option_schemas import InfeasibleOut
from app.usecases.counterfactuals.schemas import GenerationOut

NO_BREAK = "\N{NO-BREAK SPACE}"
_AWAY = {
    "llm_unavailable": "The language model was away: these options come from the search alone.",
    "llm_timeout": "The language model did not answer in time: these options come from the search alone.",
    "llm_no_proposal": "The language model proposed nothing that could be read: "
    "these options come from the search alone.",
    "llm_not_taught": "No language model was taught this model: these options come from the search alone.",
    "cache_unavailable": "The cache was away: the answer took longer, and is complete.",
}


def value_text(feature: Feature | None, value: Value) -> str:
    """A value without its unit; of a feature that no hosted model knows, as it was recorded."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        labels = {c.value: c.label for c in feature.categories} if feature else {}
        return labels.get(value, value)
    return number(feature, float(value)) if feature else f"{value:g}"


def with_unit(feature: Feature, value: Value) -> str:
    """A value and its unit, kept on one line."""
    text = value_text(feature, value)
    return f"{text} {feature.unit}".replace(" ", NO_BREAK) if feature.unit and value is not None else text


@dataclass(frozen=True, slots=True)
class PermittedRange:
    """How far one feature may change, in words."""

    label: str
    start: str
    end: str
    step: str | None


def permitted_ranges(schema: FeatureSchema | None, infeasible: InfeasibleOut) -> list[PermittedRange]:
    """What a finding that nothing reaches the target holds for; empty where that was not recorded."""
    permitted = infeasible.conditions.permitted if infeasible.conditions else []
    return [_range(schema, one) for one in permitted]


def _range(schema: FeatureSchema | None, one: PermittedChange) -> PermittedRange:
    feature = schema[one.feature] if schema and one.feature in schema else None
    step = None if one.step is None else f"{one.step:g}{NO_BREAK}{one.unit}"
    start, end = value_text(feature, one.start), value_text(feature, one.end)
    return PermittedRange(one.label, start, f"{end}{NO_BREAK}{one.unit}" if one.unit else end, step)


def degraded_text(generation: GenerationOut) -> list[str]:
    """What was away, and what that means for the answer."""
    return [_AWAY[reason] for reason in generation.degraded]


def unknown_labels(schema: FeatureSchema | None, features: Mapping[str, Value]) -> list[str]:
    """What is not known of the patient."""
    if schema is None:
        return [name.replace("_", " ") for name, value in features.items() if value is None]
    return [feature.label for feature in schema.features if features.get(feature.name, 0) is None]


def interval_text(low: float, high: float) -> str:
    """A range of risks: "55 to 66 %"."""
    return f"{100 * low:.0f} to {risk_text(high)}".replace(" %", f"{NO_BREAK}%")
