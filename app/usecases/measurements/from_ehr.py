"""Results that an EHR knows, beside those on record: the newest counts, and each is recorded once."""

from collections.abc import Sequence

from app.audit.events import Access, Action, Entity
from app.domain.ids import uuid7
from app.engine.registry import ServedModel
from app.ingest.fhir.record import MeasuredResult, Origin
from app.storage.consultation_tables import MeasurementRow
from app.storage.database import TenantDatabase
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.measurements.service import MOST_ROWS
from app.usecases.measurements.standing import current_results, standing_result


async def newest_result(
    database: TenantDatabase, patient_id: str, served: ServedModel, found: MeasuredResult | None
) -> MeasuredResult | None:
    """The newest result of a patient, on record or found in an EHR; None where none is known.

    What was corrected or taken back here does not come back, and of one day what is on record counts.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        rows = await MeasurementRepository(session).of(patient_id, served.model.name)
    stands = standing_result(rows)
    if found is None or not (_is_new(rows, found) or (stands is not None and _says(stands, found))):
        return None if stands is None else _told(stands, served)
    is_newest = stands is None or found.measured_on >= stands.measured_on
    return found if is_newest or stands is None else _told(stands, served)


async def record_found(
    repository: MeasurementRepository,
    patient_id: str,
    served: ServedModel,
    found: MeasuredResult,
    by: str | None,
) -> Sequence[Access]:
    """Record a result that an EHR knows, within a transaction of the caller's; what is to be noted of it.

    The same again adds nothing.
    """
    await repository.hold_patient(patient_id)
    rows = await repository.of(patient_id, served.model.name)
    if not _is_new(rows, found) or len(rows) >= MOST_ROWS:
        return ()
    row = MeasurementRow(
        id=uuid7(),
        patient_id=patient_id,
        model_name=served.model.name,
        measured_on=found.measured_on,
        value=found.value,
        has_outcome=found.has_outcome,
        is_withdrawn=False,
        given_by=by,
        source=Origin.FHIR,
        reference=found.reference,
    )
    await repository.add(row)
    return (Access(Action.CREATE, Entity.MEASUREMENT, patient_id, entity_id=row.id),)


def _is_new(rows: Sequence[MeasurementRow], found: MeasuredResult) -> bool:
    """Whether no row says the same, replaced ones included, and none that stands is of that day."""
    if any(_says(row, found) for row in rows):
        return False
    return all(row.measured_on != found.measured_on for row in current_results(rows))


def _says(row: MeasurementRow, found: MeasuredResult) -> bool:
    return (row.measured_on, row.value) == (found.measured_on, found.value)


def _told(row: MeasurementRow, served: ServedModel) -> MeasuredResult:
    return MeasuredResult(
        value=row.value,
        unit=None if row.value is None else served.consultation.measured.unit,
        measured_on=row.measured_on,
        reference=row.reference,
        has_outcome=row.has_outcome,
    )
