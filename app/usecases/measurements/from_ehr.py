"""Results that an EHR knows, beside those on record: the newest counts, and what is recorded of them."""

from collections.abc import Sequence

from app.audit.events import Access, Action, Entity
from app.engine.registry import ServedModel
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import EhrResults, MeasuredResult, Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.changes import Changes
from app.usecases.measurements.repository import MeasurementRepository
from app.usecases.measurements.service import MOST_ROWS
from app.usecases.measurements.standing import standing_result

_NOTHING = EhrResults()


async def newest_result(
    repository: MeasurementRepository, patient_id: str, served: ServedModel, results: EhrResults | None
) -> tuple[MeasuredResult | None, list[Left]]:
    """The newest result of a patient, on record or found in an EHR, and why others do not count.

    One that shows no outcome does not count where a newer one could not be read. It is read within a
    transaction of the caller's.
    """
    rows = await repository.of(patient_id, served.model.name)
    found = results or _NOTHING
    changes = _changes(patient_id, served, rows, found, None)
    stands = standing_result(changes.rows)
    if stands is None or not served.consultation.measured.overrules:
        return None, changes.left
    chosen = found.chosen
    if chosen is not None and chosen.has_outcome and _is_among(stands, found):
        return chosen, changes.left  # the bundle has both, and knows that it may be the newer
    if chosen is not None and _is_same(stands, chosen):
        return chosen, changes.left
    if not stands.has_outcome and _is_doubted(stands, found):
        reason = Left(NotUsedReason.NEWER_NOT_READ, stands.reference, changes.label)
        return None, [*changes.left, reason]
    return _told(stands, served), changes.left


async def record_found(
    repository: MeasurementRepository,
    patient_id: str,
    served: ServedModel,
    results: EhrResults,
    by: str | None,
) -> Sequence[Access]:
    """Record what resources say of results, within a transaction of the caller's; what is to be noted of it.

    The same again adds nothing, nor does what there is no room for: `newest_result` says so of it.
    """
    await repository.hold_patient(patient_id)
    rows = await repository.of(patient_id, served.model.name)
    changes = _changes(patient_id, served, rows, results, by)
    if _is_too_many(changes):
        return ()
    for row in changes.added:
        await repository.add(row)
    return [Access(Action.CREATE, Entity.MEASUREMENT, patient_id, entity_id=row.id) for row in changes.added]


def _changes(
    patient_id: str, served: ServedModel, rows: Sequence[MeasurementRow], results: EhrResults, by: str | None
) -> Changes:
    label = served.consultation.measured.label
    changes = Changes(patient_id, served.model.name, label, by, list(rows))
    changes.take(results)
    if _is_too_many(changes):
        told = (row.reference for row in changes.added)
        changes.left += [Left(NotUsedReason.RECORD_FULL, one, label) for one in told]
    return changes


def _is_too_many(changes: Changes) -> bool:
    return bool(changes.added) and len(changes.rows) > MOST_ROWS


def _is_among(stands: MeasurementRow, results: EhrResults) -> bool:
    known = {one.reference for one in results.each if one.reference is not None}
    return stands.source == Origin.FHIR and stands.reference in known


def _is_doubted(stands: MeasurementRow, results: EhrResults) -> bool:
    """Whether a newer one could not be read; who enters a result for its day has looked at it."""
    if results.unread_on is None:
        return False
    is_entered = stands.source != Origin.FHIR
    return results.unread_on > stands.measured_on if is_entered else results.may_be_newer(stands.measured_on)


def _is_same(row: MeasurementRow, found: MeasuredResult) -> bool:
    return (row.measured_on, row.value, row.has_outcome) == (
        found.measured_on,
        found.value,
        found.has_outcome,
    )


def _told(row: MeasurementRow, served: ServedModel) -> MeasuredResult:
    return MeasuredResult(
        value=row.value,
        unit=None if row.value is None else served.consultation.measured.unit,
        measured_on=row.measured_on,
        reference=row.reference,
        has_outcome=row.has_outcome,
    )
