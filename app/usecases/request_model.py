"""What every request body has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH

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


class RequestModel(BaseModel):
    """A body that callers send: what it does not know is refused, so that a misspelt name is not lost."""

    model_config = ConfigDict(extra="forbid")
