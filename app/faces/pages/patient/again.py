"""Asking again: the patient's own values as a caller sent them last, with more that stays as it is."""

from collections.abc import Sequence

from app.domain.constraints import read_constraints
from app.domain.counterfactual import Diversity, Generator
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.kept import kept_features
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.usecases.counterfactuals.schemas import ConstraintsIn, CounterfactualsRequest, TargetIn
from app.usecases.preferences.service import NOTHING_LEFT
from app.usecases.record.context import AnswerContext

_GONE = "The model of this answer is hosted no more."


def question_again(context: AnswerContext, names: Sequence[str]) -> CounterfactualsRequest:
    """The question of an answer once more, with features or themes of these names kept as well.

    Raises:
        ConflictError: no version of the model is hosted.
        InvalidInputError: nothing would be left to change for this patient, or the values do not fit the
            version that is hosted.
    """
    row, served = context.row, context.served
    if served is None:
        raise ConflictError(_GONE)
    schema = served.model.schema.within(context.scope)
    asked = row.constraints
    question = CounterfactualsRequest(
        patient_id=row.patient_id,
        model=served.model.reference,
        features=row.features,
        target=TargetIn(**(row.target_asked or {"max_risk": row.target})),
        constraints=ConstraintsIn(
            features_to_vary=asked["features_to_vary"],
            features_to_keep=list(asked.get("features_to_keep") or ()),
            permitted_range=asked["permitted_range"],
            max_changes=asked["max_changes"],
        ),
        count=row.count,
        min_robustness=row.min_robustness,
        generator=Generator(row.generator),
        include=list(context.scope.include),
        programme=context.scope.programme,
        always=row.always_improve,
        diversity=Diversity(row.diversity),
    )
    return keeping(question, schema, names)


def keeping(
    question: CounterfactualsRequest, schema: FeatureSchema, names: Sequence[str]
) -> CounterfactualsRequest:
    """A question with more that stays as it is.

    Raises:
        InvalidInputError: nothing would be left to change for this patient.
    """
    asked = question.constraints or ConstraintsIn()
    kept = kept_features(schema, [*(asked.features_to_keep or ()), *names])
    vary = asked.features_to_vary
    constraints = asked.model_copy(
        update={
            "features_to_keep": list(kept),
            "features_to_vary": None if vary is None else [name for name in vary if name not in kept],
        }
    )
    kept_question = question.model_copy(update={"constraints": constraints})
    if names:
        _check_that_something_is_left(kept_question, schema)
    return kept_question


def _check_that_something_is_left(question: CounterfactualsRequest, schema: FeatureSchema) -> None:
    given = question.constraints
    assert given is not None
    patient = read_patient(schema, question.features)
    constraints = read_constraints(
        schema, given.features_to_vary, given.permitted_range, given.max_changes, given.features_to_keep
    )
    if len(levers_of(schema, patient, constraints)) == 0:
        raise InvalidInputError.at("", NOTHING_LEFT)
