"""Recorded answers made by hand, without a database and without a search."""

from datetime import UTC, datetime
from typing import Any

from app.domain.ids import uuid7
from app.domain.schema import FeatureSchema
from app.faces.openapi.ids import option_id
from app.storage.tables import AnswerRow, CounterfactualRow, GenerationRow, PredictionRow
from tests.asking import Person
from tests.unit.domain.schemas import SHIPPED

MODELS = [FeatureSchema.model_validate(content) for content in SHIPPED]
NAMES = [schema.model.name for schema in MODELS]
ASKED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Json = dict[str, Any]


def change(name: str, before: Any, after: Any, unit: str | None = None) -> Json:
    """A change as it is recorded."""
    delta = None if isinstance(before, bool) else after - before
    label = name.replace("_", " ").capitalize()
    return {"feature": name, "label": label, "from": before, "to": after, "delta": delta, "unit": unit}


def option_change(name: str, before: Any, after: Any, part: float | None, alone: float | None = None) -> Json:
    """A change as it is recorded of an option, with what it does to the risk."""
    return change(name, before, after) | {"part": part, "alone": alone}


def brought_along(name: str, before: Any, after: Any, unit: str | None = None, **more: Any) -> Json:
    """What follows on average, as it is recorded."""
    evidence = {"sources": ["Neter 2003"], "grade": "A", "lag": "6 to 12 months", "drivers": ["bmi"]}
    return change(name, before, after, unit) | {"low": after - 1, "high": after + 1} | evidence | more


def option(rank: int, *changes: Json, linked: tuple[Json, ...] = (), **columns: Any) -> CounterfactualRow:
    """A recorded option."""
    plausibility = {"in_range": True, "neighbour_distance": 1.0, "percentile": 40.0}
    whole: Json = {
        "id": option_id(rank),
        "kind": "counterfactual",
        "rank": rank,
        "risk": 0.4,
        "effort": 2.04,
        "fragile": False,
        "generator": "search",
        "changes": list(changes),
        "linked": list(linked),
        "features": {},
        "plausibility": plausibility | {"joint_percentile": 50.0, "typical": True},
        "robustness": {"refits": 0.95, "noise": 0.9, "adherence": 0.85},
        "optimality": {"proved": True, "effort_bound": 2.04},
        "summary": "Consider it.",
        "strategy": None,
        "brought_along": [],
        "consequences": None,
        "grades": [],
        "reduction": None,
        "reduction_holds": None,
        "holds_at": None,
    }
    return CounterfactualRow(**whole | columns)


def row_of(
    schema: FeatureSchema,
    features: Person,
    *options: CounterfactualRow,
    digest: str = "0" * 64,
    **columns: Any,
) -> AnswerRow:
    """A recorded answer of a model of this schema."""
    prediction = PredictionRow(
        model_name=schema.model.name,
        model_version="1",
        model_digest=digest,
        risk=0.61,
        threshold=schema.model.threshold,
        label="high",
        band=[0.52, 0.7],
        certainty="clear_high",
        observed={"people": 100, "share": 0.62, "low": 0.52, "high": 0.71},
    )
    counts = dict.fromkeys(("proposals", "well_formed", "valid", "repaired"), 0)
    generation = GenerationRow(**counts, degraded=[], elapsed_ms=41.5)
    whole: Json = {
        "id": uuid7(),
        "created_at": ASKED,
        "patient_id": "P-0017",
        "features": features,
        "days": [],
        "target": schema.model.threshold,
        "constraints": {"features_to_vary": None, "permitted_range": {}, "max_changes": 3},
        "count": 4,
        "min_robustness": 0.9,
        "generator": "auto",
        "include": [],
        "programme": "usual",
        "diversity": "strategies",
        "always_improve": False,
        "status": "found",
        "infeasible": None,
        "shortfall": None,
        "no_improvement": None,
        "frontier": [],
        "conditions": None,
        "most_helpful": [],
        "always": [],
        "warnings": [],
        "provenance": {},
        "not_used": [],
        "measured_outcome": None,
        "ask_next": [],
        "based_on": None,
        "refines": None,
        "prediction": prediction,
        "generation": generation,
        "options": list(options),
    }
    return AnswerRow(**whole | columns)


def a_person(schema: FeatureSchema) -> Person:
    """Somebody in the middle of what was observed, of whom nothing unknown is told."""
    return {feature.name: _middle(feature) for feature in schema.features}


def _middle(feature: Any) -> Any:
    if feature.observed is None:
        return feature.categories[0].value if feature.categories else False
    low, high = feature.observed
    return feature.in_kind(float(round((low + high) / 2)))
