"""What the forms of plans say, as the use case takes it."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.domain.errors import ConflictError, InvalidInputError, ValidationIssue
from app.faces.http.places import faults_of
from app.faces.pages.patient.views.plan_form import WHAT_IF
from app.faces.pages.patient.views.what_if_setting import WhatIfSetting, locks_of, question_of, setting_of
from app.usecases.plans.schemas import PlanChangeIn, PlanIn
from app.usecases.plans.states import ChangeKind
from app.usecases.record.context import AnswerContext

M = TypeVar("M", bound=BaseModel)

PREFIX = "plan."
"""Of the fields beside a what-if, which share its form."""
_TEXTS = ("name", "note", "review_on")
_UUID = TypeAdapter(UUID)


def plan_in(fields: Mapping[str, str], context: AnswerContext | None) -> PlanIn:
    """A plan from a card, or with a context from its what-if; what is left empty has its default.

    Raises:
        InvalidInputError: a field is not as it should be.
        ConflictError: the what-if is of another version than the one that is hosted.
    """
    if context is None:
        texts = _filled(fields, _TEXTS)
        return _read(PlanIn, {"counterfactual_id": fields["counterfactual_id"], **texts})
    question = question_of(context)
    if question is None:
        raise ConflictError(
            "This answer does not go with the model that is hosted now. Ask again with current values."
        )
    texts = _filled({name: fields.get(PREFIX + name, "") for name in _TEXTS}, _TEXTS)
    values = _values(setting_of(question, fields, locks_of(context)))
    return _read(PlanIn, {"what_if": {"answer_id": context.row.id, "values": values}, **texts})


def change_in(fields: Mapping[str, str]) -> PlanChangeIn:
    """A change of a plan.

    Raises:
        InvalidInputError: a field is not as it should be.
    """
    return _read(PlanChangeIn, _filled(fields, ("kind", "replaces", "review_on", "reason", "note")))


def place_of(fields: Mapping[str, str]) -> str:
    """Which form sent them: that of a card, of a change, or of the what-if. Nothing of theirs is repeated."""
    if fields.get("kind") in list(ChangeKind):
        return str(ChangeKind(fields["kind"]))
    try:
        return str(_UUID.validate_python(fields["counterfactual_id"]))
    except (KeyError, ValidationError):
        return WHAT_IF


def _read(model: type[M], given: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        entries = [dict(entry) | {"loc": ("body", *entry["loc"])} for entry in error.errors()]
        faults = [fault for entry in entries for fault in faults_of(entry, given)]
        raise InvalidInputError([one for one in faults if isinstance(one, ValidationIssue)]) from None


def _filled(fields: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if fields.get(name)}


def _values(setting: WhatIfSetting) -> dict[str, Any]:
    """What is moved, and where to."""
    levers = setting.question.levers.items
    moved = [(levers[place], int(setting.levels[place])) for place in np.flatnonzero(setting.levels)]
    return {
        lever.feature.name: float(lever.values[level])
        if lever.feature.is_numeric
        else lever.feature.in_kind(float(lever.values[level]))
        for lever, level in moved
    }
