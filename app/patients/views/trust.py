"""Why this can be trusted, and where not: the model card's figures for people like this patient."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema, Value
from app.patients.views.scene import Scene

_BAND, _FROM = re.compile(r"(\d+)-(\d+)"), re.compile(r"(\d+) and over")


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How the model does in one group of held-out people; shares from 0 to 1."""

    name: str
    people: int
    auc: float
    low: float
    high: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True, slots=True)
class Trust:
    """What the card says; empty where a model has none."""

    version: str
    description: str
    data: str
    people: int
    not_for: tuple[str, ...]
    limits: tuple[str, ...]
    figures: tuple[GroupFigures, ...]
    threshold: float


def trust_of(scene: Scene) -> Trust | None:
    """The panel; None where the model is not hosted any more."""
    if scene.hosted is None or scene.schema is None or scene.background is None:
        return None
    facts, card = scene.schema.model, scene.background.card or {}
    performance = card.get("performance", {})
    return Trust(
        version=scene.hosted.model.version,
        description=facts.description.strip(),
        data=f"{scene.schema.data.name}, {scene.schema.data.publisher}",
        people=scene.background.people,
        not_for=tuple(card.get("not_for", ())),
        limits=tuple(card.get("limits", ())),
        figures=tuple(_figures(scene.schema, scene.row.features, performance)),
        threshold=facts.threshold,
    )


def _figures(
    schema: FeatureSchema, values: Mapping[str, Value], performance: Mapping[str, Any]
) -> list[GroupFigures]:
    """Everybody first, then the groups that the patient is in."""
    found = [_group("Everybody", performance["held_out"])] if "held_out" in performance else []
    for group in performance.get("groups", ()):
        if is_in(schema, values, group["group"], str(group["level"])):
            found.append(_group(f"{group['group']}: {group['level']}", group))
    return [one for one in found if one is not None]


def _group(name: str, told: Mapping[str, Any]) -> GroupFigures | None:
    auc = told.get("roc_auc")
    if not auc:
        return None
    return GroupFigures(
        name, told["n"], auc["value"], auc["low"], auc["high"], told["sensitivity"], told["specificity"]
    )


def is_in(schema: FeatureSchema, values: Mapping[str, Value], group: str, level: str) -> bool:
    """Whether the patient is among those of a level, such as "40-59" of "Age"."""
    feature = next((f for f in schema.features if f.label.lower() == group.lower()), None)
    value = values.get(feature.name) if feature else None
    if feature is None or value is None:
        return False
    if feature.kind is Kind.CATEGORY:
        return level == next((c.label for c in feature.categories if c.value == value), None)
    if isinstance(value, str):
        return False
    if band := _BAND.fullmatch(level):
        return float(band[1]) <= value < float(band[2]) + 1
    if start := _FROM.fullmatch(level):
        return value >= float(start[1])
    return False
