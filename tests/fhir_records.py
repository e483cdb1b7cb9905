"""Reading resources as a record, in few words."""

from datetime import date

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import PatientRecord
from tests.fhir_people import Resource, bundle

TODAY = date(2026, 11, 29)


def read(mapping: EhrMapping, *resources: Resource, **given: Value) -> PatientRecord:
    return read_bundle(mapping, bundle(*resources), TODAY, given)


def reasons(record: PatientRecord) -> list[tuple[str | None, str]]:
    return [(one.feature, one.reason.value) for one in record.not_used]
