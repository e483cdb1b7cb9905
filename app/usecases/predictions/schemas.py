"""The wire forms of estimates: of one feature vector, or of several."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.domain.ask_next import AskNextTold
from app.domain.certainty import BandTold, CertaintyTold, ObservedTold
from app.domain.days import MOST_DAYS
from app.domain.errors import InvalidInputError
from app.domain.input_warning import InputWarning
from app.ingest.fhir.record import MeasuredTold, NotUsedTold, ProvenanceTold
from app.usecases.measurements.days import MOST_YEARS
from app.usecases.patient_record import SaysFeatures, SaysWhose
from app.usecases.request_model import PatientId
from app.usecases.said_days import DayIn, SaysDays

MOST_INSTANCES = 1000


class PredictionInstance(SaysFeatures):
    """One of several feature vectors."""


class PredictionRequest(SaysFeatures, SaysWhose, SaysDays):
    """One feature vector, or several as `instances`."""

    model: str | None = Field(None, description="A hosted model's name; the configured one by default.")
    patient_id: PatientId | None = Field(
        None,
        description="Whom all of it is about: vectors and risks are then on record for the patient. Without "
        "it risks alone are recorded, of nobody.",
    )
    days: list[DayIn] = Field(
        [],
        max_length=MOST_DAYS,
        description="Days of the person, in any order, none in the future nor more than "
        f"{MOST_YEARS} years ago, beside one vector. The risk does not rest on them. With `patient_id` they "
        "are on record with it; without it they are checked and kept nowhere.",
    )
    instances: list[PredictionInstance] | None = Field(
        None,
        min_length=1,
        max_length=MOST_INSTANCES,
        description="Several vectors in place of one; they are answered in their order.",
    )

    def says_something(self) -> bool:
        return self.instances is not None or super().says_something()

    @model_validator(mode="after")
    def _is_one_or_several(self) -> Self:
        if self.instances is not None and super().says_something():
            raise InvalidInputError.at("/instances", "goes without features and fhir beside it")
        if self.instances is not None and self.days:
            raise InvalidInputError.at("/days", "goes with one vector, not with instances")
        return self


class PredictionAnswer(BaseModel):
    """The classifier's risk, what it means against the decision threshold, and how sure that is."""

    id: UUID = Field(description="Under which it is on record that this was told.")
    model: str = Field(description="The model's name.")
    version: str = Field(description="Its version.")
    risk: float = Field(description="The classifier's risk (0-1).")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    label: str = Field(description="What the risk means against the threshold: high or low.")
    band: BandTold
    certainty: CertaintyTold
    observed: ObservedTold
    warnings: list[InputWarning] = Field(
        description="Values that should be checked: outside what was observed, or unusual beside the others. "
        "The risk takes them as they are. Pointers are into the vector's own object."
    )
    provenance: ProvenanceTold = Field({})
    not_used: NotUsedTold = Field([])
    measured_outcome: MeasuredTold = None
    ask_next: AskNextTold = Field([])


class PredictionsAnswer(BaseModel):
    """Answers to several feature vectors."""

    predictions: list[PredictionAnswer] = Field(
        description="In the order of `instances`. `ask_next` is told of a vector alone, and empty here."
    )
