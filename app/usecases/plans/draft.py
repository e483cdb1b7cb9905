"""What is to be planned, verified: an option as it is on record, or a setting as the classifier scores it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, IntArray, Value
from app.engine.beyond import beyond_option
from app.engine.describe import brought_along, changes_of, features_of
from app.engine.problem import RecourseProblem
from app.engine.strategies import strategy_name, themes_of
from app.parsing.pointers import pointer_to
from app.storage.tables import AnswerRow, CounterfactualRow, Json

NO_STRATEGY = "Plan"
"""What a plan of an improvement is called, which has no strategy."""
_VALUES = ("what_if", "values")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is about, but for its estimate where that is still to be asked for."""

    answer: AnswerRow
    counterfactual_id: UUID | None
    called: str
    changes: list[Json]
    linked: list[Json]
    brought_along: list[Json]
    features: Mapping[str, Value]
    beyond: list[Json]
    risk: float


def draft_of_option(answer: AnswerRow, option: CounterfactualRow) -> Draft:
    """An option or an improvement: verified when it was recorded."""
    return Draft(
        answer=answer,
        counterfactual_id=option.id,
        called=option.strategy["name"] if option.strategy else NO_STRATEGY,
        changes=option.changes,
        linked=option.linked,
        brought_along=option.brought_along,
        features=option.features,
        beyond=[],
        risk=option.risk,
    )


def draft_of_levels(
    answer: AnswerRow, problem: RecourseProblem, levels: IntArray, kept: Collection[str], risk: float
) -> Draft:
    """A setting of the levers, with the risk that the classifier gives it; `kept` need not stay as it is."""
    changes, linked = changes_of(problem, levels)
    (themes,) = themes_of(problem, levels[None, :])
    return Draft(
        answer=answer,
        counterfactual_id=None,
        called=strategy_name(
            problem.schema, themes, problem.patient.values, {one.feature: one.after for one in changes}
        ),
        changes=[one.model_dump(mode="json", by_alias=True) for one in changes],
        linked=[one.model_dump(mode="json", by_alias=True) for one in linked],
        brought_along=[one.model_dump(mode="json", by_alias=True) for one in brought_along(problem, levels)],
        features=features_of(problem, levels),
        beyond=[one.model_dump(mode="json") for one in beyond_option(problem, levels, kept)],
        risk=risk,
    )


def levels_at(problem: RecourseProblem, values: Mapping[str, Any]) -> IntArray:
    """The levels at which levers have these values; others stay where they are.

    Raises:
        InvalidInputError: a value is of no lever of this patient or no step of it, nothing changes, or what
            it comes to contradicts itself.
    """
    levers = {lever.feature.name: lever for lever in problem.levers}
    faults = [
        ValidationIssue(
            pointer_to((*_VALUES, name)),
            "is not open to change for this patient",
            _label(problem.schema, name),
        )
        for name in values
        if name not in levers
    ]
    levels = np.zeros(len(problem.levers), dtype=np.int64)
    for place, lever in enumerate(problem.levers):
        name = lever.feature.name
        level = lever.level_at(values[name]) if name in values else 0
        if level is None:
            detail = "is not a step open to this patient"
            faults.append(ValidationIssue(f"{pointer_to(_VALUES)}/{name}", detail, lever.feature.label))
        levels[place] = level or 0
    if not faults and not levels.any():
        faults = [ValidationIssue(pointer_to(_VALUES), "changes nothing: a plan takes one change at least")]
    if faults:
        raise InvalidInputError(faults)
    read_patient(problem.schema, features_of(problem, levels), pointer_to(_VALUES))
    return levels


def _label(schema: FeatureSchema, name: str) -> str:
    return schema[name].label if name in schema else ""
