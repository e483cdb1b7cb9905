"""Questions that are put on the page, from a what-if."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.domain.counterfactual import Diversity
from app.domain.errors import InvalidInputError
from app.faces.pages.patient.views.what_if_setting import (
    WhatIfSetting,
    ends_of,
    moved_categories,
    question_of,
)
from app.usecases.counterfactuals.schemas import ConstraintsIn, CounterfactualsRequest, TargetIn
from app.usecases.record.context import AnswerContext
from app.usecases.said_days import days_in

MOST_OPTIONS = 4
_UUID = TypeAdapter(UUID)  # Python's own reader takes digits of any script, and underscores


def request_from(context: AnswerContext, setting: WhatIfSetting) -> CounterfactualsRequest:
    """The question that a what-if comes to: its values, locks and choices, all else as the answer's question.

    What is supposed may end where it could from how things are, and nowhere else: what is within reach in a
    year does not grow by asking twice.

    Raises:
        InvalidInputError: everything is locked.
    """
    constraints, question = context.row.constraints, question_of(context, setting.scope)
    assert question is not None
    if setting.locks_all(question.levers):
        raise InvalidInputError.at("", "Everything is locked: leave at least one value free.")
    open_ = question.schema.actionable  # what another scope leaves out needs no lock
    names = {feature.name for feature in open_} | {str(feature.theme) for feature in open_}
    made = context.row.prediction
    return CounterfactualsRequest(
        patient_id=context.row.patient_id,
        model=f"{made.model_name}@{made.model_version}",
        features=dict(setting.features),
        days=days_in(context.row.days, question.schema),
        target=_target_of(context),
        constraints=ConstraintsIn(
            features_to_keep=[
                *(name for name in setting.to_keep if name in names),
                *(name for name in moved_categories(question, setting.features) if name in names),
            ],
            permitted_range={**constraints["permitted_range"], **ends_of(question, setting.features)},
            max_changes=constraints["max_changes"],
            use_preferences=True,
        ),
        count=MOST_OPTIONS,
        min_robustness=context.row.min_robustness,
        include=list(setting.scope.include),
        programme=setting.scope.programme,
        diversity=Diversity(context.row.diversity),
        always=bool(context.row.always_improve),
    )


def _target_of(context: AnswerContext) -> TargetIn:
    """The same kind of target as the answer's question had: a fall is one from what is supposed."""
    asked = context.row.target_asked
    return TargetIn(**asked) if asked else TargetIn(max_risk=context.answer.prediction.target)


def answer_id_in(fields: Mapping[str, str]) -> UUID | None:
    """The answer that a what-if departs from.

    Raises:
        InvalidInputError: the field holds something else.
    """
    text = fields.get("answer")
    if text is None:
        return None
    try:
        return _UUID.validate_python(text)
    except ValidationError:
        raise InvalidInputError.at("/answer", "must be a UUID") from None
