"""Plans and what became of them, as this client reads them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from turnpoint.answers import AnsweringModel, BroughtAlong, Change, Read, StandingEvent, Value


class PlanState(StrEnum):
    """How a plan stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


class PlanEvent(StandingEvent):
    """One thing that happened to a plan; `adherence` is how much of it newer values reach (0-1)."""

    note: str | None
    given_by: str | None
    answer_id: UUID | None
    adherence: float | None


class FollowedChange(Read):
    """One feature of a plan, in its unit. `reached` is the share of the way; None where it is not known."""

    feature: str
    label: str
    unit: str | None
    before: Value = Field(alias="from")
    after: Value = Field(alias="to")
    now: Value
    reached: float | None


class FollowUp(Read):
    """What became of a plan, by the newest values; `adherence` is of the plan as a whole (0-1)."""

    answer_id: UUID
    sent_at: datetime
    changes: list[FollowedChange]
    following: list[FollowedChange]
    adherence: float | None
    estimate_now: float
    model_version: str
    same_version: bool


class PlannedEstimates(Read):
    """The risk (0-1) when the plan was made, and with all that is planned."""

    then: float
    planned: float


class Beyond(Read):
    """One way in which a what-if goes further than an option may: `kept`, `many`, `relation` or `range`."""

    kind: str
    feature: str | None
    label: str | None
    value: Value
    moved: int | None
    most: int | None


class Plan(Read):
    """What is planned, which never changes, and what became of it. `standing_event` goes with a change."""

    id: UUID
    patient_id: str
    created_at: datetime
    state: PlanState
    name: str
    note: str | None
    given_by: str | None
    model: AnsweringModel
    answer_id: UUID
    counterfactual_id: UUID | None
    changes: list[Change]
    linked: list[Change]
    brought_along: list[BroughtAlong]
    features: dict[str, Value]
    beyond: list[Beyond]
    estimate: PlannedEstimates
    review_on: date
    days_to_review: int | None
    ended_at: datetime | None
    standing_event: UUID
    events: list[PlanEvent]
    follow_up: FollowUp | None


class PlansPage(Read):
    """Plans of a patient, newest first; `next` is the cursor of the page after, None on the last."""

    patient_id: str
    plans: list[Plan]
    next: UUID | None
