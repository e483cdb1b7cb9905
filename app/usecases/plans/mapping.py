"""From a plan's rows to what is told of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.beyond import Beyond
from app.domain.counterfactual import BroughtAlong, Change
from app.storage.consultation_tables import PlanEventRow, PlanRow
from app.usecases.counterfactuals.schemas import ModelOut
from app.usecases.plans.states import STATE_AFTER, EventKind, PlanState, StopReason
from app.usecases.plans.told import FollowUp, PlanEventOut, PlannedEstimates, PlanOut, Reached


def standing_of(plan: PlanRow) -> PlanEventRow:
    """The event that says how a plan stands; newer values do not change that."""
    return changes_of(plan)[-1]


def changes_of(plan: PlanRow) -> list[PlanEventRow]:
    """What somebody did to a plan, oldest first."""
    return [event for event in plan.events if event.kind != EventKind.FOLLOWED_UP]


def told(plan: PlanRow, today: date, newest: tuple[UUID, datetime] | None) -> PlanOut:
    """A plan on the wire; `newest` is the answer of the newest values and their time, followed up already."""
    standing = standing_of(plan)
    state = STATE_AFTER.get(EventKind(standing.kind), PlanState.ACTIVE)
    is_active = state is PlanState.ACTIVE
    return PlanOut(
        id=plan.id,
        patient_id=plan.patient_id,
        created_at=plan.created_at,
        state=state,
        name=plan.name,
        note=plan.note,
        given_by=plan.given_by,
        model=ModelOut(name=plan.model_name, version=plan.model_version),
        answer_id=plan.answer_id,
        counterfactual_id=plan.counterfactual_id,
        changes=[Change.model_validate(one) for one in plan.changes],
        linked=[Change.model_validate(one) for one in plan.linked],
        brought_along=[BroughtAlong.model_validate(one) for one in plan.brought_along],
        features=plan.features,
        beyond=[Beyond.model_validate(one) for one in plan.beyond],
        estimate=PlannedEstimates(then=plan.risk_before, planned=plan.risk_planned),
        review_on=plan.review_on,
        days_to_review=(plan.review_on - today).days if is_active else None,
        ended_at=plan.ended_at,
        standing_event=standing.id,
        events=[event_out(one) for one in sorted(plan.events, key=lambda one: (one.created_at, one.id))],
        follow_up=_follow_up(plan, *newest) if newest else None,
    )


def event_out(event: PlanEventRow) -> PlanEventOut:
    """One event on the wire."""
    told: dict[str, Any] = {
        name: getattr(event, name) for name in ("id", "created_at", "review_on", "note", "given_by")
    }
    reason = StopReason(event.reason) if event.reason else None
    adherence = (event.reached or {}).get("adherence")
    return PlanEventOut(
        **told, kind=EventKind(event.kind), reason=reason, answer_id=event.answer_id, adherence=adherence
    )


def _follow_up(plan: PlanRow, answer_id: UUID, at: datetime) -> FollowUp:
    """As it was put on record when the values came."""
    (event,) = [
        one for one in plan.events if one.kind == EventKind.FOLLOWED_UP and one.answer_id == answer_id
    ]
    return FollowUp(answer_id=answer_id, sent_at=at, **dict(Reached.model_validate(event.reached)))
