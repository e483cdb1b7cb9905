"""What FHIR resources say of a patient's features, where each value comes from, and what is not used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from app.domain.schema import Value
from app.ingest.fhir.reasons import SENTENCES, Left, NotUsedReason


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Origin(StrEnum):
    """Who says a value."""

    FHIR = "fhir"  # a resource
    GIVEN = "given"  # the caller, in `features`
    COMPUTED = "computed"  # it follows from others


class Original(_Told):
    """A value as the resource has it."""

    value: float | bool | str = Field(description="The value, or the code of a coded one.")
    unit: str | None = Field(None, description="Its unit; null where it has none.")


class FeatureSource(_Told):
    """Where the value of a feature comes from."""

    source: Origin = Field(
        description="`fhir`: a resource. `given`: the caller, in `features`. `computed`: other values."
    )
    reference: str | None = Field(
        None, description="The resource, such as `Observation/123`; null where no resource tells it."
    )
    effective: str | None = Field(
        None, description="The day, as far as it is known, for which the resource says it."
    )
    original: Original | None = Field(
        None, description="Value and unit as the resource has them; null where the source is none."
    )
    conversion: str | None = Field(
        None, description="What was done to it, such as `mmol/L to mg/dL`; null where nothing was."
    )


class NotUsed(_Told):
    """A resource, or a value in it, that tells no feature, and why."""

    reference: str | None = Field(
        None, description="The resource; null where it has no usable id, or of a count."
    )
    reason: NotUsedReason = Field(description="Why, as a code.")
    detail: str = Field(description="Why, in a sentence.")
    feature: str | None = Field(
        None,
        description="The feature that it is about, or the label of the measured outcome; null where it is "
        "about neither.",
    )
    count: int = Field(
        1, description="Of how many resources this is said: one, or those beyond the first 200."
    )


class MeasuredResult(_Told):
    """The newest measured result that says whether the outcome is there."""

    value: float | None = Field(
        description="What was measured, in `unit`, not rounded; null where only its finding is known."
    )
    unit: str | None = Field(description="The outcome's own unit; null where there is no value.")
    measured_on: date = Field(description="The day of the measurement.")
    reference: str | None = Field(None, description="The resource; null where it has no usable id.")
    has_outcome: bool = Field(description="Whether the result shows the model's outcome.")
    original: Original | None = Field(
        None,
        description="Value and unit as the resource has them; null of a result that was on record before.",
    )


@dataclass(frozen=True, slots=True)
class EhrResults:
    """What resources say of the measured outcome, for what is on record from them."""

    chosen: MeasuredResult | None = None
    """The newest that counts."""
    each: tuple[MeasuredResult, ...] = ()
    """All that could be read."""
    retracted: frozenset[str] = frozenset()
    """Resources that do not, or no longer, tell a result."""
    updated: Mapping[str, datetime] = field(default_factory=dict)
    """When a server changed a resource last, where it says so."""
    unread_on: date | None = None
    """The last day on which a result that could not be read may have been measured."""

    def may_be_newer(self, day: date) -> bool:
        """Whether a result that could not be read may be newer than one of that day."""
        return self.unread_on is not None and self.unread_on >= day


ProvenanceTold = Annotated[
    dict[str, FeatureSource],
    Field(
        description="Where each known feature's value comes from, by feature. Empty where no bundle was "
        "sent, and in answers from before there were any."
    ),
]
NotUsedTold = Annotated[
    list[NotUsed],
    Field(
        description="Resources of the bundle, or values in them, that tell no feature, and why; at most 200 "
        "one by one, of more how many there are. Empty where no bundle was sent."
    ),
]
MeasuredTold = Annotated[
    MeasuredResult | None,
    Field(
        description="The newest result that says whether the outcome is there, from the bundle or on record: "
        "it counts in place of the estimate, one without the outcome for as long as its finding stands. "
        "Null where none is known, and in answers from before that."
    ),
]


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Raw features as a request would hold them, with all that there is to say about them."""

    features: dict[str, Value]
    provenance: dict[str, FeatureSource]
    not_used: tuple[NotUsed, ...]
    outcome: MeasuredResult | None
    patient_ids: frozenset[str] = frozenset()
    """What the resources call the patient, without the type: none where they name nobody, or by URN alone."""
    results: EhrResults = field(default_factory=EhrResults)

    def without(self, left: Iterable[Left]) -> Self:
        """With more that is not used, each told once."""
        told = [one for one in map(not_used, left) if one not in self.not_used]
        return replace(self, not_used=(*self.not_used, *told)) if told else self


def not_used(left: Left, count: int = 1) -> NotUsed:
    """With the sentence of its reason."""
    reason, reference, feature = left
    return NotUsed(
        reference=reference,
        reason=reason,
        detail=SENTENCES[reason].replace("{measure}", feature or "result"),
        feature=feature,
        count=count,
    )
