"""The wire forms of results."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.domain.errors import InvalidInputError, ValidationIssue
from app.identity.caller import GIVEN_BY
from app.ingest.fhir.record import Origin
from app.usecases.measurements.standing import Status
from app.usecases.request_model import CalendarDay, RequestModel


class Presence(StrEnum):
    """Whether a result shows the outcome."""

    PRESENT = "present"
    ABSENT = "absent"


class MeasurementIn(RequestModel):
    """A result, a correction of one, or that one is taken back."""

    model: str = Field(max_length=64, description="The hosted model whose outcome was looked for.")
    measured_on: CalendarDay | None = Field(
        None,
        description="The day of the measurement, not in the future and at most 30 years ago; required unless "
        "a result is taken back.",
    )
    value: float | None = Field(
        None,
        strict=True,
        allow_inf_nan=False,
        description="What was measured, where the model's outcome has a unit. It is kept in that unit, "
        "not rounded.",
    )
    unit: str | None = Field(
        None,
        max_length=400,
        description="The unit of `value`: the outcome's own, which it is if this is left out, or another "
        "that the model's consultation file names.",
    )
    finding: Presence | None = Field(
        None, description="Whether the outcome is there, where the model's outcome has no unit."
    )
    withdrawn: bool = Field(
        False,
        strict=True,
        description="Takes back the result that `replaces` names; nothing else goes with it.",
    )
    replaces: UUID | None = Field(
        None, description="The `id` of the result that this corrects or takes back; null for a new one."
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        faults = list(self._faults_of_withdrawal() if self.withdrawn else self._faults_of_result())
        if faults:
            raise InvalidInputError(faults)
        return self

    def _faults_of_withdrawal(self) -> list[ValidationIssue]:
        faults = [
            ValidationIssue(f"/{name}", "does not go with taking a result back")
            for name in ("measured_on", "value", "unit", "finding")
            if getattr(self, name) is not None
        ]
        if self.replaces is None:
            faults.append(ValidationIssue("/replaces", "is required: what is taken back is named"))
        return faults

    def _faults_of_result(self) -> list[ValidationIssue]:
        faults = []
        if self.measured_on is None:
            faults.append(ValidationIssue("/measured_on", "is required"))
        if self.finding is not None:
            faults += [
                ValidationIssue(f"/{name}", "does not go with a finding")
                for name in ("value", "unit")
                if getattr(self, name) is not None
            ]
        return faults


class StandingMeasurement(BaseModel):
    """A result that stands, without what it says of a person: GET tells that."""

    id: UUID = Field(description="What a row in its place names as `replaces`.")
    created_at: datetime = Field(description="When it was recorded.")
    withdrawn: bool = Field(description="Whether this row takes a result back.")


class MeasurementOut(StandingMeasurement):
    """A recorded result."""

    measured_on: date = Field(description="The day of the measurement.")
    value: float | None = Field(
        description="What was measured, not rounded; null where only its finding is known."
    )
    unit: str | None = Field(description="The unit of `value`; null where there is no value.")
    finding: Presence = Field(description="Whether the result shows the model's outcome.")
    says: str = Field(description="What the result means, in the words of the model's consultation file.")
    status: Status = Field(
        description="`stands`: the newest result. It counts in place of the estimate, unless a new one is "
        "due or nothing found today tells of the outcome, which comes later. `earlier`: another one was "
        "measured later. `replaced`: corrected or taken back. `withdrawn`: takes one back."
    )
    given_by: str | None = Field(description=GIVEN_BY)
    source: Origin = Field(description="`fhir` where an EHR's resource tells it; else `given`.")
    reference: str | None = Field(description="The resource that tells it; null where none does.")
    replaces: UUID | None = Field(description="The `id` of the row that it replaces; null for a new result.")


class MeasurementsList(BaseModel):
    """All that is on record of a patient's results for a model."""

    patient_id: str = Field(description="The caller's own id of the patient.")
    model: str = Field(description="The model's name.")
    label: str = Field(description="What is measured, such as HbA1c.")
    measurements: list[MeasurementOut] = Field(description="Newest measured first.")
