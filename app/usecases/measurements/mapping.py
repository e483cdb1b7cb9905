"""Rows of results as they are told."""

from collections.abc import Sequence

from app.domain.consultation import MeasuredOutcome
from app.ingest.fhir.record import Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.schemas import MeasurementOut, Presence
from app.usecases.measurements.standing import newest_first, statuses_of


def told(measured: MeasuredOutcome, rows: Sequence[MeasurementRow]) -> list[MeasurementOut]:
    """Every row of one patient and model, newest measured first."""
    statuses = statuses_of(rows)
    return [
        MeasurementOut(
            id=row.id,
            created_at=row.created_at,
            withdrawn=row.is_withdrawn,
            measured_on=row.measured_on,
            value=row.value,
            unit=None if row.value is None else measured.unit,
            finding=Presence.PRESENT if row.has_outcome else Presence.ABSENT,
            says=measured.finding_of(row.value, row.has_outcome).says,
            status=statuses[row.id],
            given_by=row.given_by,
            source=Origin(row.source),
            reference=row.reference,
            replaces=row.replaces,
        )
        for row in newest_first(rows)
    ]
