"""What every request body has in common."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.parsing.dates import DateError, read_date

PatientId = Annotated[
    str,
    Field(
        pattern=PATIENT_ID,
        max_length=PATIENT_ID_LENGTH,
        description="The caller's own opaque id; never a name.",
        examples=["P-0017"],
    ),
]

FhirPatient = Annotated[str, Field(pattern=PATIENT_ID, max_length=PATIENT_ID_LENGTH, examples=["birch"])]
"""The id of a Patient resource."""


def _day(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise DateError("must be a date such as 2027-03-31")
    return read_date(value)


CalendarDay = Annotated[date, BeforeValidator(_day)]
"""A date as JSON writes it, and in no other way."""


class RequestModel(BaseModel):
    """A body that callers send: what it does not know is refused, so that a misspelt name is not lost."""

    model_config = ConfigDict(extra="forbid")
