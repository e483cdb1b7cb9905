"""A patient's data as it is given out, of somebody of whom little is recorded."""

from app.faces.openapi import ids
from app.storage.belongings import BELONGINGS
from app.storage.uploaded_people import HELD
from app.usecases.patient_data.schemas import PatientExport


def example_export() -> PatientExport:
    """Of a patient who said what they will not do, and of whom no more is known."""
    preferences = {
        "id": str(ids.PREFERENCES_ID),
        "tenant": "default",
        "created_at": ids.SAID.isoformat(),
        "patient_id": ids.PATIENT_ID,
        "model_name": "dysglycaemia",
        "codes": ["no_swimming"],
        "features_to_keep": [],
        "given_by": None,
    }
    patient = {
        "id": ids.PATIENT_ID,
        "tenant": "default",
        "pseudonym": str(ids.PSEUDONYM),
        "first_seen_at": ids.SAID.isoformat(),
    }
    tables = [*BELONGINGS, *HELD]
    return PatientExport(
        patient_id=ids.PATIENT_ID,
        pseudonym=ids.PSEUDONYM,
        exported_at=ids.SAID,
        records={table: [] for table in tables} | {"patients": [patient], "preferences": [preferences]},
    )
