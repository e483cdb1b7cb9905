"""The wire form of a patient's answers."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.feedback.schemas import FeedbackOut


class InterventionsPage(BaseModel):
    """One page of a patient's answers, newest first."""

    patient_id: str = Field(description="The caller's own id of the patient.")
    answers: list[CounterfactualsAnswer] = Field(description="Newest first.")
    feedback: list[FeedbackOut] = Field(description="The verdict that stands on each option that has one.")
    next: UUID | None = Field(
        description="Pass it as `before` for the next, older page; null on the last one."
    )
