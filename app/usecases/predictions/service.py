"""Risks of feature vectors, and how sure they are; told once it is on record that they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.threads import in_thread
from app.domain.ask_next import AskNext
from app.domain.certainty import RiskEstimate
from app.domain.days import Day
from app.domain.errors import MOST_FAULTS, Gathering, InvalidInputError, ValidationIssue
from app.domain.ids import uuid7
from app.domain.patient import Patient
from app.engine.registry import ServedModel
from app.ingest.fhir.record import PatientRecord
from app.storage.database import TenantDatabase
from app.storage.record import INSERT_PATIENT, INSERT_PREDICTION, Values
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.patient_record import SaysFeatures, patient_of, record_of
from app.usecases.predictions.schemas import PredictionAnswer, PredictionRequest, PredictionsAnswer
from app.usecases.said_days import days_json
from app.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class Vector:
    """A checked feature vector, and where it comes from if a bundle told it."""

    patient: Patient
    record: PatientRecord | None = None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and the checked person whom it is about, with their last days."""

    answer: PredictionAnswer
    patient: Patient
    days: tuple[Day, ...] = ()


async def answer_predictions(
    served: ServedModel, request: PredictionRequest, database: TenantDatabase, watch: Watch
) -> PredictionAnswer | PredictionsAnswer:
    """What a request asks for: one answer, or as many as it has instances, from one batch. All are counted.

    Raises:
        InvalidInputError: with the faults of all vectors, as far as anybody reads them.
        ClassifierError: the classifier is away.
        RecordError: the database is.
    """
    every = await in_thread(served.model.classifier, told_of, served, request)
    answer = answer_of(request, every)
    await _record(served, every, database, request.patient_id, answer)
    _count(watch, served, every, database)
    return answer


def told_of(served: ServedModel, request: PredictionRequest) -> list[Told]:
    """What a request's vectors come to, in their order; nothing is recorded.

    Raises:
        InvalidInputError: with the faults of all vectors, as far as anybody reads them.
        ClassifierError: the classifier is away.
    """
    if request.instances is None:
        return _told(served, [_with_days(request, served)], asks_next=True)
    return _told_of_instances(served, request)


def answer_of(request: PredictionRequest, every: Sequence[Told]) -> PredictionAnswer | PredictionsAnswer:
    """The answer to a request of one vector, or of several."""
    if request.instances is None:
        return every[0].answer
    return PredictionsAnswer(predictions=[told.answer for told in every])


async def predict(
    served: ServedModel, patient: Patient, database: TenantDatabase, patient_id: str | None = None
) -> PredictionAnswer:
    """The risk of supposed values of somebody: that it was told is on record, and the values are not.

    Raises:
        ClassifierError: the classifier is away.
        RecordError: the database is.
    """
    [told] = await in_thread(served.model.classifier, _told, served, [Vector(patient)], True)
    async with database.transaction() as session:
        await session.execute(INSERT_PREDICTION, [_columns(served, told)])
        if patient_id is not None:
            access = Access(Action.EXECUTE, Entity.PREDICTION, patient_id, entity_id=told.answer.id)
            note_access(session, access)
    return told.answer


def _told_of_instances(served: ServedModel, request: PredictionRequest) -> list[Told]:
    vectors: list[Vector] = []
    faults: list[ValidationIssue] = []
    for number, instance in enumerate(request.instances or ()):
        try:
            vectors.append(_checked(request, instance, served, "/fhir"))
        except InvalidInputError as error:
            place = f"/instances/{number}"
            faults += [ValidationIssue(place + one.pointer, one.detail, one.label) for one in error.issues]
            if len(faults) >= MOST_FAULTS:
                break
    if faults:
        raise InvalidInputError(faults)
    return _told(served, vectors, asks_next=False)


def _with_days(request: PredictionRequest, served: ServedModel) -> Vector:
    """The vector and the days of a request, with the faults of both."""
    faults: list[ValidationIssue] = []
    vector: Vector | None = None
    days: tuple[Day, ...] = ()
    with Gathering(faults):
        vector = _checked(request, request, served)
    with Gathering(faults):
        days = request.read_days(served.model.schema)
    if faults or vector is None:
        raise InvalidInputError(faults)
    return replace(vector, days=days)


def _checked(
    request: PredictionRequest, vector: SaysFeatures, served: ServedModel, place: str | None = None
) -> Vector:
    features, record = record_of(vector, served)
    request.check_whose(record, request.patient_id, place)
    return Vector(*patient_of(served.model.schema, served.ehr, features, record))


def _told(served: ServedModel, vectors: Sequence[Vector], asks_next: bool) -> list[Told]:
    """What each vector comes to; classifier and committee are asked once for all of them."""
    rows = np.stack([vector.patient.factual for vector in vectors])
    estimates = served.estimates(rows, served.model.classifier.risk(rows))
    return [
        Told(
            _answer(served, vector, estimate, served.asking.next_for(vector.patient) if asks_next else []),
            vector.patient,
            vector.days,
        )
        for vector, estimate in zip(vectors, estimates, strict=True)
    ]


def _answer(
    served: ServedModel, vector: Vector, estimate: RiskEstimate, ask_next: list[AskNext]
) -> PredictionAnswer:
    model, facts, record = served.model, served.model.schema.model, vector.record
    return PredictionAnswer(
        id=uuid7(),
        model=model.name,
        version=model.version,
        risk=estimate.risk,
        threshold=facts.threshold,
        label=facts.label(estimate.risk),
        band=estimate.band,
        certainty=estimate.certainty,
        observed=estimate.observed,
        warnings=served.oddness.warnings(vector.patient.factual),
        provenance=record.provenance if record else {},
        not_used=list(record.not_used) if record else [],
        measured_outcome=record.outcome if record else None,
        ask_next=ask_next,
    )


async def _record(
    served: ServedModel,
    every: Sequence[Told],
    database: TenantDatabase,
    patient_id: str | None,
    answer: PredictionAnswer | PredictionsAnswer,
) -> None:
    first = every[0].answer.id
    access = Access(Action.CREATE, Entity.PREDICTION, patient_id, entity_id=first)
    async with database.transaction() as session:
        if patient_id is not None:
            await session.execute(INSERT_PATIENT, {"id": patient_id})
            note_access(session, access)
        await session.execute(INSERT_PREDICTION, [_columns(served, told, patient_id) for told in every])
        await keep_reply(session, access, answer)


def _count(watch: Watch, served: ServedModel, every: Sequence[Told], database: TenantDatabase) -> None:
    risks = np.array([told.answer.risk for told in every])
    watch.asked(database.caller.tenant, served, [told.patient for told in every], risks)


def _columns(served: ServedModel, told: Told, patient_id: str | None = None) -> Values:
    answer = told.answer
    columns: dict[str, Any] = {
        "id": answer.id,
        "model_name": answer.model,
        "model_version": answer.version,
        "model_digest": served.model.digest,
        "risk": answer.risk,
        "threshold": answer.threshold,
        "label": answer.label,
        "band": answer.band,
        "certainty": answer.certainty,
        "observed": answer.observed.model_dump() if answer.observed else None,
        "patient_id": patient_id,
        "features": dict(told.patient.values) if patient_id is not None else None,
        "days": days_json(told.days) if patient_id is not None else None,
    }
    return columns
