"""Recording a result: once, and a correction only by somebody who has seen what it replaces."""

from collections.abc import Sequence
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ids import uuid7
from app.engine.registry import ServedModel
from app.ingest.fhir.record import Origin
from app.storage.consultation_tables import MeasurementRow
from app.storage.database import TenantDatabase
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.measurements.mapping import told
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.measurements.result import Result, read_result
from app.usecases.measurements.schemas import (
    MeasurementIn,
    MeasurementOut,
    MeasurementsList,
    StandingMeasurement,
)
from app.usecases.measurements.standing import current_results, last_of_chain, said_already

MOST_ROWS = 500
"""So many of one patient and model are read with each page."""
_CHANGED = "This result was corrected or taken back meanwhile, and yours was not stored. Look at it first."
_SAME_DAY = (
    "Another result of that day is on record, and yours was not stored. Correct that one if it is wrong."
)
_NONE_COUNTS = (
    "This model tells what may come within a time, which no result of today settles: none is taken for it."
)
_TOO_MANY = "There are too many results of this patient on record for another one."


async def results_of(database: TenantDatabase, patient_id: str, served: ServedModel) -> MeasurementsList:
    """A patient's results for a model.

    Raises:
        NotFoundError: nothing is on record for the patient.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = MeasurementRepository(session)
        rows = await repository.of(patient_id, served.model.name)
        if not rows and not await repository.knows_patient(patient_id):
            raise NotFoundError("There is no patient with this id.")
        note_access(session, Access(Action.READ, Entity.MEASUREMENT, patient_id))
    measured = served.consultation.measured
    return MeasurementsList(
        patient_id=patient_id,
        model=served.model.name,
        label=measured.label,
        measurements=told(measured, rows),
    )


async def record_result(
    database: TenantDatabase, patient_id: str, served: ServedModel, given: MeasurementIn
) -> tuple[MeasurementOut, bool]:
    """The recorded row, and whether it is new: the same again changes nothing.

    Raises:
        InvalidInputError: the model takes no results, this is none of its outcome, or it replaces none of the
            patient's.
        ConflictError: what it replaces has been replaced, or another result of that day is on record.
        RecordError: the database is away.
    """
    measured = served.consultation.measured
    if not measured.overrules and not given.withdrawn:
        raise InvalidInputError.at("/model", _NONE_COUNTS)
    result = None if given.withdrawn else read_result(measured, given)
    async with database.transaction() as session:
        repository = MeasurementRepository(session)
        await repository.hold_patient(patient_id)
        rows = await repository.of(patient_id, served.model.name)
        day, value, has_outcome = result or _taken_back(rows, given)
        row = MeasurementRow(
            id=uuid7(),
            patient_id=patient_id,
            model_name=served.model.name,
            measured_on=day,
            value=value,
            has_outcome=has_outcome,
            is_withdrawn=given.withdrawn,
            given_by=database.caller.signature,
            source=Origin.GIVEN,
            replaces=given.replaces,
        )
        said = said_already(rows, row)
        if said is None:
            _refuse_where_it_cannot_stand(rows, row)
            await repository.add(row)
            rows = [*rows, row]
        action = Action.CREATE if said is None else Action.READ
        access = Access(action, Entity.MEASUREMENT, patient_id, entity_id=(said or row).id)
        note_access(session, access)
        (out,) = [one for one in told(measured, rows) if one.id == (said or row).id]
        await keep_reply(session, access, out, 201 if said is None else 200)
    return out, said is None


def _taken_back(rows: Sequence[MeasurementRow], given: MeasurementIn) -> Result:
    row = _with_id(rows, given.replaces)
    return row.measured_on, row.value, row.has_outcome


def _refuse_where_it_cannot_stand(rows: Sequence[MeasurementRow], row: MeasurementRow) -> None:
    if row.replaces is not None:
        replaced = _with_id(rows, row.replaces)
        last = last_of_chain(rows, replaced)
        if last is not replaced:
            raise _conflict(_CHANGED, last)
    for other in () if row.is_withdrawn else current_results(rows):
        if other.measured_on == row.measured_on and other.id != row.replaces:
            raise _conflict(_SAME_DAY, other)
    if len(rows) >= MOST_ROWS:
        raise _conflict(_TOO_MANY, None)


def _with_id(rows: Sequence[MeasurementRow], wanted: UUID | None) -> MeasurementRow:
    for row in rows:
        if row.id == wanted:
            return row
    raise InvalidInputError.at("/replaces", "is no result of this patient for this model")


def _conflict(why: str, row: MeasurementRow | None) -> ConflictError:
    """Tells which row stands, so that whoever has looked at it may replace it."""
    stands = row and StandingMeasurement(id=row.id, created_at=row.created_at, withdrawn=row.is_withdrawn)
    return ConflictError(why, {"standing": stands.model_dump(mode="json") if stands else None})
