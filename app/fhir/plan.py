"""A plan in FHIR: the care plan as it stands, with the estimates that it was made by."""

from collections.abc import Iterator
from uuid import UUID

from app.classifiers.model_version import ModelVersion
from app.fhir.care_plan import Standing, Told, care_plan
from app.fhir.form import Entry, identity_of
from app.fhir.goal import goals_of
from app.fhir.makers import Makers
from app.fhir.occasion import Occasion
from app.fhir.provenance import AUTHOR, provenance
from app.fhir.risk_assessment import NO_PROMISE, RULES_NOTHING_OUT, Estimated, Part, risk_assessment
from app.fhir.supposed import supposed
from app.fhir.terms import Json
from app.usecases.plans.states import PlanState
from app.usecases.plans.told import FollowedChange, PlanOut

_STANDING = {
    PlanState.ACTIVE: Standing("active", "plan", "active", "in-progress"),
    PlanState.COMPLETED: Standing("completed", "plan", "completed", "completed"),
    PlanState.STOPPED: Standing("revoked", "plan", "cancelled", "stopped"),
}


def plan_entries(plan: PlanOut, hosted: ModelVersion | None, base: str) -> Iterator[Entry]:
    """The resources of a plan; `hosted` is its model's version, None where that is hosted no more."""
    makers = Makers.of(plan.model, hosted, base)
    occasion = Occasion(
        plan.patient_id, plan.created_at.date(), plan.review_on, hosted.schema if hosted else None
    )
    estimated = Estimated(occasion, plan.created_at, plan.model, makers.classifier)
    before, planned = _estimates(plan, estimated)
    standing = _STANDING[plan.state]
    goals = goals_of(plan.id, occasion, plan.changes, plan.linked, standing.goals, _achieved(plan))
    notes = [note for note in (plan.note, NO_PROMISE) if note]
    whole = care_plan(
        plan.id,
        occasion,
        Told(plan.name, " ".join(goal.resource["description"]["text"] for goal in goals), notes),
        goals,
        standing,
        _author(plan) or makers.classifier.reference,
        [before, planned],
    )
    made = [before, planned, whole, *goals]
    yield from made
    yield provenance(plan.id, "plan", plan.created_at, made, [(makers.classifier, AUTHOR)], makers.cards)
    yield from makers.entries


def _estimates(plan: PlanOut, estimated: Estimated) -> tuple[Entry, Entry]:
    before = risk_assessment(
        Part(_part(plan.id, "before"), notes=(RULES_NOTHING_OUT,)), estimated, plan.estimate.then
    )
    planned = risk_assessment(
        Part(
            _part(plan.id, "planned"),
            supposed(estimated.occasion, plan.changes, [*plan.linked, *plan.brought_along]),
            notes=(NO_PROMISE,),
        ),
        estimated,
        plan.estimate.planned,
        before,
    )
    return before, planned


def _part(plan: UUID, which: str) -> UUID:
    return identity_of(plan, "risk-assessment", which)


def _author(plan: PlanOut) -> Json | None:
    """Whoever made the plan, by name alone."""
    return {"display": plan.given_by} if plan.given_by else None


def _achieved(plan: PlanOut) -> dict[str, str]:
    """How far each goal is, by the newest values."""
    followed = plan.follow_up.changes if plan.follow_up else []
    return {one.feature: _achievement(one) for one in followed if one.reached is not None}


def _achievement(change: FollowedChange) -> str:
    reached = change.reached or 0.0
    if reached >= 1:
        return "achieved"
    if reached == 0:
        return "no-change"
    return "improving" if reached > 0 else "worsening"
