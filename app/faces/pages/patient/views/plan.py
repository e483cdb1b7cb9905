"""The active plan first, older ones in the history: what is planned, until when, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.counterfactual import Change
from app.domain.horizon import latest_review, review_after
from app.domain.schema import FeatureSchema
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.beyond import beyond_texts
from app.faces.pages.patient.views.days import day_text, review_text
from app.faces.pages.patient.views.plan_text import record_text
from app.faces.pages.patient.views.reached import ReachedView, reached_view, span_of
from app.usecases.plans.reading import today
from app.usecases.plans.states import EventKind, PlanState, StopReason
from app.usecases.plans.told import PlanEventOut, PlanOut
from app.usecases.record.context import AnswerContext

STOP_REASONS = (
    StopReason.NOT_FEASIBLE,
    StopReason.UNSUITABLE,
    StopReason.PREFERENCE,
    StopReason.NO_EFFECT,
    StopReason.OTHER,
)
"""What a clinician chooses among; the others are given by a button, or by the service."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One change that is planned, or what moves along: from where to where."""

    label: str
    span: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as the page shows it; `happened` are its moves and follow-ups in words, oldest first."""

    id: UUID
    option: UUID | None
    name: str
    note: str | None
    given_by: str | None
    version: str
    made_at: datetime
    ended_at: datetime | None
    standing_event: UUID
    is_active: bool
    is_due: bool
    is_overdue: bool
    review_on: date
    review_day: str
    review: str
    lines: tuple[PlannedLine, ...]
    following: tuple[PlannedLine, ...]
    beyond: tuple[str, ...]
    then: str
    planned: str
    reached: ReachedView | None
    state: str
    happened: tuple[tuple[datetime, str, PlanEventOut], ...]
    text: str


@dataclass(frozen=True, slots=True)
class PlansView:
    """Plans of the page's model: the active one, and those before it, newest first.

    `by_option` is the newest plan from each option. `earliest`, `latest` and `default` bound and fill the
    field of a review date. `can_plan` says whether the very model that gave the answer is hosted still, and
    its values are the patient's own.
    """

    active: PlanView | None
    past: tuple[PlanView, ...]
    by_option: dict[UUID, PlanView]
    earliest: str
    latest: str
    default: str
    can_plan: bool
    reasons: tuple[tuple[str, str], ...]


def plans_view(context: AnswerContext) -> PlansView:
    """What the page shows of plans."""
    schema, day = context.schema, today()
    refusals = context.preferences.refusals
    views = [plan_view(schema, plan, refusals) for plan in context.history.plans]
    return PlansView(
        active=next((one for one in views if one.is_active), None),
        past=tuple(one for one in views if not one.is_active),
        by_option={one.option: one for one in reversed(views) if one.option},
        earliest=day.isoformat(),
        latest=latest_review(day).isoformat(),
        default=review_after(schema.model.horizon if schema else None, day).isoformat(),
        can_plan=context.is_of_hosted_version and not context.is_supposed,
        reasons=tuple((str(one), reason_text(one)) for one in STOP_REASONS),
    )


def plan_view(schema: FeatureSchema | None, plan: PlanOut, refusals: Sequence[str] = ()) -> PlanView:
    """One plan in words."""
    days, then, planned = plan.days_to_review, plan.estimate.then, plan.estimate.planned
    return PlanView(
        id=plan.id,
        option=plan.counterfactual_id,
        name=plan.name,
        note=plan.note,
        given_by=plan.given_by,
        version=plan.model.version,
        made_at=plan.created_at,
        ended_at=plan.ended_at,
        standing_event=plan.standing_event,
        is_active=plan.is_active,
        is_due=days is not None and days <= 0,
        is_overdue=days is not None and days < 0,
        review_on=plan.review_on,
        review_day=day_text(plan.review_on),
        review=review_text(days) if days is not None else "",
        lines=tuple(_line(schema, one) for one in plan.changes),
        following=tuple(_line(schema, one) for one in (*plan.linked, *plan.brought_along)),
        beyond=tuple(beyond_texts(schema, plan.beyond)),
        then=risk_words(then, planned),
        planned=risk_words(planned, then),
        reached=reached_view(schema, plan),
        state=_state_text(plan),
        happened=tuple(_happened(plan)),
        text=record_text(schema, plan, refusals),
    )


def _line(schema: FeatureSchema | None, change: Change) -> PlannedLine:
    span = span_of(schema, change.feature, change.before, change.after, change.unit)
    return PlannedLine(change.label, span)


def _state_text(plan: PlanOut) -> str:
    """How a plan ended, and why."""
    if plan.state is PlanState.ACTIVE:
        return _("Active")
    if plan.state is PlanState.COMPLETED:
        return _("Completed")
    ended = next(event for event in reversed(plan.events) if event.kind is EventKind.STOPPED)
    assert ended.reason is not None
    return _("Stopped: %(why)s", why=inline(reason_text(ended.reason)))


def reason_text(reason: StopReason) -> str:
    """Why a plan was stopped."""
    return {
        StopReason.NOT_FEASIBLE: _("Not feasible for this patient"),
        StopReason.UNSUITABLE: _("Unsuitable with another condition or medicine"),
        StopReason.PREFERENCE: _("The patient prefers something else"),
        StopReason.NO_EFFECT: _("It did not do what was hoped for"),
        StopReason.UNDONE: _("Taken back"),
        StopReason.OTHER: _("Another reason, given in the note"),
        StopReason.DECLINED: _("The option was declined"),
        StopReason.REPLACED: _("Another plan took its place"),
    }[reason]


def _happened(plan: PlanOut) -> Iterator[tuple[datetime, str, PlanEventOut]]:
    for event in plan.events:
        if event.kind is EventKind.REVIEW_MOVED and event.review_on is not None:
            yield event.created_at, _("Review moved to %(day)s", day=day_text(event.review_on)), event
        elif event.kind is EventKind.FOLLOWED_UP:
            share = _("how much is reached is not known")
            if event.adherence is not None:
                share = _("%(share)s of it reached", share=risk_words(event.adherence))
            yield event.created_at, _("New values: %(share)s", share=share), event
        elif event.kind is not EventKind.CREATED and event.note:
            yield event.created_at, _state_text(plan), event
