"""Where a question's values come from: `features` of the request, a FHIR bundle, or both."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import Field, model_validator

from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.links import ProportionalLink
from app.domain.patient import Patient, read_patient
from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import FeatureSource, Origin, PatientRecord
from app.usecases.request_model import FhirPatient, RequestModel

_NOT_ITS = "is not the patient of the bundle"
_BUT = "; fhir_patient says which id there is the same person's"
_OTHER = "is not of the patient that patient_id and fhir_patient name"
_COMPUTED = FeatureSource(source=Origin.COMPUTED, conversion="follows from other features")


class SaysFeatures(RequestModel):
    """A request about one patient's values: at least one of the two tells them."""

    features: dict[str, Any] | None = Field(
        None,
        description="The feature vector: GET /models/{name}/schema describes it. Required without `fhir`; "
        "beside it, what is given here adds to the bundle and overrules it.",
    )
    fhir: dict[str, Any] | None = Field(
        None,
        description="A FHIR R4 Bundle (collection, searchset or transaction) of one patient: Patient and "
        "Observation are read. The answer tells where each value comes from, and why a resource is not used.",
    )

    def says_something(self) -> bool:
        """Whether there are values in it."""
        return self.features is not None or self.fhir is not None

    @model_validator(mode="after")
    def _refuse_nothing(self) -> Self:
        if not self.says_something():
            raise InvalidInputError.at("/features", "is required, or fhir in its place")
        return self


class SaysWhose(RequestModel):
    """A request whose bundles are of the patient that it names, or of who stands for them there."""

    fhir_patient: FhirPatient | None = Field(
        None,
        description="The id of the bundle's Patient where `patient_id` is not that id: it says that both are "
        "the same person. A bundle of somebody else is refused.",
    )

    def check_whose(
        self, record: PatientRecord | None, patient_id: str | None, place: str | None = None
    ) -> None:
        """Refuse a bundle of somebody else than `patient_id`; `place` is where a request says whose it is.

        A bundle that names nobody is taken as this patient's, unless `fhir_patient` says who it is to name.

        Raises:
            InvalidInputError: the bundle names another patient.
        """
        named = record.patient_ids if record else None
        if named is None:
            return
        if self.fhir_patient is not None:
            if named != {self.fhir_patient}:
                raise InvalidInputError.at(place or "/fhir_patient", _OTHER if place else _NOT_ITS)
        elif patient_id is not None and named - {patient_id}:
            raise InvalidInputError.at(place or "/patient_id", _OTHER if place else _NOT_ITS + _BUT)


def record_of(request: SaysFeatures, served: ServedModel) -> tuple[Mapping[str, Any], PatientRecord | None]:
    """The raw feature vector of a request, and where it comes from if a bundle is part of it.

    Raises:
        InvalidInputError: the bundle is no R4 bundle about one living patient.
    """
    if request.fhir is None:
        return request.features or {}, None
    record = read_bundle(served.ehr, request.fhir, datetime.now(UTC).date(), request.features)
    return record.features, record


def patient_of(
    schema: FeatureSchema,
    ehr: EhrMapping,
    features: Mapping[str, Any],
    record: PatientRecord | None,
    pointer: str = "/features",
) -> tuple[Patient, PatientRecord | None]:
    """The checked patient, and the record with a source for each value that follows from others.

    Raises:
        InvalidInputError: as `read_patient`; what is missing says why the bundle does not tell it.
    """
    try:
        patient = read_patient(schema, features, pointer)
    except InvalidInputError as error:
        raise InvalidInputError(
            [_explained(schema, one, ehr, record, pointer) for one in error.issues]
        ) from None
    if record is None:
        return patient, None
    derived = {
        name: _COMPUTED
        for name, value in patient.values.items()
        if value is not None and name not in record.provenance
    }
    return patient, replace(record, provenance={**record.provenance, **derived})


def _explained(
    schema: FeatureSchema,
    issue: ValidationIssue,
    ehr: EhrMapping,
    record: PatientRecord | None,
    pointer: str,
) -> ValidationIssue:
    name = issue.pointer.removeprefix(f"{pointer}/")
    if record is None or name in record.features:
        return issue
    names = (name, *_makers(schema, name))
    whys = {one.feature: one.detail for one in reversed(record.not_used)}
    left = next((one for one in names if one in whys and one not in record.features), None)
    told = "the bundle does not tell it"
    if left is not None:
        told = f"what the bundle says of {'it' if left == name else left} is not used: {whys[left]}"
    others = " with ".join(ehr.in_place_of(name))
    instead = f", or {others} in its place" if others else ""
    return replace(issue, detail=f"{issue.detail}{instead}; {told}")


def _makers(schema: FeatureSchema, name: str) -> list[str]:
    """What a feature would be worked out from: body mass index from weight and height."""
    found = list[str]()
    for link in schema.links:
        if isinstance(link, ProportionalLink) and link.identity is not None:
            parts = [link.feature, link.driver, *link.identity.powers]
            found += parts if name in parts else []
    return found
