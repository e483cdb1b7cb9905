"""A plan as an example: the first option of the example answer, half of it reached at the next visit."""

from app.domain.adherence import adherence, share_reached
from app.domain.counterfactual import BroughtAlong, Change
from app.faces.openapi import ids
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.plans.states import EventKind, PlanState
from app.usecases.plans.told import FollowedChange, FollowUp, PlanEventOut, PlannedEstimates, PlanOut


def example_plan(answer: CounterfactualsAnswer) -> PlanOut:
    """Of an answer without options, all that is planned is empty."""
    option = answer.counterfactuals[0] if answer.counterfactuals else None
    changes = [Change.model_validate(dict(one)) for one in option.changes] if option else []
    now = answer.prediction.risk
    return PlanOut(
        id=ids.PLAN_ID,
        patient_id=ids.PATIENT_ID,
        created_at=ids.SAID,
        state=PlanState.ACTIVE,
        name="Walk to work",
        note=None,
        given_by=None,
        model=answer.model,
        answer_id=ids.ANSWER_ID,
        counterfactual_id=ids.OPTION_ID,
        changes=changes,
        linked=list(option.linked) if option else [],
        brought_along=[BroughtAlong.model_validate(dict(one)) for one in option.brought_along]
        if option
        else [],
        features=dict(option.features) if option else {},
        beyond=[],
        estimate=PlannedEstimates(then=now, planned=option.risk if option else now),
        review_on=ids.REVIEWED,
        days_to_review=181,
        ended_at=None,
        standing_event=ids.PLAN_EVENT_ID,
        events=[_created()],
        follow_up=_follow_up(answer, changes),
    )


def _created() -> PlanEventOut:
    return PlanEventOut(
        id=ids.PLAN_EVENT_ID,
        created_at=ids.SAID,
        kind=EventKind.CREATED,
        review_on=ids.REVIEWED,
        reason=None,
        note=None,
        given_by=None,
        answer_id=None,
        adherence=None,
    )


def _follow_up(answer: CounterfactualsAnswer, changes: list[Change]) -> FollowUp:
    """The first change is made as planned, others are not."""
    followed = [
        FollowedChange(
            feature=one.feature,
            label=one.label,
            unit=one.unit,
            before=one.before,
            after=one.after,
            now=value,
            reached=share_reached(one.before, one.after, value),
        )
        for place, one in enumerate(changes)
        for value in [one.before if place else one.after]
    ]
    return FollowUp(
        answer_id=ids.LATER_ANSWER_ID,
        sent_at=ids.LATER,
        changes=followed,
        following=[],
        adherence=adherence(one.reached for one in followed),
        estimate_now=answer.prediction.risk,
        model_version=answer.model.version,
        same_version=True,
    )
