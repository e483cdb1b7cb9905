"""What a launch opens: the answer that it names, or a new one about the patient as the EHR knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_resources
from app.storage.database import TenantDatabase
from app.storage.record import INSERT_PATIENT
from app.usecases.counterfactuals.schemas import ConstraintsIn, CounterfactualsRequest
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.ehr.launching import Arrived
from app.usecases.ehr.records import Reader, Resource, bundle_of, read_record

MOST_OPTIONS = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer to show, or what is `told` of the patient where it is too little to ask with; or neither,
    where a preference of theirs has no options offered."""

    answer_id: UUID | None = None
    told: dict[str, Any] | None = None


async def open_patient(
    arrived: Arrived, served: ServedModel, service: CounterfactualService, reader: Reader, wait_s: float
) -> Opened:
    """Find the answer that the launch names, or ask; what there is after `wait_s` seconds is shown.

    Raises:
        FhirError: the record cannot be read.
        RecordError: the database is away.
        ClassifierError: the classifier is away.
        RefusedError: there is no room for a search.
    """
    named = await _named(arrived, service)
    if named is not None:
        return Opened(named)
    resources = await read_record(reader, arrived.access_token, served, arrived.patient_id)
    try:
        question = question_about(arrived.patient_id, served, resources)
        answer = await service.answer(question, wait_s=wait_s)
    except InvalidInputError:  # too little is known, or too much of it is wrong
        return Opened(told=_told(served, resources))
    except ConflictError:
        return Opened()
    return Opened(answer.id)


async def put_on_record(database: TenantDatabase, patient_id: str) -> None:
    """Note whom an EHR has told of: so that they can be exported, erased and found in the audit.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        await session.execute(INSERT_PATIENT, {"id": patient_id})
        note_access(session, Access(Action.READ, Entity.PATIENT, patient_id))


def question_about(
    patient_id: str, served: ServedModel, resources: Sequence[Resource]
) -> CounterfactualsRequest:
    """Options for a patient as their record has them, within what they can and want."""
    return CounterfactualsRequest(
        patient_id=patient_id,
        model=served.model.reference,
        fhir=bundle_of(resources),
        constraints=ConstraintsIn(use_preferences=True),
        count=MOST_OPTIONS,
    )


def _told(served: ServedModel, resources: Sequence[Resource]) -> dict[str, Any]:
    """What a record says of the model's features, as of today; nothing where it is not about one patient."""
    try:
        return dict(read_resources(served.ehr, resources, datetime.now(UTC).date()).features)
    except InvalidInputError:
        return {}


async def _named(arrived: Arrived, service: CounterfactualService) -> UUID | None:
    """The answer that a card led here from, if it is this patient's: another's is not there for them."""
    try:
        wanted = UUID(arrived.app_context) if arrived.app_context else None
        return (await service.recorded(wanted)).id if wanted else None
    except (ValueError, NotFoundError):
        return None
