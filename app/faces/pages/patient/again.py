"""Asking again: the patient's own values as a caller sent them last, with more that stays as it is."""

from collections.abc import Sequence

from app.domain.counterfactual import Diversity, Generator
from app.domain.errors import ConflictError
from app.domain.kept import kept_features
from app.usecases.counterfactuals.schemas import ConstraintsIn, CounterfactualsRequest, TargetIn
from app.usecases.record.context import AnswerContext
from app.usecases.said_days import days_in


def question_again(context: AnswerContext, names: Sequence[str]) -> CounterfactualsRequest:
    """The question of an answer once more, within preferences, with features or themes of these names kept.

    Raises:
        ConflictError: no version of the model is hosted.
    """
    row, served = context.row, context.served
    if served is None:
        raise ConflictError("The model of this answer is hosted no more.")
    asked = row.constraints
    own, vary = asked.get("features_to_keep") or (), asked["features_to_vary"]
    kept = kept_features(served.model.schema.within(context.scope), [*own, *names])
    return CounterfactualsRequest(
        patient_id=row.patient_id,
        model=served.model.reference,
        features=row.features,
        days=days_in(row.days, served.model.schema),
        target=TargetIn(**(row.target_asked or {"max_risk": row.target})),
        constraints=ConstraintsIn(
            features_to_vary=None if vary is None else [name for name in vary if name not in kept],
            features_to_keep=list(kept),
            permitted_range=asked["permitted_range"],
            max_changes=asked["max_changes"],
            use_preferences=True,
        ),
        count=row.count,
        min_robustness=row.min_robustness,
        generator=Generator(row.generator),
        include=list(context.scope.include),
        programme=context.scope.programme,
        always=row.always_improve,
        diversity=Diversity(row.diversity),
    )
