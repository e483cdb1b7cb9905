"""The wire forms of plans, and of what became of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.beyond import Beyond
from app.domain.counterfactual import BroughtAlong, Change
from app.domain.schema import Value
from app.identity.caller import GIVEN_BY
from app.usecases.counterfactuals.schemas import ModelOut
from app.usecases.plans.states import EventKind, PlanState, StopReason

Share = Annotated[float, AfterValidator(lambda share: round(share, 4))]
"""Told to a hundredth of a per cent."""


class Told(BaseModel):
    """A part of a plan on the wire."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class StandingEvent(Told):
    """How a plan stands, without notes: errors hold nothing that a clinician wrote of a person."""

    id: UUID = Field(description="What the next change names as `replaces`.")
    created_at: datetime = Field(description="When it happened.")
    kind: EventKind = Field(description="What happened.")
    review_on: date | None = Field(description="The review date that it set; null where it set none.")
    reason: StopReason | None = Field(description="Why the plan was stopped; null elsewhere.")


class PlanEventOut(StandingEvent):
    """One thing that happened to a plan."""

    note: str | None = Field(description="In the clinician's own words.")
    given_by: str | None = Field(
        description=GIVEN_BY + " Null where newer values were followed up, which the service does by itself."
    )
    answer_id: UUID | None = Field(description="Whose values were followed up; null elsewhere.")
    adherence: Share | None = Field(
        description="How much of the plan they reach (0-1); null elsewhere, and where none is known."
    )


class FollowedChange(Told):
    """One feature of a plan: where it began, where it was to end, where it is."""

    feature: str = Field(description="The feature's name in the schema.")
    label: str = Field(description="What people call it.")
    unit: str | None = Field(description="The unit of the values; null of what has none.")
    before: Value = Field(
        serialization_alias="from", validation_alias="from", description="Its value when the plan was made."
    )
    after: Value = Field(
        serialization_alias="to", validation_alias="to", description="The value that was planned."
    )
    now: Value = Field(description="Its value as it was last sent; null where unknown.")
    reached: Share | None = Field(
        description="Share of the way: (now - from) / (to - from). Below 0 where it went the other way, "
        "above 1 where it went further. Of a yes or no it is 0 or 1. Null where `now` is."
    )


class Reached(Told):
    """What newer values make of a plan: as it is kept on record."""

    changes: list[FollowedChange] = Field(description="What the person set out to change.")
    following: list[FollowedChange] = Field(
        description="What was to move along or to follow on average; it counts for no adherence."
    )
    adherence: Share | None = Field(
        description="The mean of `reached` over `changes`, each kept within 0 and 1; those unknown are left "
        "out. Null where none is known."
    )
    estimate_now: float = Field(description="The classifier's risk (0-1) of the newer values.")
    model_version: str = Field(description="The version that gave it.")
    same_version: bool = Field(
        description="Whether that is the plan's own. Estimates of two versions are not to be compared."
    )


class FollowUp(Reached):
    """What became of a plan, by the newest values that a caller sent while it ran."""

    answer_id: UUID = Field(description="The answer that they came with.")
    sent_at: datetime = Field(description="When they were last sent.")


class PlannedEstimates(Told):
    """What the classifier said when the plan was made."""

    then: float = Field(description="The risk (0-1) as things were.")
    planned: float = Field(description="The risk (0-1) with all that is planned.")


class PlanOut(Told):
    """A plan: what is planned never changes; what became of it is in `events` and `follow_up`."""

    id: UUID = Field(description="Of the plan.")
    patient_id: str = Field(description="The caller's own id of the patient.")
    created_at: datetime = Field(description="When it was made.")
    state: PlanState = Field(description="How it stands.")
    name: str = Field(description="What it is called.")
    note: str | None = Field(description="In the clinician's own words.")
    given_by: str | None = Field(description=GIVEN_BY)
    model: ModelOut = Field(description="Whose estimates it is about.")
    answer_id: UUID = Field(description="The answer whose values it departs from.")
    counterfactual_id: UUID | None = Field(
        description="The option or improvement that it is; null of a what-if of the clinician's own."
    )
    changes: list[Change] = Field(description="What the person sets out to change.")
    linked: list[Change] = Field(description="What moves along since it measures the same.")
    brought_along: list[BroughtAlong] = Field(description="What follows on average, by published effects.")
    features: dict[str, Value] = Field(description="The whole vector that is planned.")
    beyond: list[Beyond] = Field(
        description="In which ways a what-if goes further than an option may; empty of an option. What is "
        "proved of options does not hold there."
    )
    estimate: PlannedEstimates = Field(description="What the classifier said when the plan was made.")
    review_on: date = Field(description="When it is looked at again.")
    days_to_review: int | None = Field(
        description="From today, below 0 where the review is overdue; null once the plan has ended."
    )
    ended_at: datetime | None = Field(description="When it ended; null while it is active.")
    standing_event: UUID = Field(description="What the next change names as `replaces`.")
    events: list[PlanEventOut] = Field(description="All that happened to it, oldest first.")
    follow_up: FollowUp | None = Field(
        description="What became of it, by the newest values; null until newer ones were sent."
    )

    @property
    def is_active(self) -> bool:
        return self.state is PlanState.ACTIVE


class PlansPage(Told):
    """One page of a patient's plans, newest first."""

    patient_id: str = Field(description="The caller's own id of the patient.")
    plans: list[PlanOut] = Field(description="Newest first; of each model one at most is active.")
    next: UUID | None = Field(
        description="Pass it as `before` for the next, older page; null on the last one."
    )
