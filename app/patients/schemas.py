"""The wire form of a patient's answers."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field

from app.counterfactuals.schemas import CounterfactualsAnswer
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.feedback.schemas import FeedbackOut

PatientId = Annotated[
    str,
    Path(
        pattern=PATIENT_ID,
        max_length=PATIENT_ID_LENGTH,
        description="The caller's own id of the patient.",
        examples=["P-0017"],
    ),
]


class InterventionsPage(BaseModel):
    """One page of a patient's answers, newest first."""

    patient_id: str = Field(description="The caller's own id of the patient.")
    answers: list[CounterfactualsAnswer] = Field(description="Newest first.")
    feedback: list[FeedbackOut] = Field(description="The verdict that stands on each option that has one.")
    next: UUID | None = Field(
        description="Pass it as `before` for the next, older page; null on the last one."
    )
