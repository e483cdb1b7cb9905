"""Which of a plan's changes are the patient's goals, and the person that these alone would make."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.domain.constraints import Constraints
from app.domain.feature import Role
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, FloatArray, Value
from app.domain.scope import Inclusion, Programme, Scope
from app.engine.registry import ServedModel

Change = Mapping[str, Any]

_WIDEST = Scope(tuple(Inclusion), Programme.INTENSIVE)
"""A plan may go as far as any question may."""


def is_treatment(change: Change, schema: FeatureSchema | None) -> bool:
    """Whether only treatment brings it about."""
    if schema is None or change["feature"] not in schema:
        return False
    return schema[change["feature"]].role in (Role.TREATMENT, Role.CONSEQUENCE)


def rises(change: Change) -> bool:
    """Whether the value goes up; a category does not."""
    if isinstance(change["to"], str):
        return False
    return float(change["to"] or 0) > float(change["from"] or 0)


def is_goal(change: Change, served: ServedModel | None) -> bool:
    """Whether a patient is told it as a goal: it is no treatment, and some language has words for it."""
    if served is None or change["feature"] not in served.model.schema:
        return False
    languages = served.model.handouts.values()
    has_words = any(one.goal_for(change["feature"], rises(change)) for one in languages)
    return has_words and not is_treatment(change, served.model.schema)


def encoded_with(
    schema: FeatureSchema, before: Mapping[str, Value], goals: Sequence[Change]
) -> FloatArray | None:
    """A patient's vector with goals alone and what follows from them, shape (columns,).

    None where a goal is no step that the patient may take.
    """
    schema = schema.within(_WIDEST)
    levers = levers_of(schema, read_patient(schema, before), Constraints(max_changes=len(goals)))
    by_name = {lever.feature.name: place for place, lever in enumerate(levers)}
    levels = np.zeros(len(levers), dtype=np.int64)
    for goal in goals:
        place = by_name.get(goal["feature"])
        level = None if place is None else levers.items[place].level_at(goal["to"])
        if place is None or level is None:
            return None
        levels[place] = level
    row: FloatArray = levers.rows(levels[None, :])[0]
    return row
