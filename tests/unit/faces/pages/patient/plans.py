"""Plans made by hand, as the use case tells them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.domain.adherence import adherence, share_reached
from app.domain.counterfactual import Change
from app.domain.ids import uuid7
from app.usecases.counterfactuals.schemas import ModelOut
from app.usecases.plans.states import EventKind, PlanState
from app.usecases.plans.told import FollowedChange, FollowUp, PlanEventOut, PlannedEstimates, PlanOut

MADE = datetime(2026, 3, 2, 9, 41, tzinfo=UTC)
Json = dict[str, Any]


def event(kind: EventKind, at: datetime = MADE, **columns: Any) -> PlanEventOut:
    whole = dict.fromkeys(("review_on", "reason", "note", "given_by", "answer_id", "adherence"))
    return PlanEventOut(id=uuid7(), created_at=at, kind=kind, **whole | columns)


def followed(*changes: tuple[Json, Any], estimate: float = 0.5, version: str = "1") -> FollowUp:
    """What became of changes: each as it was planned, and its value now."""
    told = [
        FollowedChange(
            **{name: one[name] for name in ("feature", "label", "unit", "from", "to")},
            now=now,
            reached=share_reached(one["from"], one["to"], now),
        )
        for one, now in changes
    ]
    return FollowUp(
        answer_id=uuid7(),
        sent_at=MADE + timedelta(days=90),
        changes=told,
        following=[],
        adherence=adherence(one.reached for one in told),
        estimate_now=estimate,
        model_version=version,
        same_version=version == "1",
    )


def plan(*changes: Json, **columns: Any) -> PlanOut:
    """An active plan of 60 % to 40 %."""
    created = event(EventKind.CREATED, review_on=date(2027, 3, 2))
    whole: Json = {
        "id": uuid7(),
        "patient_id": "P-0017",
        "created_at": MADE,
        "state": PlanState.ACTIVE,
        "name": "Walk to work",
        "note": None,
        "given_by": None,
        "model": ModelOut(name="dysglycaemia", version="1"),
        "answer_id": uuid7(),
        "counterfactual_id": None,
        "changes": [Change.model_validate(one) for one in changes],
        "linked": [],
        "brought_along": [],
        "features": {},
        "beyond": [],
        "estimate": PlannedEstimates(then=0.6, planned=0.4),
        "review_on": date(2027, 3, 2),
        "days_to_review": 40,
        "ended_at": None,
        "standing_event": created.id,
        "events": [created],
        "follow_up": None,
    }
    return PlanOut(**whole | columns)
