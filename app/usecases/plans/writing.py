"""Rows of plans: added, and ended; what is planned is never rewritten."""

from datetime import date, datetime
from uuid import UUID

from app.domain.ids import uuid7
from app.storage.consultation_tables import PlanEventRow, PlanRow
from app.usecases.plans.draft import Draft
from app.usecases.plans.repository import PlanRepository
from app.usecases.plans.schemas import PlanChangeIn, PlanIn
from app.usecases.plans.states import EventKind, StopReason


async def add_change(
    repository: PlanRepository, plan: PlanRow, change: PlanChangeIn, now: datetime, given_by: str | None
) -> None:
    """Do what was asked to an active plan; what is planned stays."""
    if change.review_on is not None:
        plan.review_on = change.review_on
    else:
        plan.ended_at = now
    await repository.add(
        PlanEventRow(
            id=_id_after(plan),
            created_at=now,
            plan_id=plan.id,
            given_by=given_by,
            **change.model_dump(exclude={"replaces"}),
        )
    )
    await repository.refresh(plan)


async def stop(
    repository: PlanRepository, plan: PlanRow, reason: StopReason, now: datetime, given_by: str | None
) -> None:
    """Stop an active plan for a reason that is said elsewhere: by another plan, or a verdict."""
    plan.ended_at = now
    event = PlanEventRow(
        id=_id_after(plan), created_at=now, plan_id=plan.id, kind=EventKind.STOPPED, given_by=given_by
    )
    event.reason = reason
    await repository.add(event)


async def add_plan(
    repository: PlanRepository,
    patient_id: str,
    wanted: PlanIn,
    draft: Draft,
    review_on: date,
    now: datetime,
    given_by: str | None,
) -> PlanRow:
    """Record a plan, and that it was made."""
    made = draft.answer.prediction
    plan = PlanRow(
        id=uuid7(),
        created_at=now,
        patient_id=patient_id,
        answer_id=draft.answer.id,
        counterfactual_id=draft.counterfactual_id,
        model_name=made.model_name,
        model_version=made.model_version,
        name=wanted.name or draft.called,
        note=wanted.note,
        given_by=given_by,
        changes=draft.changes,
        linked=draft.linked,
        brought_along=draft.brought_along,
        features=dict(draft.features),
        beyond=draft.beyond,
        risk_before=made.risk,
        risk_planned=draft.risk,
        review_on=review_on,
    )
    created = PlanEventRow(
        id=uuid7(), created_at=now, plan_id=plan.id, kind=EventKind.CREATED, review_on=review_on
    )
    created.given_by = given_by
    await repository.add(plan, created)
    await repository.refresh(plan)
    return plan


def _id_after(plan: PlanRow) -> UUID:
    """Later than all before it, even if the clock of another gateway is ahead of ours."""
    return max(uuid7(), UUID(int=max(event.id.int for event in plan.events) + 1))
